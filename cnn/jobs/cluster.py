"""Where networks are trained and asked: this machine's own processes, or a cluster that is already there.

Both are Dask's, and who trains need not know which of them does it. `cnn.jobs.workers` says what they
are asked.
"""

import logging
import os
import socket
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from cnn.errors import WorkerError
from cnn.i18n import N_
from cnn.jobs.work_folder import WorkFolder, work_folder
from cnn.reasons import reason
from cnn.settings import PROJECT, Settings

if TYPE_CHECKING:
    from distributed import Client, Security
    from distributed.deploy.spec import SpecCluster

_log = logging.getLogger(__name__)

ANSWERING = "answering"
TRAINING = "training"
SCORING = "scoring"
"""The resources of Dask's by which a task says which of this machine's processes it is for."""

TRAININGS_OF_A_PROCESS = 12
"""After so many a process is replaced: TensorFlow keeps six or more megabytes of each network it trained."""

_MANY = 1000
"""More than any task asks for: the resource only says which process is meant."""

_REMOTE_PAUSE_SECONDS = 10.0
_PROBE_SECONDS = 2.0


class LocalProcesses:
    """This machine's own: a scheduler, one process that answers, and once it is wanted those that train.

    What something kills is started again; see `cnn.jobs.supervision`.

    Args:
        limits: how many train at once and in how much memory, where backups lie, how long to wait.

    Attributes:
        folder: what outlives these processes and this one; None where nothing can be kept.
    """

    training_resources: ClassVar = {TRAINING: 1}
    """What Dask is to send a training by."""

    def __init__(self, limits: Settings) -> None:
        _set_environment()
        self._limits = limits
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="local-processes")
        self._client: Future[Client] | None = None
        self._cluster: SpecCluster | None = None
        self.folder: WorkFolder | None = work_folder(limits.work_dir, limits.models_dir)
        self._trained: Counter[str] = Counter()

    def start(self) -> "Future[Client]":
        """Begin to start the answering process and return at once; a second call changes nothing."""
        with self._lock:
            if self._client is None:
                self._client = self._thread.submit(self._start)
            return self._client

    def _start(self) -> "Client":
        from distributed import Client

        self._cluster = local_cluster(self._limits)
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

    def training_client(self) -> "Client":
        """The same client, after seeing to it that there are processes that train; raises as `client`."""
        client = self.client()
        assert self._cluster is not None
        self._cluster.scale(1 + self.capacity())
        return client

    def capacity(self) -> int:
        """How many trainings can run at the same time."""
        return self._limits.trainings_at_once

    @property
    def backups(self) -> Path | None:
        """Where trainings keep their last whole epochs; None where they cannot."""
        return self.folder.backups if self.folder else None

    @property
    def away(self) -> bool:
        """Whether they have been there and are not now: never for long, so nobody is to wait for them."""
        return False

    def listens(self) -> bool:
        """Whether it is worth asking for them: always."""
        return True

    def has_begun(self, _job: str) -> list[str] | None:
        """Which processes are to go on with a training: any, as all see its backup."""
        return None

    def forget(self, job: str) -> None:
        """Let the backup of a training go."""
        if self.folder is not None:
            self.folder.drop(job)

    def has_trained(self, address: str, *, idle: bool) -> None:
        """Replace the process of a training that has ended, if it has trained for long enough.

        Dask's own way, a worker's lifetime, would break off what runs at its end.

        Args:
            address: the process's.
            idle: whether nothing else may run there.
        """
        self._trained[address] += 1
        if idle and self._trained[address] >= TRAININGS_OF_A_PROCESS:
            del self._trained[address]
            # What closes is started again: see `cnn.jobs.supervision`.
            self.client().retire_workers([address])

    def close(self) -> None:
        """End every process; a second call changes nothing."""
        if self._client is not None and self._client.exception() is None:
            self._client.result().close()
            assert self._cluster is not None
            self._cluster.close()
        if self.folder is not None:
            self.folder.release()
        self._thread.shutdown(wait=False, cancel_futures=True)


class RemoteCluster:
    """An existing cluster that trains instead of this machine, as `LocalProcesses` would.

    Args:
        address: its scheduler's, as tcp://host:8786.
        limits: how long to wait, and the files of TLS.
    """

    training_resources: ClassVar[dict[str, int]] = {}
    """Each of its workers takes one task at a time, and none but trainings come."""
    backups = None
    """They lie where each machine's own setting says."""

    def __init__(self, address: str, limits: Settings) -> None:
        self._address = address
        self._limits = limits
        self._lock = Lock()
        self._client: Client | None = None
        self._refused: tuple[float, WorkerError] | None = None

    def training_client(self) -> "Client":
        """The client of the cluster, a new one where the last one has given up.

        Raises:
            WorkerError: the cluster does not answer. For a moment the next caller is told so at once.
        """
        with self._lock:
            if self._client is None or self._client.status in {"closing", "closed"}:
                self._client = self._connected()
            return self._client

    def _connected(self) -> "Client":
        if self._refused is not None and monotonic() < self._refused[0]:
            raise self._refused[1]
        try:
            return connect(self._address, self._limits)
        except WorkerError as error:
            self._refused = monotonic() + _REMOTE_PAUSE_SECONDS, error
            raise

    def capacity(self) -> int:
        """How many trainings can run at the same time; raises as `training_client`."""
        client = self.training_client()
        # A client that is on its way back would wait for its scheduler.
        info = client.scheduler_info(n_workers=-1) if client.status == "running" else {"workers": ()}
        return max(len(info["workers"]), 1)

    @property
    def away(self) -> bool:
        """Whether the cluster has been there and is not now."""
        return self._client is not None and self._client.status != "running"

    def listens(self) -> bool:
        """Whether anybody accepts connections at its address."""
        return listens(self._address)

    def has_begun(self, job: str) -> list[str] | None:
        """Which processes have a training's backup; one that still trains, for nobody, leaves off.

        None where none has: any may begin it.
        """
        from cnn.jobs import tasks

        kept = self.training_client().run(tasks.give_way, job, on_error="ignore")
        return [address for address, backup in kept.items() if backup] or None

    def forget(self, job: str) -> None:
        """Let the backup of a training go, wherever one is."""
        from cnn.jobs import tasks

        self.training_client().run(tasks.forget, job, on_error="ignore")

    def has_trained(self, address: str, *, idle: bool) -> None:
        """Its processes are replaced by whoever has started them."""

    def close(self) -> None:
        """Leave the cluster; a second call changes nothing."""
        if self._client is not None:
            self._client.close()


def connect(address: str, limits: Settings) -> "Client":
    """A client of the cluster whose scheduler is at an address, as tcp://host:8786.

    Raises:
        WorkerError: it does not answer in time, or only without the TLS that is wanted, or as `security`.
    """
    from distributed import Client

    secured = security(limits)
    try:
        # Dask would try for all its time where nobody listens, and whoever wants to train waits.
        _knock(address)
        return Client(address, timeout=limits.answer_timeout, set_as_default=False, security=secured)
    # An unreadable certificate is an OSError; an address without TLS where it is wanted, a RuntimeError.
    except (OSError, ValueError, RuntimeError) as error:
        raise WorkerError(
            N_("The cluster at {address} does not answer: {reason}. Start its scheduler, then train again."),
            address=address,
            reason=reason(error),
        ) from error


def listens(address: str) -> bool:
    """Whether anybody accepts connections at an address of Dask's."""
    try:
        _knock(address)
    except OSError:
        return False
    return True


def _knock(address: str) -> None:
    """Connect to an address of Dask's for a moment; an OSError says why nobody could."""
    from distributed.comm.addressing import get_address_host_port

    socket.create_connection(get_address_host_port(address), timeout=_PROBE_SECONDS).close()


def security(limits: Settings) -> "Security | None":
    """How to talk to the cluster: by TLS alone where its files are named, else as Dask is set up.

    Raises:
        WorkerError: of the three files some are named, and one is not or is not there.
    """
    from distributed import Security

    files = {
        "CNN_CLUSTER_CA_FILE": limits.cluster_ca_file,
        "CNN_CLUSTER_CERT": limits.cluster_cert,
        "CNN_CLUSTER_KEY": limits.cluster_key,
    }
    if not any(files.values()):
        return None
    for setting, file in files.items():
        if file is None or not file.is_file():
            raise WorkerError(
                N_(
                    "TLS needs {needed}, but {setting} names no file: {file!r}. "
                    "Set it and start the app again."
                ),
                needed=", ".join(files),
                setting=setting,
                file=str(file or ""),
            )
    ca_file, cert, key = map(str, files.values())
    return Security(tls_ca_file=ca_file, tls_client_cert=cert, tls_client_key=key, require_encryption=True)


def local_cluster(limits: Settings) -> "SpecCluster":
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
        # A training and a scoring, or two looks inside, share a process; an actor has a thread of its own.
        "nthreads": 2,
        "dashboard": False,
        "preload_nanny": preload,
    }
    training_memory = int(MEMORY_LIMIT * limits.training_memory / limits.trainings_at_once)
    answering = common | {"resources": {ANSWERING: _MANY}, "memory_limit": 0}
    training = common | {
        "resources": {TRAINING: 1, SCORING: 1},
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
    # What Dask notes for its dashboard, up to a hundred times a second, nobody sees: there is none.
    os.environ.setdefault("DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED", "False")
    os.environ.setdefault("DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL", "1s")
    # The app may have been started from any folder.
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(PROJECT) not in path:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT), *path]))
