"""This machine's own processes: a scheduler, one that answers, and once they are wanted those that train.

What something kills is started again: see `cnn.jobs.supervision`.
"""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any

from cnn.errors import WorkerError
from cnn.i18n import N_
from cnn.jobs.dispatch import SentTraining, hold, run_inspection
from cnn.jobs.failures import lost_inspection
from cnn.jobs.job import Job
from cnn.jobs.trainers import TrainersAway
from cnn.jobs.training_task import run_training
from cnn.jobs.work_folder import WorkFolder, work_folder
from cnn.reasons import reason
from cnn.settings import PROJECT, Settings
from cnn.training.announcements import Announce

if TYPE_CHECKING:
    from distributed import Client
    from distributed.deploy.spec import SpecCluster

ANSWERING = "answering"
TRAINING = "training"
BACKGROUND = "background"
"""The resources of Dask's by which a task says which of this machine's processes it is for."""

TRAININGS_OF_A_PROCESS = 12
"""After so many a process is replaced: TensorFlow keeps six or more megabytes of each network it trained."""

_MANY = 1000
"""More than any task asks for: the resource only says which process is meant."""


class LocalProcesses:
    """The processes of this machine; they are `Trainers`.

    Args:
        limits: how many train at once and in how much memory, where backups lie, how long to wait.

    Attributes:
        folder: what outlives these processes and this one; None where nothing can be kept.
    """

    def __init__(self, limits: Settings) -> None:
        _set_environment()
        self._limits = limits
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="local-processes")
        self._client: Future[Client] | None = None
        self._cluster: SpecCluster | None = None
        self.folder: WorkFolder | None = work_folder(limits.work_dir, limits.models_dir)
        self._trained: Counter[str] = Counter()
        self._background: set[Future[Any]] = set()

    def start(self) -> "Future[Client]":
        """Begin to start the answering process and return at once; a second call changes nothing."""
        with self._lock:
            if self._client is None:
                self._client = self._thread.submit(self._start)
            return self._client

    def _start(self) -> "Client":
        from distributed import Client

        self._cluster = _local_cluster(self._limits)
        # An actor finds its way back through the process's default client.
        return Client(self._cluster, direct_to_workers=True, set_as_default=True)

    def client(self) -> "Client":
        """The client of these processes, which are started where nobody has.

        Raises:
            WorkerError: they could not be started, or not in time.
        """
        try:
            return self.start().result(timeout=self._limits.answer_timeout)
        except Exception as error:  # whatever kept them from starting, a visitor reads a sentence
            raise WorkerError(
                N_("No worker process could be started: {reason}. Start the app again."),
                reason=reason(error),
            ) from error

    def _training_client(self) -> "Client":
        """The same client, after seeing to it that there are processes that train; raises as `client`."""
        client = self.client()
        assert self._cluster is not None
        self._cluster.scale(1 + self.capacity())
        return client

    def capacity(self) -> int:
        """How many trainings can run at the same time."""
        return self._limits.trainings_at_once

    def send(self, job: Job, announce: Announce, *, again: bool) -> SentTraining:
        """Hand a training to a process that trains: see `Trainers`."""
        client = self._training_client()
        if client.status == "connecting":
            # What is sent to a client that is still on its way back may be forgotten.
            raise TrainersAway(N_("The processes that train cannot be reached. Train again in a moment."))
        addresses: list[str] = []

        def hear(event: Any) -> None:
            if isinstance(event, str):
                addresses[:] = [event]
            announce(event)

        return SentTraining(
            client,
            run_training,
            job,
            self.folder.backups if self.folder else None,
            announce=hear,
            options={"resources": {TRAINING: 1}},
            # Before anybody hears of the end and sends the next training there.
            before_end=lambda: self._renew(addresses),
        )

    def begin(self, task: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Begin a long task in a process that yields to drawings, and to no training.

        Returns:
            a future that gives the result or raises what went wrong, always a `CnnError`.
        """
        client = self._training_client()
        future = client.submit(run_inspection, task, *arguments, pure=False, resources={BACKGROUND: 1})
        outcome = hold(future, lost_inspection)
        self._background.add(outcome)
        outcome.add_done_callback(self._background.discard)
        return outcome

    def _renew(self, addresses: list[str]) -> None:
        """Replace the process of a training that has ended, if it has trained for long enough.

        Dask's own way, a worker's lifetime, would break off what runs at its end. So does this; a process
        that may have another task is left alone.
        """
        self._trained.update(addresses)
        for address in addresses:
            if not self._background and self._trained[address] >= TRAININGS_OF_A_PROCESS:
                del self._trained[address]
                # What closes is started again.
                self.client().retire_workers([address])

    def forget(self, job_id: str) -> None:
        """Let the backup of a training go."""
        if self.folder is not None:
            self.folder.drop(job_id)

    def close(self) -> None:
        """End every process; a second call changes nothing."""
        if self._client is not None and self._client.exception() is None:
            self._client.result().close()
            assert self._cluster is not None
            self._cluster.close()
        if self.folder is not None:
            self.folder.release()
        self._thread.shutdown(wait=False, cancel_futures=True)


def _local_cluster(limits: Settings) -> "SpecCluster":
    """A scheduler and one answering worker as processes of this machine; `scale` adds training ones."""
    import dask
    from distributed.deploy.spec import SpecCluster
    from distributed.system import MEMORY_LIMIT

    from cnn.jobs.supervision import LastingScheduler, LastingWorker

    # Dask would give a process up that has not come back within 15 s; on a busy machine it still will.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"})
    preload = ["cnn.jobs.preload"]
    common = {
        "host": "127.0.0.1",
        # A training and a background task, or two inspections, share a process; an actor has its own thread.
        "nthreads": 2,
        "dashboard": False,
        "preload_nanny": preload,
    }
    training_memory = int(MEMORY_LIMIT * limits.training_memory / limits.trainings_at_once)
    answering = common | {"resources": {ANSWERING: _MANY}, "memory_limit": 0}
    training = common | {
        "resources": {TRAINING: 1, BACKGROUND: 1},
        "memory_limit": training_memory,
        "preload": preload,
    }
    return SpecCluster(
        scheduler={
            "cls": LastingScheduler,
            "options": {
                "scheduler_kwargs": {
                    "host": "127.0.0.1",
                    "port": 0,
                    "dashboard": False,
                    # Dask's own is the same port for every app of a machine, and open to its network.
                    "dashboard_address": "127.0.0.1:0",
                    "preload": preload,
                }
            },
        },
        workers={ANSWERING: {"cls": LastingWorker, "options": {"worker_kwargs": answering}}},
        worker={"cls": LastingWorker, "options": {"worker_kwargs": training}},
        name="cnn",
    )


def _set_environment() -> None:
    """Set what Dask and TensorFlow read when they are imported, here and in the processes that inherit it."""
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # The scheduler keeps so many announcements of each training for ever, the filters among them.
    os.environ.setdefault("DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH", "10")
    # Dask takes notes for its dashboard, up to a hundred times a second. There is no dashboard.
    os.environ.setdefault("DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED", "False")
    os.environ.setdefault("DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL", "1s")
    # The app may have been started from any folder.
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(PROJECT) not in path:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT), *path]))
