"""The door to the processes where networks live: what they are asked, and how the answer comes back.

One process of this machine answers drawings; others train, at a lower priority, started when first
needed. With `DASK_SCHEDULER_ADDRESS` an existing Dask cluster trains instead, and only answering
stays here: an answer that crosses a network would come late. How they are started stands in
`cnn.jobs.cluster`.

`workers()` gives the one set of this process; `close` ends every process that it started.
"""

import logging
import pickle
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import numpy as np

from cnn.errors import CnnError, OutOfMemory, TrainingError, WorkerError
from cnn.i18n import N_
from cnn.insight.answers import Answer
from cnn.jobs.cluster import ANSWERING, SCORING, LocalProcesses, RemoteCluster
from cnn.jobs.work_folder import WorkFolder
from cnn.models.continuation import Start
from cnn.models.store import SHIPPED, keras_path
from cnn.settings import Settings, settings
from cnn.training.announcements import Away, TrainedModel
from cnn.training.recipes import TrainConfig

if TYPE_CHECKING:
    from distributed import Client

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

_WARM_UP_SECONDS = 300.0
_RETRY_SECONDS = 0.2


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
    again: bool
    """Whether a process may have it already, or what one has left of it."""


class Workers:
    """The worker processes of one app.

    Args:
        limits: where models live, how many train at once, how long to wait.
    """

    def __init__(self, limits: Settings) -> None:
        self._settings = limits
        self._local = LocalProcesses(limits)
        address = limits.scheduler_address
        self._trainers: LocalProcesses | RemoteCluster = (
            RemoteCluster(address, limits) if address else self._local
        )
        self._errands = ThreadPoolExecutor(4, thread_name_prefix="worker-errands")
        self._lock = Lock()
        # Apart from the other: whoever wants to train need not wait for the process that answers.
        self._actor_lock = Lock()
        self._actor: Any = None
        self._waking: Future[None] | None = None
        self._awake = False
        self._tasks: dict[str, Any] = {}
        self._addresses: dict[str, str] = {}
        self._given_up: set[str] = set()
        self._closed = False

    def start(self) -> "Future[Client]":
        """Begin to start the answering process and return at once; a second call changes nothing."""
        with self._lock:
            if self._waking is None:
                self._waking = self._errands.submit(self._warm_up)
        return self._local.start()

    @property
    def awake(self) -> bool:
        """Whether the answering process has answered and has not been missed since; if not, it is woken."""
        self.start()
        with self._lock:
            if not self._awake and self._waking is not None and self._waking.done():
                self._waking = self._errands.submit(self._warm_up)
        return self._awake

    @property
    def closed(self) -> bool:
        """Whether they have been ended, or are about to be: what then ends a training is nobody's fault."""
        return self._closed

    @property
    def folder(self) -> WorkFolder | None:
        """What an app that is started again finds of this one; None where nothing can be kept."""
        return self._local.folder

    def close(self) -> None:
        """End every process that this object started; a second call changes nothing."""
        self._closed = True
        if self._trainers is not self._local:
            self._trainers.close()
        self._local.close()
        self._errands.shutdown(wait=False, cancel_futures=True)

    def _warm_up(self) -> None:
        try:
            self._ask("ready", keras_path(SHIPPED).parent, patience=_WARM_UP_SECONDS)
        except CnnError as error:
            _log.warning(N_("the shipped model is not ready: %s"), error)

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
            method: of `cnn.jobs.tasks.Answering`.
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
                        _log.warning(N_("the answering process is away: %s"), error)
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
        client = self._local.client()
        if not self._actor_lock.acquire(timeout=max(deadline - monotonic(), 0)):
            raise TimeoutError
        try:
            if self._actor is None:
                from cnn.jobs.tasks import Answering

                future = client.submit(Answering, actor=True, pure=False, resources={ANSWERING: 1})
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
        from cnn.jobs import tasks

        client = self._local.client()
        future = client.submit(tasks.look, task, *arguments, pure=False, resources={ANSWERING: 1})
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
        from cnn.jobs import tasks

        client = self._local.training_client()
        future = client.submit(tasks.look, task, *arguments, pure=False, resources={SCORING: 1})
        return self._hold(f"{SCORING}-{uuid4().hex}", future, _look_error)

    # Trainings

    def capacity(self) -> int:
        """How many trainings can run at the same time."""
        return self._trainers.capacity()

    def train(
        self,
        job: str,
        config: TrainConfig,
        announce: Callable[[Any], None],
        start: Start | None = None,
        *,
        again: bool = False,
    ) -> "Future[TrainedModel]":
        """Train in a worker process.

        Args:
            job: a name for this training that no other has.
            config: what to train.
            announce: is called from another thread with each event of `cnn.training.announcements`, and
                with the worker's address (str) whenever a process begins it.
            start: a trained network to begin with; see `cnn.models.continuation` and its sibling.
            again: whether an app before this one has asked for it. It then waits for a cluster that is not
                there yet, as for one that has gone.

        Returns:
            a future that gives the trained model or raises what went wrong, always a `CnnError`.
        """
        outcome: Future[TrainedModel] = Future()
        sent = _Sent(job, config, announce, start, outcome, again)
        if self._trainers.away or (again and not self._trainers.listens()):
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
        from cnn.jobs import tasks

        client = self._trainers.training_client()
        job = sent.job
        # A process that was sent it before, and has not heard that nobody waits, tells nobody any more.
        topic = f"{job}-{uuid4().hex}"

        def hear(event: tuple[Any, bytes]) -> None:
            heard = pickle.loads(event[1])  # noqa: S301 - our own workers'
            if isinstance(heard, str):
                self._addresses[job] = heard
            sent.announce(heard)

        client.subscribe_topic(topic, hear)
        begun = self._trainers.has_begun(job) if sent.again else None
        task = client.submit(
            tasks.train,
            job,
            topic,
            sent.config,
            sent.start,
            self._trainers.backups,
            key=f"train-{topic}",
            pure=False,
            resources=self._trainers.training_resources,
            workers=begun,
            allow_other_workers=begun is not None,
        )

        def end(held: "Future[TrainedModel]") -> None:
            if self._closed:
                _pass_on(held, sent.outcome)
                return
            if isinstance(held.exception(), _SchedulerLost):
                self._wait_to_send(replace(sent, again=True))
                return
            client.unsubscribe_topic(topic)
            # Whoever saves the network does so here: until then its backup stands.
            _pass_on(held, sent.outcome)
            self._clear_away(job)

        self._hold(job, task, _training_error).add_done_callback(end)

    def _clear_away(self, job: str) -> None:
        """Let go what is kept of a training that has ended and is not to be done once more."""
        self._given_up.discard(job)
        if self._closed or (self.folder is not None and self.folder.knows(job)):
            return
        # The client's own thread, which calls this, must not wait for itself.
        self._errands.submit(self._trainers.forget, job).add_done_callback(_log_failure)

    def _wait_to_send(self, sent: "_Sent") -> None:
        Thread(target=self._send_later, args=(sent,), name=f"later-{sent.job}", daemon=True).start()

    def _send_later(self, sent: "_Sent") -> None:
        """Wait for a scheduler that has gone, however long, and send it a training."""
        sent.announce(Away())
        while not self._closed:
            sleep(_RETRY_SECONDS)
            if sent.job in self._given_up:
                self._clear_away(sent.job)
                sent.outcome.set_exception(
                    TrainingError(
                        N_(
                            "This training was stopped while no process had it, so there is no network of "
                            "it. Train again."
                        )
                    )
                )
                return
            # Whoever wants to train meanwhile is not kept waiting by an attempt that cannot succeed.
            if not self._trainers.listens():
                continue
            try:
                # What is sent to a client that is still on its way back may be forgotten.
                if self._trainers.training_client().status == "running":
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
                _log.exception(N_("a training process could not be replaced"))
            if isinstance(result, CnnError):
                outcome.set_exception(result)
            else:
                outcome.set_result(result)

        task.add_done_callback(deliver)
        return outcome

    def _renew(self, job: str) -> None:
        """Let the process of a training that has ended be replaced; one that may be scoring is left alone."""
        if address := self._addresses.pop(job, None):
            scoring = any(name.startswith(SCORING) for name in list(self._tasks))
            self._trainers.has_trained(address, idle=not scoring)

    def request_stop(self, job: str, address: str | None) -> None:
        """End the training `job` at its next batch, in the worker at `address`.

        One that no process has, as where a cluster has none, is not waited for: it ends as `give_up` says.
        """
        # In a thread of its own: announcements arrive on the client's loop, which must not wait for itself.
        self._errands.submit(self._stop, job, address).add_done_callback(_log_failure)

    def _stop(self, job: str, address: str | None) -> None:
        from cnn.jobs import tasks

        client = self._trainers.training_client()
        if address is not None:
            client.run(tasks.request_stop, job, workers=[address], on_error="ignore")
        task = self._tasks.get(job)
        if task is None or any(task.key in keys for keys in client.processing().values()):
            return
        # In this order, what ends meanwhile is seen here.
        if not any(client.who_has([task]).values()):
            self.give_up(job)
            client.cancel([task])


def _log_failure(errand: "Future[None]") -> None:
    if not errand.cancelled() and (error := errand.exception()):
        _log.error(N_("an errand to the processes that train has failed"), exc_info=error)


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

    from cnn.jobs import tasks

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
    _log.error(N_("a training failed"), exc_info=error)
    return tasks.training_error(error)


def _look_error(error: Exception) -> CnnError:
    from distributed import KilledWorker

    from cnn.jobs import tasks

    if isinstance(error, KilledWorker):
        return WorkerError(
            N_(
                "The process that looked into the network ended several times, most likely for lack of "
                "memory. Wait until no training runs, or choose a smaller network."
            )
        )
    _log.error(N_("a look inside failed"), exc_info=error)
    return tasks.look_error(error)


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
