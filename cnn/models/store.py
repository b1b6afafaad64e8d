"""The folder `models/`: each trained network a folder of its own.

    models/shipped/            comes with the project and answers on Draw
    models/fast/               trained on the command line: nobody's own, everybody sees it
    models/my-first-3fa94c/    a visitor's own
        model.keras            the network with its optimizer's state
        record.json            a `ModelRecord`
        filters.npz            the first layer's kernels over the epochs, where it has any

A folder appears whole or not at all. What is broken or foreign there is listed as such with its
reason. Nothing here needs Keras: `cnn.network.build` reads `model.keras`.
"""

import errno
import filecmp
import io
import logging
import re
import secrets
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from shutil import copytree
from threading import Lock

import numpy as np

from cnn import atomic
from cnn.errors import ModelBroken, ModelError, ModelNameError, ModelNotFound, ModelNotSaved
from cnn.i18n import N_
from cnn.models.file import check_file
from cnn.models.record import ModelRecord, check_name, read_record, record_of
from cnn.reasons import reason
from cnn.settings import PROJECT, settings
from cnn.training.announcements import TrainedModel

KERAS_FILE = "model.keras"
RECORD_FILE = "record.json"
FILTERS_FILE = "filters.npz"
SHIPPED = "shipped"

# Far more than two hundred epochs need.
_BYTES_OF_A_RECORD = 4 << 20
_AXES_OF_FILTERS = 5
_BYTES_OF_FILTERS = 64 << 20

_publishing = Lock()

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BrokenModel:
    """A folder among the models that holds no usable model, and why."""

    id: str
    reason: ModelError


def save(  # noqa: PLR0913 - the last three are known to who trains, not to the training
    name: str,
    trained: TrainedModel,
    *,
    owner: str | None = None,
    folder: Path | None = None,
    place: Path | None = None,
    fine_tuned: bool = False,
    reject_class: bool = False,
    reject_threshold: float = 0.5,
) -> ModelRecord:
    """Keep a trained network under a name; whole or not at all.

    A visitor's models get a folder each, also under one name. Without an owner, a model takes the
    place of the one of that name.

    Args:
        name: see `check_name`.
        trained: what the training left.
        owner: the visitor it belongs to.
        folder: in place of the setting `models_dir`; it is made where it is missing.
        place: the model's own folder, anywhere, in place of one in `folder`.
        fine_tuned, reject_class, reject_threshold: see `ModelRecord`.

    Raises:
        ModelNameError: the name cannot be.
        ModelNotSaved: the disk is full or the folder cannot be written.
    """
    name = check_name(name)
    if place is None:
        home = _home(folder)
        place = home / (_slug(name) if owner is None else _free_id(name, home))
    record = record_of(
        trained,
        place.name,
        name,
        owner,
        fine_tuned=fine_tuned,
        reject_class=reject_class,
        reject_threshold=reject_threshold,
    )
    _write(record, trained, place)
    _log.info("model %s is saved as %r", record.id, record.name)
    return record


def check_place(place: Path) -> None:
    """Say before a long training that no model can be kept in this folder.

    Raises:
        ModelNotSaved: it cannot be written, or it holds something else than a model.
    """
    if place.exists() and not _may_replace(place):
        raise ModelNotSaved(
            N_("{folder} exists and is no model's folder. Choose another place, so that nothing is lost."),
            folder=str(place),
        )
    try:
        atomic.make_writable(place.parent)
    except OSError as error:
        raise _not_saved(place.name, place.parent, error) from error


def list_models(owner: str | None = None, folder: Path | None = None) -> list[ModelRecord | BrokenModel]:
    """The models that everybody sees, published ones among them, and those of `owner`.

    The shipped one comes first, then the newest, and the broken ones last.

    Raises:
        ModelError: the folder exists and cannot be read.
    """
    found = everyones(folder)
    seen = [
        model
        for model in found
        if isinstance(model, ModelRecord) and (model.owner in (None, owner) or model.published)
    ]
    seen.sort(key=lambda model: (model.id != SHIPPED, -model.created.timestamp()))
    return [*seen, *(model for model in found if isinstance(model, BrokenModel))]


def usable(owner: str | None = None, folder: Path | None = None) -> list[ModelRecord]:
    """The models of `list_models`, in their order, without the broken ones; raises as it does."""
    return [model for model in list_models(owner, folder) if isinstance(model, ModelRecord)]


def everyones(folder: Path | None = None) -> list[ModelRecord | BrokenModel]:
    """All models of all owners, in no order: for upkeep, never for a visitor.

    Raises:
        ModelError: as `list_models`.
    """
    found: list[ModelRecord | BrokenModel] = []
    for path in _folders(folder):
        try:
            found.append(_read(path))
        except ModelError as error:
            found.append(BrokenModel(path.name, error))
    return found


def size(model: str | Path, folder: Path | None = None) -> int:
    """How many bytes a model takes on the disk.

    Raises:
        ModelNotFound: there is no such model.
        OSError: it is being changed or deleted meanwhile.
    """
    return sum(path.stat().st_size for path in _folder_of(model, folder).rglob("*") if path.is_file())


def read(model: str | Path, folder: Path | None = None) -> ModelRecord:
    """A model's record.

    Args:
        model: its id, or the path of its folder, anywhere, as a `Path`.
        folder: where ids are looked for, in place of the setting `models_dir`.

    Raises:
        ModelNotFound: there is none.
        ModelBroken: its files cannot be read, with the reason.
    """
    return _read(_folder_of(model, folder))


def keras_path(model: str | Path, folder: Path | None = None) -> Path:
    """The path of a model's `.keras` file.

    Raises:
        ModelNotFound: there is no such model.
        ModelBroken: it has no such file.
    """
    path = _folder_of(model, folder)
    _read(path)
    return path / KERAS_FILE


def stamped(model: str | Path, folder: Path | None = None) -> tuple[Path, int]:
    """A model's folder, and when its `.keras` file was last written, in ns since 1970.

    What is remembered of a model by both is forgotten when another one takes its place.

    Raises:
        ModelNotFound: there is no such model.
        ModelBroken: it has no such file.
    """
    file = keras_path(model, folder)
    try:
        return file.parent, file.stat().st_mtime_ns
    except OSError as error:
        # Deleted since the line before.
        raise not_found(file.parent.name) from error


def filters(model: str | Path, folder: Path | None = None) -> np.ndarray | None:
    """The first layer's kernels before the first step and after each epoch.

    Returns:
        float32 (1 + epochs, height, width, channels, filters), or None where none were kept.

    Raises:
        ModelNotFound: there is no such model.
        ModelBroken: the file of the filters cannot be read, holds something else, or would be larger
            unpacked than any network's.
    """
    path = _folder_of(model, folder) / FILTERS_FILE
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            size = arrays.zip.getinfo("filters.npy").file_size
            if size > _BYTES_OF_FILTERS:
                raise _too_large(path, size, _BYTES_OF_FILTERS)
            kept: np.ndarray = arrays["filters"]
        if kept.ndim != _AXES_OF_FILTERS or not kept.size or not np.isfinite(kept.astype(np.float32)).all():
            raise ValueError(f"{kept.dtype} {kept.shape} is no history of filters")
    except ModelBroken:
        raise
    except Exception as error:  # a broken file raises whatever zipfile, zlib and numpy stumble over
        raise ModelBroken(N_("{file} cannot be read. Train the model again."), file=str(path)) from error
    return kept


def rename(model_id: str, name: str, owner: str | None, folder: Path | None = None) -> ModelRecord:
    """Give one's own model another name; its id stays.

    Raises:
        ModelNameError: the name cannot be.
        ModelError: it belongs to somebody else.
        ModelNotFound, ModelBroken: as `read`.
        ModelNotSaved: the disk is full or the folder cannot be written.
    """
    return _change(model_id, owner, folder, name=check_name(name))


def publish(model_id: str, name: str, owner: str | None, folder: Path | None = None) -> ModelRecord:
    """Let everybody see and use one's own model, under a name that nobody else's bears there.

    Raises:
        ModelNameError: the name cannot be, or another model that everybody sees has it.
        ModelError, ModelNotFound, ModelBroken, ModelNotSaved: as `rename`.
    """
    name = check_name(name)
    with _publishing:
        taken = {
            (model.published or model.name).casefold()
            for model in usable(folder=folder)
            if model.id != model_id
        }
        if name.casefold() in taken:
            raise ModelNameError(
                N_("Another model is published as {name!r} already. Choose another name."), name=name
            )
        return _change(model_id, owner, folder, published=name)


def withdraw(model_id: str, owner: str | None, folder: Path | None = None) -> ModelRecord:
    """Take one's own model back from the others; it stays one's own.

    Raises:
        ModelError, ModelNotFound, ModelBroken, ModelNotSaved: as `rename`.
    """
    return _change(model_id, owner, folder, published=None)


def _change(model_id: str, owner: str | None, folder: Path | None, **changes: str | None) -> ModelRecord:
    """One's own model with another record; the old one stays until the new one is whole."""
    path = _folder_of(model_id, folder)
    before = _read(path)
    if before.owner != owner:
        raise ModelError(
            N_("The model {name!r} is not yours. Only its owner can change it."), name=before.name
        )
    record = before.model_copy(update=changes)
    try:
        atomic.write(path / RECORD_FILE, record.to_json())
    except OSError as error:
        raise _not_saved(record.name, path, error) from error
    _log.info("model %s is changed: %s", record.id, changes)
    return record


def delete(model_id: str, owner: str | None, folder: Path | None = None) -> None:
    """Remove one's own model.

    Raises:
        ModelNotFound: there is none of that id.
        ModelError: it belongs to somebody else, came with the project, or cannot be removed.
        ModelBroken: its record cannot be read, so nobody knows whose it is.
    """
    path = _folder_of(model_id, folder)
    record = _read(path)
    if record.owner != owner or model_id == SHIPPED:
        raise ModelError(
            N_("The model {name!r} is not yours. Only its owner can delete it."), name=record.name
        )
    try:
        atomic.remove(path)
        _log.info("model %s is deleted", record.id)
    except OSError as error:
        raise ModelError(
            N_("The model {name!r} could not be deleted: {reason}. Allow writing in {folder}."),
            name=record.name,
            reason=reason(error),
            folder=str(path.parent),
        ) from error


def _not_saved(name: str, folder: Path, error: OSError) -> ModelNotSaved:
    return ModelNotSaved(
        N_("The model {name!r} could not be written to {folder}: {reason}. Make room or allow writing."),
        name=name,
        folder=str(folder),
        reason=reason(error),
    )


def _write(record: ModelRecord, trained: TrainedModel, place: Path) -> None:
    """Write a model's folder; a model that stands there is replaced once the new one is whole."""
    check_place(place)
    try:
        with atomic.folder(place) as folder:
            atomic.write_through(folder / KERAS_FILE, trained.keras_file)
            if trained.filters is not None:
                atomic.write_through(folder / FILTERS_FILE, _packed(trained.filters))
            atomic.write_through(folder / RECORD_FILE, record.to_json())
    except OSError as error:
        raise _not_saved(record.name, place.parent, error) from error


def _slug(name: str) -> str:
    """The name as a folder's: letters and digits of any script, small, joined by "-"."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", name.lower())).strip("-")


def _home(folder: Path | None) -> Path:
    return settings().models_dir if folder is None else folder


def _folders(folder: Path | None) -> list[Path]:
    home = _home(folder)
    try:
        found = [path for path in home.iterdir() if path.is_dir() and not path.name.startswith(".")]
    except FileNotFoundError:
        found = []
    except OSError as error:
        raise ModelError(
            N_("The folder of the models, {folder}, cannot be read: {reason}."),
            folder=str(home),
            reason=reason(error),
        ) from error
    shipped = _shipped()
    if folder is None and home / SHIPPED not in found and shipped.is_dir():
        found.append(shipped)
    return sorted(found)


def _folder_of(model: str | Path, folder: Path | None) -> Path:
    if isinstance(model, Path):
        path = model
    else:
        # An id may come from a web address: it is a single folder's name and leads nowhere else.
        inside = re.fullmatch(r"[^\W_][\w-]*", model)
        path = _home(folder) / model if inside else Path()
        if model == SHIPPED and folder is None and not path.is_dir():
            path = _shipped()
    if path == Path() or not _is_folder(path):
        raise not_found(str(model))
    return path


def not_found(name: str) -> ModelNotFound:
    """The error for a model that is not there, or not any more."""
    return ModelNotFound(
        N_("There is no model {name!r}. It may have been deleted; choose another."), name=name
    )


def keep_shipped() -> None:
    """Copy the shipped model into the cache, for the case that somebody deletes `models/` while people draw.

    Raises:
        OSError: the cache cannot be written; a copy that is there stays.
    """
    original, copy = PROJECT / "models" / SHIPPED, _copy_of_shipped()
    files = [path.name for path in original.glob("*")]
    same, _different, _missing = filecmp.cmpfiles(original, copy, files)
    if len(same) < len(files):
        copy.parent.mkdir(parents=True, exist_ok=True)
        with atomic.folder(copy) as new:
            copytree(original, new, dirs_exist_ok=True)


def _shipped() -> Path:
    """Where the shipped model lies: beside the code, or else in the cache."""
    original = PROJECT / "models" / SHIPPED
    return original if original.is_dir() else _copy_of_shipped()


def _copy_of_shipped() -> Path:
    return settings().cache_dir / SHIPPED


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return False


def _read(path: Path) -> ModelRecord:
    try:
        record, network = (path / RECORD_FILE).stat(), (path / KERAS_FILE).stat()
    except OSError as error:
        raise ModelBroken(
            N_("The folder {folder!r} has no {file}: it is no model or lost a part. Remove or restore it."),
            folder=path.name,
            file=Path(str(error.filename)).name,
        ) from error
    if record.st_size > _BYTES_OF_A_RECORD:
        raise _too_large(path / RECORD_FILE, record.st_size, _BYTES_OF_A_RECORD)
    return _parse(path, (record.st_mtime_ns, record.st_size, network.st_mtime_ns, network.st_size))


def _too_large(file: Path, size: int, most: int) -> ModelBroken:
    return ModelBroken(
        N_("{file} of the model {folder!r} has {size:,} bytes, but at most {most:,} can be. Remove it."),
        file=file.name,
        folder=file.parent.name,
        size=size,
        most=most,
    )


@lru_cache(maxsize=1024)
def _parse(path: Path, _stamp: tuple[int, ...]) -> ModelRecord:
    """Pages list the models at each rerun; what has not changed since is not read again."""
    check_file(path / KERAS_FILE)
    return read_record(path / RECORD_FILE)


def _free_id(name: str, home: Path) -> str:
    while True:
        model_id = f"{_slug(name)}-{secrets.token_hex(3)}"
        if not (home / model_id).exists():
            return model_id


def _may_replace(place: Path) -> bool:
    if not place.is_dir():
        return False
    content = {path.name for path in place.iterdir()}
    return not content or not content.isdisjoint({RECORD_FILE, KERAS_FILE})


def _packed(kernels: np.ndarray) -> bytes:
    packed = io.BytesIO()
    np.savez_compressed(packed, filters=kernels.astype(np.float32))
    return packed.getvalue()
