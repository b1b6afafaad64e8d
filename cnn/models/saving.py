"""Writing a model's folder, whole or not at all."""

import io
import logging
from pathlib import Path
from typing import Unpack

import numpy as np

from cnn import atomic
from cnn.errors import ModelNotSaved
from cnn.i18n import N_
from cnn.models.folder import FILTERS_FILE, KERAS_FILE, RECORD_FILE, ModelFolder
from cnn.models.record import ModelRecord, Traits, check_name, record_of
from cnn.reasons import reason
from cnn.training.announcements import TrainedModel

_log = logging.getLogger(__name__)


def check_place(place: ModelFolder) -> None:
    """Say before a long training that no model can be kept in this folder.

    Raises:
        ModelNotSaved: it cannot be written, or it holds something else than a model.
    """
    if place.path.exists() and not _may_replace(place):
        raise ModelNotSaved(
            N_("{folder} exists and is no model's folder. Choose another place, so that nothing is lost."),
            folder=str(place.path),
        )
    try:
        atomic.make_writable(place.path.parent)
    except OSError as error:
        raise _not_saved(place.path.name, place.path.parent, error) from error


def save_in(
    place: ModelFolder,
    name: str,
    trained: TrainedModel,
    owner: str | None = None,
    **traits: Unpack[Traits],
) -> ModelRecord:
    """Keep a trained network in this folder; a model that stands there goes once the new one is whole.

    Args:
        place: the folder, anywhere; the one around it is made where it is missing.
        name: see `check_name`.
        trained: what the training left.
        owner: the visitor it belongs to.
        **traits: what the training does not tell.

    Raises:
        ModelNameError: the name cannot be.
        ModelNotSaved: the disk is full or the folder cannot be written.
    """
    record = record_of(trained, place.path.name, check_name(name), owner, **traits)
    check_place(place)
    try:
        with atomic.folder(place.path) as folder:
            atomic.write_through(folder / KERAS_FILE, trained.keras_file)
            if trained.filters is not None:
                atomic.write_through(folder / FILTERS_FILE, _packed(trained.filters))
            atomic.write_through(folder / RECORD_FILE, record.to_json())
    except OSError as error:
        raise _not_saved(record.name, place.path.parent, error) from error
    _log.info("model %s is saved as %r", record.id, record.name)
    return record


def put_record(folder: ModelFolder, record: ModelRecord) -> None:
    """Give a model another record; the old one stays until the new one is whole.

    Raises:
        ModelNotSaved: the disk is full or the folder cannot be written.
    """
    try:
        atomic.write(folder.path / RECORD_FILE, record.to_json())
    except OSError as error:
        raise _not_saved(record.name, folder.path, error) from error


def _may_replace(place: ModelFolder) -> bool:
    if not place.path.is_dir():
        return False
    content = {path.name for path in place.path.iterdir()}
    return not content or not content.isdisjoint({RECORD_FILE, KERAS_FILE})


def _not_saved(name: str, folder: Path, error: OSError) -> ModelNotSaved:
    return ModelNotSaved(
        N_("The model {name!r} could not be written to {folder}: {reason}. Make room or allow writing."),
        name=name,
        folder=str(folder),
        reason=reason(error),
    )


def _packed(kernels: np.ndarray) -> bytes:
    packed = io.BytesIO()
    np.savez_compressed(packed, filters=kernels.astype(np.float32))
    return packed.getvalue()
