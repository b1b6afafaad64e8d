"""What runs inside worker processes. Importable without Keras, which is loaded where the work is done.

Dask pickles functions by name, so the app imports this module too.
"""

import pickle
import re
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from shutil import rmtree
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cnn.answer import Answer
from cnn.continuing import Start
from cnn.errors import CnnError, ModelError
from cnn.i18n import N_
from cnn.model_store import keras_path, read
from cnn.progress import TrainedModel
from cnn.recipes import TrainConfig
from cnn.settings import settings

if TYPE_CHECKING:
    from cnn.network.classifier import Classifier

Result = TypeVar("Result")

RESIDENT_MODELS = 16
"""How many compiled models an answering process keeps; the least recently used leaves first."""

_stop_requests: dict[str, Event] = {}


def _said(method: Callable[..., Result]) -> Callable[..., Result]:
    """Whatever goes wrong with a model becomes a sentence; Dask takes other errors for a lost process."""

    @wraps(method)
    def told(*arguments: Any) -> Result:
        try:
            return method(*arguments)
        except CnnError:
            raise
        except Exception as error:
            raise ModelError(
                N_("The model could not be used: {reason}. Choose another, or train it again."),
                reason=str(error) or type(error).__name__,
            ) from error

    return told


class Answering:
    """The resident actor that answers drawings; one for each answering process."""

    @_said
    def classify(self, folder: Path, image: np.ndarray) -> Answer:
        """The answer of the model in `folder` for a float32 (28, 28) image in [0, 1]."""
        return _classifier(folder).classify(image)

    @_said
    def answers(self, folder: Path, images: np.ndarray) -> list[Answer]:
        """The answers of the model in `folder` for float32 (n, 28, 28) in [0, 1]."""
        return _classifier(folder).answers(images)

    @_said
    def h5(self, folder: Path) -> bytes:
        """The model in `folder` as the bytes of an HDF5 file."""
        return _classifier(folder).h5()

    @_said
    def ready(self, folder: Path) -> bool:
        """Load and compile the model in `folder`, so that its first answer is as quick as any."""
        _classifier(folder)
        return True


def _classifier(folder: Path) -> "Classifier":
    # The modification time is part of the key: a model saved again under its name is another one.
    return _compiled(folder, keras_path(folder).stat().st_mtime_ns)


@lru_cache(RESIDENT_MODELS)
def _compiled(folder: Path, _modified_ns: int) -> "Classifier":
    from cnn.network.classifier import Classifier

    return Classifier(read(folder), keras_path(folder))


def train(
    job: str, config: TrainConfig, start: Start | None = None, work_dir: Path | None = None
) -> TrainedModel:
    """Train in this worker; announce events on the topic `job` and heed `request_stop(job)`.

    Events are pickled: Dask's event stream carries bytes as they are.

    Args:
        job: a name that no other training has.
        config: what to train.
        start: a trained network to begin with.
        work_dir: where the last whole epoch is kept, in place of this machine's setting.
    """
    from distributed import get_worker

    from cnn import datasets
    from cnn.network import training

    worker = get_worker()
    stop = _stop_requests.setdefault(job, Event())
    backup = (work_dir or settings().work_dir) / job

    def announce(event: Any) -> None:
        worker.log_event(job, pickle.dumps(event))

    announce(worker.address)
    try:
        dataset = datasets.load(config.dataset, on_bytes=_announce_bytes(announce))
        return training.train(
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


def log_dir(config: TrainConfig, job: str) -> Path:
    """Where TensorBoard's log of a training goes: a folder of its own, named so that people find it."""
    return settings().logs_dir / f"{re.sub(r'[^a-z0-9]+', '-', config.recipe)}-{job}"


def _announce_bytes(announce: Callable[[Any], None]) -> Callable[[int, int | None], None]:
    from cnn.progress import Loading

    return lambda done, total: announce(Loading(done, total))


def request_stop(job: str) -> None:
    """End the training `job` of this worker at its next batch; without effect where it has ended."""
    if job in _stop_requests:
        _stop_requests[job].set()
