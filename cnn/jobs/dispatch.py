"""Tasks on their way to Dask's processes and back: what Dask's futures give, as plain ones."""

import logging
import pickle
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cnn.errors import CnnError
from cnn.i18n import N_
from cnn.jobs.failures import (
    SchedulerLost,
    Sentence,
    inspection_failed,
    lost_training,
    raising_own_errors,
)
from cnn.jobs.job import Job
from cnn.jobs.training_task import request_stop as stop_in_worker
from cnn.training.announcements import TrainedModel

if TYPE_CHECKING:
    from distributed import Client

_log = logging.getLogger(__name__)

_held: dict[str, Any] = {}
"""Dask's futures by their keys. Dask cancels a future that is not held."""


def hold(task: Any, told: Sentence, *, before_end: Callable[[], None] | None = None) -> "Future[Any]":
    """A plain future of a Dask task, which is held until it has ended.

    Args:
        task: Dask's future.
        told: puts into a sentence what is no error of the library's own.
        before_end: is called when the task has ended, before anybody hears of it.

    Returns:
        a future that gives the task's result or raises a `CnnError`.
    """
    _held[task.key] = task
    outcome: Future[Any] = Future()

    def deliver(done: Any) -> None:
        result = _result(done, told)
        _held.pop(task.key).release()
        if before_end is not None:
            try:
                before_end()
            except Exception:  # noqa: BLE001 - the result is delivered in any case
                _log.exception(N_("a training process could not be replaced"))
        if isinstance(result, CnnError):
            outcome.set_exception(result)
        else:
            outcome.set_result(result)

    task.add_done_callback(deliver)
    return outcome


def _result(task: Any, told: Sentence) -> Any:
    """What a Dask future gives, or what it raises as an error of the library's own."""
    try:
        return task.result()
    except CnnError as error:
        return error
    except Exception as error:  # noqa: BLE001 - the caller reads every error
        return told(error)


@raising_own_errors(inspection_failed)
def run_inspection(task: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of `cnn.jobs.inspections` returns; runs in a worker process."""
    return task(*arguments)


class SentTraining:
    """A training that has been handed to Dask.

    Args:
        client: of the processes that train.
        run: the task, a function of (job, topic, *arguments).
        job: what to train.
        arguments: more for the task.
        announce: hears what the training announces.
        options: for Dask's `submit`: which processes may do it.
        before_end: see `hold`.

    Attributes:
        outcome: a future that gives the trained model or raises what went wrong, always a `CnnError`;
            `SchedulerLost` where it is to be sent again.
    """

    def __init__(  # noqa: PLR0913 - what is sent, where to, and who hears of it
        self,
        client: "Client",
        run: Callable[..., TrainedModel],
        job: Job,
        *arguments: Any,
        announce: Callable[[Any], None],
        options: dict[str, Any],
        before_end: Callable[[], None] | None = None,
    ) -> None:
        self._client = client
        self._id = job.id
        # An earlier process may still train it. Its announcements go to another topic and are not heard.
        self._topic = f"{job.id}-{uuid4().hex}"
        client.subscribe_topic(
            self._topic,
            lambda event: announce(pickle.loads(event[1])),  # noqa: S301 - our own workers'
        )
        self._task = client.submit(
            run, job, self._topic, *arguments, key=f"train-{self._topic}", pure=False, **options
        )
        self.outcome: Future[TrainedModel] = hold(self._task, lost_training, before_end=before_end)
        self.outcome.add_done_callback(self._hear_no_more)

    def _hear_no_more(self, outcome: "Future[TrainedModel]") -> None:
        if self._client.status == "running" and not isinstance(outcome.exception(), SchedulerLost):
            self._client.unsubscribe_topic(self._topic)

    def request_stop(self, address: str | None) -> None:
        """End the training at its next batch, in the worker at `address`, once one has begun it."""
        if address is not None:
            self._client.run(stop_in_worker, self._id, workers=[address], on_error="ignore")

    def is_taken(self) -> bool:
        """Whether a process has it, or its result."""
        if any(self._task.key in keys for keys in self._client.processing().values()):
            return True
        # Asked second: a task that ends between the two calls is still found.
        return any(self._client.who_has([self._task]).values())

    def cancel(self) -> None:
        """Take back what no process has: `outcome` then raises `SchedulerLost`."""
        self._client.cancel([self._task])
