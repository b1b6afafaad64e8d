"""What runs inside worker processes. Importable without Keras, which is loaded where the work is done.

Dask pickles functions by name, so the app imports this module too.
"""

import logging
import pickle
import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, wraps
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from threading import Event, Thread
from time import time
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cnn.errors import CnnError, ModelError, TrainingError, WorkerError
from cnn.i18n import N_
from cnn.insight.answers import Answer
from cnn.jobs.work_folder import KEPT_SECONDS
from cnn.models.continuation import Start
from cnn.models.store import keras_path, read, stamped
from cnn.reasons import reason
from cnn.settings import settings
from cnn.training.announcements import Loading, StandIn, TrainedModel, heed_stop
from cnn.training.recipes import TrainConfig

if TYPE_CHECKING:
    from cnn.network.classifier import Classifier

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

RESIDENT_MODELS = 16
"""How many compiled models an answering process keeps; the least recently used leaves first."""

_LOOK_SECONDS = 0.1

_stop_requests: dict[str, Event] = {}


def model_error(error: Exception) -> CnnError:
    """What is said of an error that nobody foresaw in the use of a model."""
    return ModelError(
        N_("The model could not be used: {reason}. Choose another, or train it again."), reason=reason(error)
    )


def look_error(error: Exception) -> CnnError:
    """What is said of one in a look into a network."""
    return WorkerError(
        N_("The network could not be looked into: {reason}. Try again in a moment."), reason=reason(error)
    )


def training_error(error: Exception) -> CnnError:
    """What is said of one in a training."""
    return TrainingError(
        N_("The training ended with {kind}: {reason}. Train again, or with other settings."),
        kind=type(error).__name__,
        reason=reason(error),
    )


def _leaving_alone(
    told: Callable[[Exception], CnnError],
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Let a task raise nothing but the library's own errors, and these without what they came from.

    Dask sends an error together with its causes. The app, which reads them, would import where they are
    defined: TensorFlow, and Keras with it. And an actor's other errors it takes for a lost process.

    Args:
        told: puts an error that is not the library's own into a sentence.
    """

    def decorate(task: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(task)
        def alone(*arguments: Any) -> Result:
            try:
                return task(*arguments)
            except CnnError as error:
                failure = type(error)(error.message, **error.values)
            except Exception as error:  # noqa: BLE001 - whatever it was, whoever asked reads it
                _log.exception("%s failed", task.__qualname__)
                failure = told(error)
            # Out here, where no error is being handled that would go with it.
            raise failure

        return alone

    return decorate


class Answering:
    """The resident actor that answers drawings; one for each answering process."""

    @_leaving_alone(model_error)
    def classify(self, folder: Path, image: np.ndarray) -> Answer:
        """The answer of the model in `folder` for a float32 (28, 28) image in [0, 1]."""
        return _classifier(folder).classify(image)

    @_leaving_alone(model_error)
    def answers(self, folder: Path, images: np.ndarray) -> list[Answer]:
        """The answers of the model in `folder` for float32 (n, 28, 28) in [0, 1]."""
        return _classifier(folder).answers(images)

    @_leaving_alone(model_error)
    def h5(self, folder: Path) -> bytes:
        """The model in `folder` as the bytes of an HDF5 file."""
        return _classifier(folder).h5()

    @_leaving_alone(model_error)
    def ready(self, folder: Path) -> bool:
        """Load and compile the model in `folder`, so that its first answer is as quick as any."""
        _classifier(folder)
        return True


def _classifier(folder: Path) -> "Classifier":
    # The modification time is part of the key: a model saved again under its name is another one.
    return _compiled(*stamped(folder))


@lru_cache(RESIDENT_MODELS)
def _compiled(folder: Path, _modified_ns: int) -> "Classifier":
    from cnn.network.classifier import Classifier

    return Classifier(read(folder), keras_path(folder))


@_leaving_alone(look_error)
def look(task: Callable[..., Result], *arguments: Any) -> Result:
    """What a function of `cnn.jobs.inspections` returns."""
    return task(*arguments)


@_leaving_alone(training_error)
def train(
    job: str, topic: str, config: TrainConfig, start: Start | None = None, backups: Path | None = None
) -> TrainedModel:
    """Train in this worker; announce events on the topic and heed `request_stop(job)`.

    Events are pickled: Dask's event stream carries bytes as they are.

    Args:
        job: a name that no other training has.
        topic: one that no other sending of it has.
        config: what to train.
        start: a trained network to begin with.
        backups: where the last whole epoch is kept, in place of this machine's setting. Whoever has sent the
            training lets it go when the network is safe.
    """
    from distributed import get_worker

    worker = get_worker()
    stop = _stop_requests.setdefault(job, Event())
    backup = (backups or settings().work_dir) / job
    if backups is None:
        _clear_forgotten(settings().work_dir)

    def announce(event: Any) -> None:
        worker.log_event(topic, pickle.dumps(event))

    def tell_bytes(done: int, total: int | None) -> None:
        announce(Loading(done, total))
        leave_early()

    def leave_early() -> None:
        # What a lost process has learned is brought back before the training ends.
        if not backup.exists():
            heed_stop(stop.is_set)

    announce(worker.address)
    try:
        # TensorFlow takes seconds to come, and whoever stops the training does not wait for it.
        coming = Thread(target=import_module, args=("cnn.network.fitting",), daemon=True)
        coming.start()
        while coming.is_alive():
            coming.join(_LOOK_SECONDS)
            leave_early()
        leave_early()
        from cnn.data import datasets
        from cnn.network import fitting

        dataset = datasets.load(config.dataset, on_bytes=tell_bytes)
        if dataset.mnist_missing is not None:
            announce(StandIn(dataset.mnist_missing))
        leave_early()
        return fitting.train(
            config,
            dataset,
            announce=announce,
            should_stop=stop.is_set,
            backup_dir=backup,
            start=start,
            log_dir=log_dir(config, job),
        )
    except Exception:
        # A training that failed by itself is not taken up again.
        rmtree(backup, ignore_errors=True)
        raise
    finally:
        _stop_requests.pop(job, None)


def give_way(job: str) -> bool:
    """Leave off the training `job`, which is sent anew; whether this machine has a backup to go on from."""
    request_stop(job)
    return (settings().work_dir / job).exists()


def forget(job: str) -> None:
    """Let the backup of the training `job` on this machine go."""
    rmtree(settings().work_dir / job, ignore_errors=True)


def _clear_forgotten(backups: Path) -> None:
    """Let the backups go that nobody has asked for within a day: whoever sent them has gone."""
    for epoch in backups.glob("*/epoch-*"):
        with suppress(OSError):
            if time() - epoch.stat().st_mtime > KEPT_SECONDS:
                rmtree(epoch.parent)


def log_dir(config: TrainConfig, job: str) -> Path:
    """Where TensorBoard's log of a training goes: a folder of its own, named so that people find it."""
    return settings().logs_dir / f"{re.sub(r'[^a-z0-9]+', '-', config.recipe)}-{job}"


def request_stop(job: str) -> None:
    """End the training `job` of this worker, once it has begun at its next batch; no effect after its end."""
    if job in _stop_requests:
        _stop_requests[job].set()
