"""Trainings that have not ended, on disk, so that an app that is started again goes on with them.

Each app has a folder of its own, which a lock holds as long as its process lives. A folder that nobody
holds is what a dead app has left: the next app takes it over, with the trainings asked for and how far they
had come.
"""

import fcntl
import io
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import time
from typing import Literal

import numpy as np
from pydantic import BaseModel

from cnn import atomic
from cnn.continuing import Continuation, Start
from cnn.errors import CnnError
from cnn.fine_tuning import FineTuning
from cnn.model_record import ModelRecord
from cnn.recipes import TrainConfig

_log = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
"""Who asked for a training longer ago has gone home."""

_ASKED = "asked.json"
_NETWORK = "network.keras"
_ARRAYS = "arrays.npz"


@dataclass(frozen=True, eq=False)
class Unfinished:
    """A training as it was asked for.

    Attributes:
        owner: whose it is.
        id: no other training has it; its backups bear it, too.
        config: what to train.
        start: the trained network that it goes on from, if any.
        sweep: the name that the trainings of one sweep share.
    """

    owner: str
    id: str
    config: TrainConfig
    start: Start | None = field(default=None, repr=False)
    sweep: str | None = None


class _Asked(BaseModel, frozen=True):
    """What `asked.json` tells."""

    owner: str
    config: TrainConfig
    sweep: str | None
    start: Literal["fine_tuning", "continuation"] | None
    record: ModelRecord | None


class WorkFolder:
    """What one app must find again when it is started once more.

    Attributes:
        backups: the folder for the last whole epochs of trainings, one folder for each.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self._path = path
        self._lock = lock
        self._queue = path / "queue"
        self.backups = path / "backups"

    def keep(self, training: Unfinished) -> None:
        """Note that a training is to be done. Where that cannot be written, it is done without a note."""
        try:
            self._queue.mkdir(exist_ok=True)
            with atomic.folder(self._queue / training.id) as folder:
                _write(folder, training)
        except OSError:
            _log.warning("an app that is started again will not know of %s", training.id, exc_info=True)

    def drop(self, job: str) -> None:
        """Note that a training has ended, or is not wanted any more."""
        rmtree(self._queue / job, ignore_errors=True)

    def left(self) -> list[Unfinished]:
        """The trainings that are still to be done, in the order in which they were asked for."""
        # A scratch folder of an unfinished write begins with a dot.
        found = sorted(self._queue.glob("[!.]*"), key=lambda folder: folder.stat().st_mtime_ns)
        return [training for folder in found if (training := self._read(folder)) is not None]

    def release(self) -> None:
        """Give the folder up: to the next app where a training is left, else for good."""
        if not any(self._queue.glob("[!.]*")):
            rmtree(self._path, ignore_errors=True)
        os.close(self._lock)

    def _read(self, folder: Path) -> Unfinished | None:
        if time() - folder.stat().st_mtime > KEPT_SECONDS:
            _log.info("the training %s was asked for too long ago", folder.name)
        else:
            try:
                return _read(folder)
            except (OSError, ValueError, CnnError) as error:
                _log.warning("the training %s cannot be taken up again: %s", folder.name, error)
        self.drop(folder.name)
        rmtree(self.backups / folder.name, ignore_errors=True)
        return None


def work_folder(shared: Path) -> WorkFolder | None:
    """A folder of this app's own in `shared`: the newest that a dead app has left, else a new one.

    None where there can be none; trainings then have no backups.
    """
    try:
        shared.mkdir(parents=True, exist_ok=True)
        path, lock = next(_abandoned(shared), None) or _new(shared)
    except OSError as error:
        _log.warning("no backups of trainings can be kept in %s: %s", shared, error)
        return None
    return WorkFolder(path, lock)


def _abandoned(shared: Path) -> Iterator[tuple[Path, int]]:
    """The folders that nobody holds, the newest first, each held from now on."""
    for path in sorted(shared.glob("app-*"), key=lambda path: path.stat().st_mtime, reverse=True):
        lock = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
        else:
            yield path, lock


def _new(shared: Path) -> tuple[Path, int]:
    path = Path(mkdtemp(prefix="app-", dir=shared))
    lock = os.open(path, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return path, lock


def _write(folder: Path, training: Unfinished) -> None:
    start = training.start
    asked = _Asked(
        owner=training.owner,
        config=training.config,
        sweep=training.sweep,
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


def _read(folder: Path) -> Unfinished:
    asked = _Asked.model_validate_json((folder / _ASKED).read_bytes())
    start = None if asked.record is None else _read_start(folder, asked.record, asked.start)
    return Unfinished(asked.owner, folder.name, asked.config, start, asked.sweep)


def _read_start(folder: Path, record: ModelRecord, kind: str | None) -> Start:
    keras_file = (folder / _NETWORK).read_bytes()
    with np.load(folder / _ARRAYS) as arrays:
        if kind == "fine_tuning":
            return FineTuning(record, keras_file, arrays["images"], arrays["labels"])
        return Continuation(record, keras_file, arrays.get("filters"))
