"""A training in its worker process. Importable without Keras, which is loaded where the work is done.

Dask pickles functions by name, so the app imports this module too.
"""

import pickle
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from threading import Event, Thread
from typing import Any

from cnn.jobs.failures import raising_own_errors, training_failed
from cnn.jobs.job import Job
from cnn.settings import settings
from cnn.training.announcements import Loading, StandIn, TrainedModel, heed_stop
from cnn.training.recipes import TrainConfig

_LOOK_SECONDS = 0.1

_stop_requests: dict[str, Event] = {}


@raising_own_errors(training_failed)
def run_training(job: Job, topic: str, backups: Path | None) -> TrainedModel:
    """Train in this worker; announce events on the topic and heed `request_stop`.

    Events are pickled: Dask's event stream carries bytes as they are.

    Args:
        job: what to train.
        topic: a name that no other sending of it has.
        backups: the folder where the last whole epoch is kept; None keeps none. The app deletes the backup
            when the network is saved.
    """
    from distributed import get_worker

    worker = get_worker()
    backup = None if backups is None else backups / job.id

    def announce(event: Any) -> None:
        worker.log_event(topic, pickle.dumps(event))

    # From the first announcement on, a stop may come.
    stop = _stop_requests.setdefault(job.id, Event())
    announce(worker.address)
    try:
        return _train(job, announce, stop.is_set, backup)
    except Exception:
        # A training that failed by itself is not taken up again.
        if backup is not None:
            rmtree(backup, ignore_errors=True)
        raise
    finally:
        _stop_requests.pop(job.id, None)


def _train(
    job: Job, announce: Callable[[Any], None], should_stop: Callable[[], bool], backup: Path | None
) -> TrainedModel:
    def leave_early() -> None:
        # What a lost process has learned is brought back before the training ends.
        if backup is None or not backup.exists():
            heed_stop(should_stop)

    def tell_bytes(done: int, total: int | None) -> None:
        announce(Loading(done, total))
        leave_early()

    _import_tensorflow(meanwhile=leave_early)
    from cnn.data import datasets
    from cnn.network import fitting

    dataset = datasets.load(job.config.dataset, on_bytes=tell_bytes)
    if dataset.mnist_missing is not None:
        announce(StandIn(dataset.mnist_missing))
    leave_early()
    return fitting.fit(
        job.config,
        dataset,
        announce=announce,
        should_stop=should_stop,
        backup_dir=backup,
        start=job.start,
        log_dir=log_dir(job.config, job.id),
    )


def _import_tensorflow(meanwhile: Callable[[], None]) -> None:
    """Import TensorFlow in a thread, because it takes seconds. A stop is obeyed meanwhile."""
    coming = Thread(target=import_module, args=("cnn.network.fitting",), daemon=True)
    coming.start()
    while coming.is_alive():
        coming.join(_LOOK_SECONDS)
        meanwhile()
    meanwhile()


def request_stop(job_id: str) -> None:
    """End a training of this worker at its next batch. Nothing happens if it has not begun or has ended."""
    if job_id in _stop_requests:
        _stop_requests[job_id].set()


def log_dir(config: TrainConfig, name: str) -> Path:
    """Where TensorBoard's log of a training goes: a folder of its own, named so that people find it."""
    return settings().logs_dir / f"{re.sub(r'[^a-z0-9]+', '-', config.recipe)}-{name}"
