"""Trainings that have not ended, on disk, so that an app that is started again goes on with them.

Each app has a folder of its own and locks it while its process lives. A folder without a lock belongs to an
app that has ended. The next app for the same models takes it over, with the trainings and their backups.
"""

import hashlib
import io
import logging
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import time
from typing import Literal

import numpy as np
from pydantic import BaseModel

from cnn import atomic
from cnn.i18n import N_
from cnn.jobs.job import Job
from cnn.models.continuation import Continuation
from cnn.models.fine_tuning import FineTuning
from cnn.models.record import ModelRecord
from cnn.models.start import Start
from cnn.training.recipes import TrainConfig

_log = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
"""After this time the person who waited for a training has gone home."""

_QUEUE = "queue"
_BACKUPS = "backups"
_ASKED = "asked.json"
_NETWORK = "network.keras"
_ARRAYS = "arrays.npz"


class _Asked(BaseModel, frozen=True):
    """What `asked.json` tells."""

    owner: str
    config: TrainConfig
    sweep: str | None
    start: Literal["fine_tuning", "continuation"] | None
    record: ModelRecord | None


class WorkFolder:
    """What one app must find again when it is started once more. It holds the folder until its `release`.

    Attributes:
        backups: the folder for the last whole epochs of trainings, one folder for each.

    Raises:
        OSError: the folder cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = ExitStack()
        # A disk without locks only means that no other app takes the folder over.
        self._lock.enter_context(atomic.held(path))
        self._queue = path / _QUEUE
        self.backups = path / _BACKUPS
        self._found: list[str] = []

    def keep(self, job: Job) -> None:
        """Note that a training is to be done. Where that cannot be written, it is done without a note."""
        try:
            self._queue.mkdir(exist_ok=True)
            with atomic.folder(self._queue / job.id) as folder:
                _write(folder, job)
        except OSError:
            _log.warning(N_("an app that is started again will not know of %s"), job.id, exc_info=True)

    def drop(self, job_id: str) -> None:
        """Forget a training that has ended, or is not wanted any more, and its backup."""
        rmtree(self._queue / job_id, ignore_errors=True)
        rmtree(self.backups / job_id, ignore_errors=True)

    def knows(self, job_id: str) -> bool:
        """Whether a training is still to be done, or to be done once more."""
        return (self._queue / job_id).exists()

    def left(self) -> list[Job]:
        """The trainings that apps before this one have not ended: those that ran, then those that waited."""
        return [job for job_id in self._found if (job := self._read(job_id)) is not None]

    def take_over(self, other: Path) -> None:
        """Take what an app that has ended has left in its folder, which then goes.

        Raises:
            OSError: it cannot be read or removed.
        """
        for noted in sorted(other.glob(f"{_QUEUE}/[!.]*"), key=lambda note: note.stat().st_mtime_ns):
            backup = other / _BACKUPS / noted.name
            ran = backup.exists()
            for there, here in ((backup, self.backups), (noted, self._queue)):
                if there.exists():
                    here.mkdir(exist_ok=True)
                    there.replace(here / noted.name)
            self._found.insert(0 if ran else len(self._found), noted.name)
        rmtree(other)

    def release(self) -> None:
        """Give the folder up: to the next app where a training is left, else for good."""
        if not any(self._queue.glob("[!.]*")):
            rmtree(self._path, ignore_errors=True)
        self._lock.close()

    def _read(self, job_id: str) -> Job | None:
        note = self._queue / job_id
        try:
            if _age(note, self.backups / job_id) <= KEPT_SECONDS:
                return _read(note)
            _log.info("the training %s has waited for too long", job_id)
        except Exception:  # noqa: BLE001 - a power cut leaves anything, and others' trainings do not wait for it
            _log.warning(N_("the training %s cannot be taken up again"), job_id, exc_info=True)
        self.drop(job_id)
        return None


def work_folder(shared: Path, models: Path) -> WorkFolder | None:
    """A folder of this app's own, with what apps that have ended have left.

    Args:
        shared: where such folders are.
        models: where the app keeps its models; what an app with other models has left is not for this one.

    Returns:
        None where there can be none; trainings then have no backups.
    """
    prefix = f"app-{hashlib.sha256(str(models.resolve()).encode()).hexdigest()[:8]}-"
    try:
        shared.mkdir(parents=True, exist_ok=True)
        mine = WorkFolder(Path(mkdtemp(prefix=prefix, dir=shared)))
    except OSError as error:
        _log.warning(N_("no backups of trainings can be kept in %s: %s"), shared, error)
        return None
    for other in sorted(shared.glob(f"{prefix}*")):
        try:
            with atomic.held(other) as is_free:
                if is_free:
                    mine.take_over(other)
        except OSError as error:
            _log.warning(N_("what an app has left in %s cannot be taken over: %s"), other, error)
    return mine


def _age(*folders: Path) -> float:
    """Seconds since something was last written into one of them."""
    return time() - max(folder.stat().st_mtime for folder in folders if folder.exists())


def _write(folder: Path, job: Job) -> None:
    start = job.start
    asked = _Asked(
        owner=job.owner,
        config=job.config,
        sweep=job.sweep,
        start=_kind(start),
        record=start.record if start else None,
    )
    atomic.write_through(folder / _ASKED, asked.model_dump_json().encode())
    if start is None:
        return
    atomic.write_through(folder / _NETWORK, start.keras_file)
    arrays = io.BytesIO()
    np.savez(arrays, allow_pickle=False, **_arrays(start))
    atomic.write_through(folder / _ARRAYS, arrays.getvalue())


def _kind(start: Start | None) -> Literal["fine_tuning", "continuation"] | None:
    if start is None:
        return None
    return "fine_tuning" if isinstance(start, FineTuning) else "continuation"


def _arrays(start: Start) -> dict[str, np.ndarray]:
    if isinstance(start, FineTuning):
        return {"images": start.images, "labels": start.labels}
    return {} if start.filters is None else {"filters": start.filters}


def _read(folder: Path) -> Job:
    asked = _Asked.model_validate_json((folder / _ASKED).read_bytes())
    start = None if asked.record is None else _read_start(folder, asked.record, asked.start)
    return Job(asked.owner, asked.config, start, asked.sweep, folder.name)


def _read_start(folder: Path, record: ModelRecord, kind: str | None) -> Start:
    keras_file = (folder / _NETWORK).read_bytes()
    with np.load(folder / _ARRAYS) as arrays:
        if kind == "fine_tuning":
            return FineTuning(record, keras_file, arrays["images"], arrays["labels"])
        return Continuation(record, keras_file, arrays.get("filters"))
