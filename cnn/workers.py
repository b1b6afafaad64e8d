"""The door to the processes where networks live.

One process of this machine answers drawings; others train, at a lower priority, started when first
needed. With `DASK_SCHEDULER_ADDRESS` an existing Dask cluster trains instead, and only answering
stays here: an answer that crosses a network would come late.

`workers()` gives the one set of this process; `close` ends every process that it started.
"""

import logging
import os
import pickle
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree
from threading import Lock, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import numpy as np
import psutil

from cnn.answer import Answer
from cnn.continuing import Start
from cnn.errors import CnnError, OutOfMemory, TrainingError, WorkerError
from cnn.i18n import N_
from cnn.model_store import SHIPPED, keras_path
from cnn.progress import Away, TrainedModel
from cnn.recipes import TrainConfig
from cnn.settings import PROJECT, Settings, settings

if TYPE_CHECKING:
    from distributed import Client, Security
    from distributed.deploy.spec import SpecCluster
    from distributed.diskutils import WorkDir

_log = logging.getLogger(__name__)

_ANSWERING = "answering"
_TRAINING = "training"
_SCORING = "scoring"

TRAININGS_OF_A_PROCESS = 40
"""After so many a process is replaced: TensorFlow keeps six or more megabytes of each network it trained."""

Result = TypeVar("Result")
_MANY = 1000
"""More than any task asks for: the resource only says which process is meant."""
_WARM_UP_SECONDS = 300.0
_RETRY_SECONDS = 0.2
_REMOTE_PAUSE_SECONDS = 10.0
_PROBE_SECONDS = 2.0


class _SchedulerLost(WorkerError):
    """The scheduler has gone, and with it what it had to do."""


@dataclass(frozen=True)
class _Sent:
    """A training as it was handed over, to be sent again where its scheduler is lost."""

    job: str
    config: TrainConfig
    announce: Callable[[Any], None]
    start: Start | None
    outcome: "Future[TrainedModel]"


class Workers:
    """The worker processes of one app.

    Args:
        limits: where models live, how many train at once, how long to wait.
    """

    def __init__(self, limits: Settings) -> None:
        # Read when Dask and TensorFlow are imported, here and in the processes, which inherit it.
        os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        # The scheduler keeps so many announcements of each training for ever, the filters among them.
        os.environ.setdefault("DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH", "10")
        # The app may have been started from any folder.
        path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        if str(PROJECT) not in path:
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT), *path]))
        self._settings = limits
        self._errands = ThreadPoolExecutor(4, thread_name_prefix="worker-errands")
        self._lock = Lock()
        # Apart from the other: whoever wants to train need not wait for the process that answers.
        self._actor_lock = Lock()
        self._cluster: SpecCluster | None = None
        self._local: Future[Client] | None = None
        self._remote: Client | None = None
        # Apart from the others: a cluster that does not answer holds nobody's drawing back.
        self._remote_lock = Lock()
        self._remote_refused: tuple[float, WorkerError] | None = None
        self._actor: Any = None
        self._tasks: dict[str, Any] = {}
        self._given_up: set[str] = set()
        self._work_dir: WorkDir | None = None
        self._addresses: dict[str, str] = {}
        self._trained: Counter[str] = Counter()
        self._waking: Future[None] | None = None
        self._awake = False
        self._closed = False

    def start(self) -> "Future[Client]":
        """Begin to start the answering process and return at once; a second call changes nothing."""
        with self._lock:
            if self._local is None:
                self._local = self._errands.submit(self._start_local)
                self._waking = self._errands.submit(self._warm_up)
            return self._local

    @property
    def awake(self) -> bool:
        """Whether the answering process has answered and has not been missed since; if not, it is woken."""
        self.start()
        with self._lock:
            if not self._awake and self._waking is not None and self._waking.done():
                self._waking = self._errands.submit(self._warm_up)
        return self._awake

    def close(self) -> None:
        """End every process that this object started; a second call changes nothing."""
        self._closed = True
        if self._local is not None and self._local.exception() is None:
            for part in (self._remote, self._local.result(), self._cluster):
                if part is not None:
                    part.close()
        if self._work_dir is not None:
            self._work_dir.release()
        self._errands.shutdown(wait=False, cancel_futures=True)

    # Answers

    def classify(self, folder: Path, image: np.ndarray) -> Answer:
        """The answer of the model in `folder` to one picture.

        Args:
            folder: a model's folder.
            image: float32 (28, 28) in [0, 1], light ink on dark, as `prepare_drawing` gives it.

        Raises:
            WorkerError: no process answered in time.
            ModelError: the model cannot be read.
        """
        answer: Answer = self._ask("classify", folder, image)
        return answer

    def classify_all(self, folder: Path, images: np.ndarray) -> list[Answer]:
        """The answers to several pictures, float32 (n, 28, 28); else as `classify`."""
        answers: list[Answer] = self._ask("answers", folder, images)
        return answers

    def _ask(self, method: str, *arguments: Any, patience: float | None = None) -> Any:
        """What the answering actor's method returns; a process that has gone is waited for.

        Args:
            method: of `cnn.tasks.Answering`.
            *arguments: for it.
            patience: seconds to wait, in place of the setting `answer_timeout`.
        """
        patience = patience or self._settings.answer_timeout
        deadline = monotonic() + patience
        while True:
            actor = None
            try:
                actor = self._answering(deadline)
                remaining = max(deadline - monotonic(), _RETRY_SECONDS)
                result = getattr(actor, method)(*arguments).result(timeout=remaining)
                if not self._awake:
                    _log.info("the answering process answers")
                self._awake = True
                return result
            except CnnError:
                raise
            # Dask says by OSError or RuntimeError that the actor has gone with its process, by CancelledError
            # that the scheduler has. Where it says TimeoutError, the actor is there and slow: another one
            # would make it slower.
            except (OSError, RuntimeError, CancelledError, FutureTimeoutError) as error:
                if not isinstance(error, TimeoutError):
                    if self._awake:
                        _log.warning("the answering process is away: %r", error)
                    if self._actor is actor:
                        self._actor = None
                self._awake = False
                if monotonic() > deadline or self._closed:
                    raise WorkerError(
                        N_(
                            "The process that answers has not come up within {seconds:.0f} seconds. "
                            "Draw again in a moment; if this stays, start the app again."
                        ),
                        seconds=patience,
                    ) from error
                sleep(_RETRY_SECONDS)

    def _answering(self, deadline: float) -> Any:
        client = self._local_client()
        if not self._actor_lock.acquire(timeout=max(deadline - monotonic(), 0)):
            raise TimeoutError
        try:
            if self._actor is None:
                from cnn.tasks import Answering

                future = client.submit(Answering, actor=True, pure=False, resources={_ANSWERING: 1})
                self._actor = future.result(timeout=max(deadline - monotonic(), _RETRY_SECONDS))
            return self._actor
        finally:
            self._actor_lock.release()

    def h5(self, folder: Path) -> bytes:
        """The model in `folder` as the bytes of an HDF5 file.

        Raises:
            WorkerError, ModelError: as `classify`.
        """
        data: bytes = self._ask("h5", folder)
        return data

    # Looks inside

    def look(self, task: Callable[..., Result], *arguments: Any) -> Result:
        """What a short task returns from the answering process, within some hundred milliseconds.

        Args:
            task: a function of a module that is importable without Keras.
            *arguments: plain values and arrays.

        Raises:
            WorkerError: no process did it in time.
            CnnError: whatever the task raises.
        """
        client = self._local_client()
        future = client.submit(task, *arguments, pure=False, resources={_ANSWERING: 1})
        try:
            result: Result = future.result(timeout=self._settings.answer_timeout)
        except CnnError:
            raise
        except Exception as error:
            raise _look_error(error) from error
        return result

    def score(self, task: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Begin a long task in a process that yields to drawings, and to no training.

        Returns:
            a future that gives the result or raises what went wrong, always a `CnnError`.
        """
        self._scale_for_training()
        future = self._local_client().submit(task, *arguments, pure=False, resources={_SCORING: 1})
        return self._hold(f"{_SCORING}-{uuid4().hex}", future, _look_error)

    # Trainings

    def capacity(self) -> int:
        """How many trainings can run at the same time."""
        if self._settings.scheduler_address:
            client = self._training_client()
            # A client that is on its way back would wait for its scheduler.
            info = client.scheduler_info(n_workers=-1) if client.status == "running" else {"workers": ()}
            return max(len(info["workers"]), 1)
        return self._settings.trainings_at_once

    def train(
        self,
        job: str,
        config: TrainConfig,
        announce: Callable[[Any], None],
        start: Start | None = None,
    ) -> "Future[TrainedModel]":
        """Train in a worker process.

        Args:
            job: a name for this training that no other has.
            config: what to train.
            announce: is called from another thread with each event of `cnn.progress`, and with the
                worker's address (str) whenever a process begins it.
            start: a trained network to begin with; see `cnn.fine_tuning` and `cnn.continuing`.

        Returns:
            a future that gives the trained model or raises what went wrong, always a `CnnError`.
        """
        outcome: Future[TrainedModel] = Future()
        sent = _Sent(job, config, announce, start, outcome)
        if self._remote is not None and self._remote.status != "running":
            # A cluster that has been there comes back; where none ever was, whoever asks is told at once.
            self._wait_to_send(sent)
        else:
            self._send(sent)
        return outcome

    def give_up(self, job: str) -> None:
        """Wait no longer for processes for the training `job`; it then ends with a `TrainingError`."""
        self._given_up.add(job)

    def _send(self, sent: "_Sent") -> None:
        """Hand a training over to the processes that train."""
        from cnn import tasks

        client = self._training_client()
        job = sent.job

        def hear(event: tuple[Any, bytes]) -> None:
            heard = pickle.loads(event[1])  # noqa: S301 - our own workers'
            if isinstance(heard, str):
                self._addresses[job] = heard
            sent.announce(heard)

        client.subscribe_topic(job, hear)
        resources, work_dir = {}, None
        if not self._settings.scheduler_address:
            resources = {_TRAINING: 1}
            work_dir = Path(self._work_dir.dir_path) if self._work_dir else None
        task = client.submit(
            tasks.train,
            job,
            sent.config,
            sent.start,
            work_dir,
            key=f"train-{job}",
            pure=False,
            resources=resources,
        )

        def end(held: "Future[TrainedModel]") -> None:
            if isinstance(held.exception(), _SchedulerLost) and not self._closed:
                self._wait_to_send(sent)
                return
            client.unsubscribe_topic(job)
            self._clear_away(job)
            _pass_on(held, sent.outcome)

        self._hold(job, task, _training_error).add_done_callback(end)

    def _clear_away(self, job: str) -> None:
        """Let go what is kept of a training that has ended."""
        self._given_up.discard(job)
        if self._work_dir is not None:
            # A process that was killed for the last time has left its backup.
            rmtree(Path(self._work_dir.dir_path) / job, ignore_errors=True)

    def _wait_to_send(self, sent: "_Sent") -> None:
        Thread(target=self._send_later, args=(sent,), name=f"later-{sent.job}", daemon=True).start()

    def _send_later(self, sent: "_Sent") -> None:
        """Wait for a scheduler that has gone, however long, and send it a training."""
        sent.announce(Away())
        address = self._settings.scheduler_address
        while not self._closed:
            sleep(_RETRY_SECONDS)
            if sent.job in self._given_up:
                self._clear_away(sent.job)
                sent.outcome.set_exception(
                    TrainingError(
                        N_(
                            "This training was stopped while the processes that train could not be reached, "
                            "so there is no network of it. Train again once they are back."
                        )
                    )
                )
                return
            # Whoever wants to train meanwhile is not kept waiting by an attempt that cannot succeed.
            if address and not _listens(address):
                continue
            try:
                # What is sent to a client that is still on its way back may be forgotten.
                if self._training_client().status == "running":
                    self._send(sent)
                    return
            except CnnError as error:
                _log.info("training %s still waits: %s", sent.job, error)

    def _hold(self, name: str, task: Any, told: Callable[[Exception], CnnError]) -> "Future[Any]":
        """A plain future of a Dask task, which is held: Dask cancels what nobody holds.

        Args:
            name: no other task has it.
            task: Dask's future.
            told: puts into a sentence what is no error of the library's own.
        """
        self._tasks[name] = task
        outcome: Future[Any] = Future()

        def deliver(done: Any) -> None:
            result = _result(done, told)
            self._tasks.pop(name).release()
            try:
                # Before anybody hears of the end and sends the next training there.
                self._renew(name)
            except Exception:  # noqa: BLE001 - whatever it was, whoever waits for the result gets it
                _log.exception("a training process could not be replaced")
            if isinstance(result, CnnError):
                outcome.set_exception(result)
            else:
                outcome.set_result(result)

        task.add_done_callback(deliver)
        return outcome

    def _renew(self, job: str) -> None:
        """Replace the process of a training that has ended, if it has trained for long enough.

        Dask's own way, a worker's lifetime, would break off what runs at its end.
        """
        address = self._addresses.pop(job, None)
        if address is None or self._settings.scheduler_address:
            return
        self._trained[address] += 1
        if self._trained[address] < TRAININGS_OF_A_PROCESS or any(
            name.startswith(_SCORING) for name in list(self._tasks)
        ):
            return
        del self._trained[address]
        # What closes is started again: see `cnn.lasting`.
        self._local_client().retire_workers([address])

    def request_stop(self, job: str, address: str) -> None:
        """End the training `job` at its next batch, in the worker at `address`."""
        from cnn import tasks

        # In a thread of its own: announcements arrive on the client's loop, which must not wait for itself.
        client = self._training_client()
        self._errands.submit(client.run, tasks.request_stop, job, workers=[address], on_error="ignore")

    def _training_client(self) -> "Client":
        if address := self._settings.scheduler_address:
            with self._remote_lock:
                if self._remote is None or self._remote.status in {"closing", "closed"}:
                    self._remote = self._connected(address)
                return self._remote
        self._scale_for_training()
        return self._local_client()

    def _connected(self, address: str) -> "Client":
        """A client of the cluster; one that has just not answered is not waited for again at once."""
        if self._remote_refused is not None and monotonic() < self._remote_refused[0]:
            raise self._remote_refused[1]
        try:
            return _connect(address, self._settings)
        except WorkerError as error:
            self._remote_refused = monotonic() + _REMOTE_PAUSE_SECONDS, error
            raise

    def _scale_for_training(self) -> None:
        self._local_client()
        assert self._cluster is not None
        self._cluster.scale(1 + self._settings.trainings_at_once)

    def _local_client(self) -> "Client":
        try:
            return self.start().result(timeout=self._settings.answer_timeout)
        except (OSError, RuntimeError, FutureTimeoutError) as error:
            raise WorkerError(
                N_("No worker process could be started: {reason}. Start the app again."),
                reason=str(error) or type(error).__name__,
            ) from error

    def _start_local(self) -> "Client":
        from distributed import Client

        self._work_dir = _own_folder(self._settings.work_dir)
        self._cluster = _cluster(self._settings)
        # An actor finds its way back through the process's default client.
        return Client(self._cluster, direct_to_workers=True, set_as_default=True)

    def _warm_up(self) -> None:
        try:
            self._ask("ready", keras_path(SHIPPED).parent, patience=_WARM_UP_SECONDS)
        except CnnError as error:
            _log.warning("the shipped model is not ready: %s", error)


def _own_folder(shared: Path) -> "WorkDir | None":
    """A folder of this app's own for backups; those that dead apps left beside it are removed."""
    from distributed.diskutils import WorkSpace

    try:
        return WorkSpace(str(shared)).new_work_dir(prefix="app-")
    except OSError as error:
        _log.warning("no backups of trainings can be kept in %s: %s", shared, error)
        return None


def _connect(address: str, limits: Settings) -> "Client":
    from distributed import Client

    try:
        return Client(
            address, timeout=limits.answer_timeout, set_as_default=False, security=_security(limits)
        )
    # An unreadable certificate is an OSError; an address without TLS where it is wanted, a RuntimeError.
    except (OSError, ValueError, RuntimeError) as error:
        raise WorkerError(
            N_("The cluster at {address} does not answer: {reason}. Start its scheduler, then train again."),
            address=address,
            reason=str(error),
        ) from error


def _listens(address: str) -> bool:
    """Whether anybody accepts connections at an address of Dask's."""
    from distributed.comm.addressing import get_address_host_port

    try:
        with socket.create_connection(get_address_host_port(address), timeout=_PROBE_SECONDS):
            return True
    except OSError:
        return False


def _security(limits: Settings) -> "Security | None":
    """How to talk to the cluster: by TLS alone where its files are named, else as Dask is set up."""
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


def _cluster(limits: Settings) -> "SpecCluster":
    """A scheduler and one answering worker as processes of this machine; `scale` adds training ones."""
    import dask
    from distributed.deploy.spec import SpecCluster

    from cnn.lasting import LastingScheduler, LastingWorker

    # Dask would give a process up that has not come back within 15 s; on a busy machine it still will.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"})
    preload = ["cnn.preload"]
    common = {
        "host": "127.0.0.1",
        # A training and a scoring, or two looks inside, share a process; an actor has a thread of its own.
        "nthreads": 2,
        "dashboard": False,
        "preload_nanny": preload,
    }
    training_memory = int(psutil.virtual_memory().total * limits.training_memory / limits.trainings_at_once)
    answering = common | {"resources": {_ANSWERING: _MANY}, "memory_limit": 0}
    training = common | {
        "resources": {_TRAINING: 1, _SCORING: 1},
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
        workers={_ANSWERING: {"cls": LastingWorker, "options": {"worker_kwargs": answering}}},
        worker={"cls": LastingWorker, "options": {"worker_kwargs": training}},
        name="cnn",
    )


def _result(task: Any, told: Callable[[Exception], CnnError]) -> Any:
    """What a Dask future gives, or what it raises as an error of the library's own."""
    try:
        return task.result()
    except CnnError as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever ends a task is told to whoever waits for it
        return told(error)


def _training_error(error: Exception) -> CnnError:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return OutOfMemory(
            N_(
                "The training's process ended several times, most likely for lack of memory. "
                "Take a smaller batch, fewer training images or a smaller network."
            )
        )
    # Nobody cancels a training: Dask does, when its scheduler has gone.
    if isinstance(error, CancelledError):
        return _SchedulerLost(N_("The processes that train cannot be reached. Train again in a moment."))
    _log.error("a training failed", exc_info=error)
    return TrainingError(
        N_("The training ended with {kind}: {reason}. Train again, or with other settings."),
        kind=type(error).__name__,
        reason=str(error),
    )


def _look_error(error: Exception) -> CnnError:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return WorkerError(
            N_(
                "The process that looked into the network ended several times, most likely for lack of "
                "memory. Wait until no training runs, or choose a smaller network."
            )
        )
    _log.error("a look inside failed", exc_info=error)
    return WorkerError(
        N_("The network could not be looked into: {reason}. Try again in a moment."),
        reason=str(error) or type(error).__name__,
    )


def _pass_on(ended: "Future[Result]", outcome: "Future[Result]") -> None:
    error = ended.exception()
    if error is not None:
        outcome.set_exception(error)
    else:
        outcome.set_result(ended.result())


@cache
def workers() -> Workers:
    """The workers of this process."""
    return Workers(settings())
