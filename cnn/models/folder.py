"""One model's folder, anywhere on a disk, as it is read.

    model.keras            the network with its optimizer's state
    record.json            a `ModelRecord`
    filters.npz            the first layer's kernels over the epochs, where it has any

Nothing here needs Keras: `cnn.network.build` reads `model.keras`. `cnn.models.saving` writes such a folder.
"""

import errno
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from cnn.errors import ModelBroken, ModelNotFound
from cnn.i18n import N_
from cnn.models.file_check import check_file
from cnn.models.record import ModelRecord, read_record

KERAS_FILE = "model.keras"
RECORD_FILE = "record.json"
FILTERS_FILE = "filters.npz"

# Far more than two hundred epochs need.
_BYTES_OF_A_RECORD = 4 << 20
_AXES_OF_FILTERS = 5
_BYTES_OF_FILTERS = 64 << 20


@dataclass(frozen=True)
class ModelFolder:
    """A model, by where it lies. A process gives it to another one, which reads there for itself.

    Attributes:
        path: the folder; its name is the model's id.
    """

    path: Path

    def is_there(self) -> bool:
        """Whether there is a folder; what is in it may be no model."""
        try:
            # A path without a name, as `/`, has no model's id.
            return bool(self.path.name) and self.path.is_dir()
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            return False

    def record(self) -> ModelRecord:
        """What is known about the model.

        Raises:
            ModelNotFound: there is no folder.
            ModelBroken: a file is missing, or cannot be what it should be, with the reason.
        """
        if not self.is_there():
            raise not_found(str(self.path))
        return _parsed(self.path, _stamp(self.path))

    def keras_path(self) -> Path:
        """The path of the `.keras` file, which has passed `check_file`; raises what `record` does."""
        self.record()
        return self.path / KERAS_FILE

    def stamped(self) -> tuple["ModelFolder", int]:
        """The folder, and when its `.keras` file was last written, in ns since 1970.

        What is remembered of a model by both is forgotten when another one takes its place.

        Raises:
            ModelNotFound, ModelBroken: as `record`.
        """
        try:
            return self, self.keras_path().stat().st_mtime_ns
        except OSError as error:
            # Deleted since it was checked.
            raise not_found(self.path.name) from error

    def filters(self) -> np.ndarray | None:
        """The first layer's kernels before the first step and after each epoch.

        Returns:
            float32 (1 + epochs, height, width, channels, filters), or None where none were kept.

        Raises:
            ModelBroken: the file of the filters cannot be read, holds something else, or would be larger
                unpacked than any network's.
        """
        file = self.path / FILTERS_FILE
        return _kernels(file) if file.exists() else None

    def size(self) -> int:
        """How many bytes it takes on the disk.

        Raises:
            OSError: it is being changed or deleted meanwhile.
        """
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())


def not_found(name: str) -> ModelNotFound:
    """The error for a model that is not there, or not any more."""
    return ModelNotFound(
        N_("There is no model {name!r}. It may have been deleted; choose another."), name=name
    )


def _too_large(file: Path, size: int, most: int) -> ModelBroken:
    return ModelBroken(
        N_("{file} of the model {folder!r} has {size:,} bytes, but at most {most:,} can be. Remove it."),
        file=file.name,
        folder=file.parent.name,
        size=size,
        most=most,
    )


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes with the record or the network."""
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
    return record.st_mtime_ns, record.st_size, network.st_mtime_ns, network.st_size


@lru_cache(maxsize=1024)
def _parsed(path: Path, _stamp: tuple[int, ...]) -> ModelRecord:
    """Pages list the models at each rerun; what has not changed since is not read again."""
    check_file(path / KERAS_FILE)
    return read_record(path / RECORD_FILE)


def _kernels(file: Path) -> np.ndarray:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            size = arrays.zip.getinfo("filters.npy").file_size
            if size > _BYTES_OF_FILTERS:
                raise _too_large(file, size, _BYTES_OF_FILTERS)
            kept: np.ndarray = arrays["filters"]
        if kept.ndim != _AXES_OF_FILTERS or not kept.size or not np.isfinite(kept.astype(np.float32)).all():
            raise ValueError(f"{kept.dtype} {kept.shape} is no history of filters")
    except ModelBroken:
        raise
    except Exception as error:  # a broken file raises whatever zipfile, zlib and numpy stumble over
        raise ModelBroken(N_("{file} cannot be read. Train the model again."), file=str(file)) from error
    return kept
