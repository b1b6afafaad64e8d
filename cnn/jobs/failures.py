"""Sentences for unforeseen errors: in a worker process, and where its result arrives."""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import wraps
from typing import Any, TypeVar

from cnn.errors import CnnError, ModelError, OutOfMemory, TrainingError, WorkerError
from cnn.i18n import N_
from cnn.reasons import reason

_log = logging.getLogger(__name__)

Result = TypeVar("Result")
Sentence = Callable[[Exception], CnnError]
"""Puts an error that is not the library's own into a sentence."""


class SchedulerLost(WorkerError):
    """The scheduler has gone, and with it what it had to do."""


def answer_failed(error: Exception) -> CnnError:
    """What is said of an error in the use of a model."""
    return ModelError(
        N_("The model could not be used: {reason}. Choose another, or train it again."), reason=reason(error)
    )


def inspection_failed(error: Exception) -> CnnError:
    """What is said of one in a look into a network."""
    return WorkerError(
        N_("The network could not be looked into: {reason}. Try again in a moment."), reason=reason(error)
    )


def training_failed(error: Exception) -> CnnError:
    """What is said of one in a training."""
    return TrainingError(
        N_("The training ended with {kind}: {reason}. Train again, or with other settings."),
        kind=type(error).__name__,
        reason=reason(error),
    )


def raising_own_errors(told: Sentence) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Let a task raise only a `CnnError`, without its cause.

    Dask sends an error together with its cause. To read the cause, the app would import TensorFlow. And Dask
    takes any other error of an actor for a lost process.

    Args:
        told: puts any other error into a sentence.
    """

    def decorate(task: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(task)
        def guarded(*arguments: Any) -> Result:
            try:
                return task(*arguments)
            except CnnError as error:
                failure = type(error)(error.message, **error.values)
            except Exception as error:  # noqa: BLE001 - the caller reads every error
                _log.exception("%s failed", task.__qualname__)
                failure = told(error)
            # Out here, where no error is being handled that would go with it.
            raise failure

        return guarded

    return decorate


def lost_training(error: Exception) -> CnnError:
    """What is said where Dask, and not the task, ended a training."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return OutOfMemory(
            N_(
                "The training's process ended several times, most likely for lack of memory. "
                "Take a smaller batch, fewer training images or a smaller network."
            )
        )
    # Dask cancels a training when its scheduler has gone.
    if isinstance(error, CancelledError):
        return SchedulerLost(N_("The processes that train cannot be reached. Train again in a moment."))
    _log.error(N_("a training failed"), exc_info=error)
    return training_failed(error)


def lost_inspection(error: Exception) -> CnnError:
    """What is said where Dask, and not the task, ended a look into a network."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return WorkerError(
            N_(
                "The process that looked into the network ended several times, most likely for lack of "
                "memory. Wait until no training runs, or choose a smaller network."
            )
        )
    _log.error(N_("a look inside failed"), exc_info=error)
    return inspection_failed(error)
