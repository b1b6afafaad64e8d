"""The door to the processes where networks live: what they are asked, and how the answer comes back.

One process of this machine answers drawings; others train, at a lower priority, started when first
needed. With `DASK_SCHEDULER_ADDRESS` an existing Dask cluster trains instead, and only answering
stays here: an answer that crosses a network would come late. How they are started stands in
`cnn.jobs.processes`.

`workers()` gives the one set of this process; `close` ends every process that it started.
"""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cnn.errors import CnnError, TrainingError, WorkerError
from cnn.i18n import N_
from cnn.insight.answers import Answer
from cnn.jobs.answering import Answering
from cnn.jobs.cluster import RemoteCluster
from cnn.jobs.dispatch import SentTraining, run_inspection
from cnn.jobs.failures import SchedulerLost, lost_inspection
from cnn.jobs.job import Job
from cnn.jobs.processes import ANSWERING, LocalProcesses
from cnn.jobs.trainers import Trainers, TrainersAway
from cnn.jobs.work_folder import WorkFolder
from cnn.models.folder import ModelFolder
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from cnn.settings import Settings, settings
from cnn.training.announcements import Announce, Away, TrainedModel

if TYPE_CHECKING:
    from distributed import Client

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

_WARM_UP_SECONDS = 300.0
_RETRY_SECONDS = 0.2


@dataclass(frozen=True)
class _Order:
    """A training that somebody waits for, to be sent again where its scheduler is lost."""

    job: Job
    announce: Announce
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
        self._trainers: Trainers = RemoteCluster(address, limits) if address else self._local
        self._errands = ThreadPoolExecutor(4, thread_name_prefix="worker-errands")
        self._lock = Lock()
        # Apart from the other: a training need not wait for the process that answers.
        self._actor_lock = Lock()
        self._actor: Any = None
        self._waking: Future[None] | None = None
        self._awake = False
        # Held while a training is sent, so that a stop finds what a process has just begun.
        self._sending = Lock()
        self._sent: dict[str, SentTraining] = {}
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
        """Whether the processes are closed or closing. A training that ends then has not failed."""
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
            self._ask("load", model_store().folder_of(SHIPPED), patience=_WARM_UP_SECONDS)
        except CnnError as error:
            _log.warning(N_("the shipped model is not ready: %s"), error)

    # Answers

    def answer(self, folder: ModelFolder, image: np.ndarray) -> Answer:
        """The answer of a model to one picture.

        Args:
            folder: the model's.
            image: float32 (28, 28) in [0, 1], light ink on dark, as `prepare_drawing` gives it.

        Raises:
            WorkerError: no process answered in time.
            ModelError: the model cannot be read.
        """
        answer: Answer = self._ask("ask", "classify", folder, image)
        return answer

    def answers(self, folder: ModelFolder, images: np.ndarray) -> list[Answer]:
        """The answers to several pictures, float32 (n, 28, 28); else as `answer`."""
        answers: list[Answer] = self._ask("ask", "answers", folder, images)
        return answers

    def h5(self, folder: ModelFolder) -> bytes:
        """A model as the bytes of an HDF5 file.

        Raises:
            WorkerError, ModelError: as `answer`.
        """
        data: bytes = self._ask("ask", "h5", folder)
        return data

    def _ask(self, method: str, *arguments: Any, patience: float | None = None) -> Any:
        """What the answering actor's method returns; a process that has gone is waited for.

        Args:
            method: of `cnn.jobs.answering.Answering`.
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
            except CnnError:
                raise
            # Dask says by OSError or RuntimeError that the actor has gone with its process, by CancelledError
            # that the scheduler has.
            except (OSError, RuntimeError, CancelledError, FutureTimeoutError) as error:
                self._note_away(actor, error)
                if monotonic() > deadline or self._closed:
                    raise WorkerError(
                        N_(
                            "The process that answers has not come up within {seconds:.0f} seconds. "
                            "Draw again in a moment; if this stays, start the app again."
                        ),
                        seconds=patience,
                    ) from error
                sleep(_RETRY_SECONDS)
            else:
                if not self._awake:
                    _log.info("the answering process answers")
                self._awake = True
                return result

    def _note_away(self, actor: Any, error: BaseException) -> None:
        # Where Dask says TimeoutError, the actor is there and slow: another one would make it slower.
        if not isinstance(error, TimeoutError):
            if self._awake:
                _log.warning(N_("the answering process is away: %s"), error)
            if self._actor is actor:
                self._actor = None
        self._awake = False

    def _answering(self, deadline: float) -> Any:
        client = self._local.client()
        if not self._actor_lock.acquire(timeout=max(deadline - monotonic(), 0)):
            raise TimeoutError
        try:
            if self._actor is None:
                future = client.submit(Answering, actor=True, pure=False, resources={ANSWERING: 1})
                self._actor = future.result(timeout=max(deadline - monotonic(), _RETRY_SECONDS))
            return self._actor
        finally:
            self._actor_lock.release()

    # Looks inside

    def inspect(self, task: Callable[..., Result], *arguments: Any) -> Result:
        """What a short task returns from the answering process, within some hundred milliseconds.

        Args:
            task: a function of `cnn.jobs.inspections`.
            *arguments: plain values and arrays.

        Raises:
            WorkerError: no process did it in time.
            CnnError: whatever the task raises.
        """
        client = self._local.client()
        future = client.submit(run_inspection, task, *arguments, pure=False, resources={ANSWERING: 1})
        try:
            result: Result = future.result(timeout=self._settings.answer_timeout)
        except CnnError:
            raise
        except Exception as error:
            raise lost_inspection(error) from error
        return result

    def begin(self, task: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Begin a long task of `cnn.jobs.inspections` in a process that yields to drawings, not to trainings.

        Returns:
            a future that gives the result or raises what went wrong, always a `CnnError`.
        """
        return self._local.begin(task, *arguments)

    # Trainings

    def capacity(self) -> int:
        """How many trainings can run at the same time; raises `WorkerError` where nobody can say."""
        return self._trainers.capacity()

    def begin_training(self, job: Job, announce: Announce, *, again: bool = False) -> "Future[TrainedModel]":
        """Train in a worker process.

        Args:
            job: what to train.
            announce: is called from another thread with each event of `cnn.training.announcements`, and
                with the worker's address (str) whenever a process begins it.
            again: whether an app before this one has asked for it. It then waits for a cluster that is not
                there yet, as for one that has gone.

        Returns:
            a future that gives the trained model or raises what went wrong, always a `CnnError`.
        """
        order = _Order(job, announce, Future(), again)
        try:
            self._send(order)
        except TrainersAway:
            self._wait_to_send(order)
        return order.outcome

    def give_up(self, job_id: str) -> None:
        """Wait no longer for processes for a training; it then ends with a `TrainingError`."""
        self._given_up.add(job_id)

    def _send(self, order: _Order) -> None:
        with self._sending:
            sent = self._trainers.send(order.job, order.announce, again=order.again)
            self._sent[order.job.id] = sent
        sent.outcome.add_done_callback(lambda outcome: self._end(order, outcome))

    def _end(self, order: _Order, outcome: "Future[TrainedModel]") -> None:
        self._sent.pop(order.job.id, None)
        if isinstance(outcome.exception(), SchedulerLost) and not self._closed:
            self._wait_to_send(replace(order, again=True))
            return
        # The queue saves the network in this call. Its backup stands until then.
        _pass_on(outcome, order.outcome)
        self._clear_away(order.job.id)

    def _clear_away(self, job_id: str) -> None:
        """Let go what is kept of a training that has ended and is not to be done once more."""
        self._given_up.discard(job_id)
        if self._closed or (self.folder is not None and self.folder.knows(job_id)):
            return
        # The client's own thread, which calls this, must not wait for itself.
        self._errands.submit(self._trainers.forget, job_id).add_done_callback(_log_failure)

    def _wait_to_send(self, order: _Order) -> None:
        name = f"later-{order.job.id}"
        Thread(target=self._send_later, args=(order,), name=name, daemon=True).start()

    def _send_later(self, order: _Order) -> None:
        """Wait for processes that have gone, however long, and send them a training."""
        order.announce(Away())
        while not self._closed:
            sleep(_RETRY_SECONDS)
            if order.job.id in self._given_up:
                order.outcome.set_exception(
                    TrainingError(
                        N_(
                            "This training was stopped while no process had it, so there is no network of "
                            "it. Train again."
                        )
                    )
                )
                self._clear_away(order.job.id)
                return
            try:
                self._send(order)
            except Exception as error:  # noqa: BLE001 - the scheduler may go at any moment; the training waits on
                _log.debug("training %s still waits: %s", order.job.id, error)
            else:
                return

    def request_stop(self, job_id: str, address: str | None) -> None:
        """End a training at its next batch, in the worker at `address`.

        One that no process has, as where a cluster has none, is not waited for: it ends as `give_up` says.
        """
        # In a thread of its own: announcements arrive on the client's loop, which must not wait for itself.
        self._errands.submit(self._stop, job_id, address).add_done_callback(_log_failure)

    def _stop(self, job_id: str, address: str | None) -> None:
        with self._sending:
            sent = self._sent.get(job_id)
        if sent is None:
            return
        sent.request_stop(address)
        if not sent.is_taken() and self._sent.get(job_id) is sent:
            self.give_up(job_id)
            sent.cancel()


def _log_failure(errand: "Future[None]") -> None:
    if not errand.cancelled() and (error := errand.exception()):
        _log.error(N_("an errand to the processes that train has failed"), exc_info=error)


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
