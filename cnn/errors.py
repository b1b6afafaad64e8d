"""Everything that can go wrong and is somebody's to mend.

    CnnError
    ├── ConfigError            a setting of a training that cannot be
    │   └── LayerError         a layer that cannot stand where it stands, or is too large
    ├── DataError
    │   ├── DataNotFound       no such data set here, and no way to fetch it
    │   ├── DataCorrupt        a data file cut short, of another shape, with another hash
    │   └── DownloadFailed     the network did not deliver
    ├── PictureError           a file or an array that is no usable picture
    ├── ModelError
    │   ├── ModelNotFound
    │   ├── ModelBroken        a model folder or file that cannot be read, and why
    │   ├── ModelNameError     a name that a model cannot have
    │   └── ModelNotSaved      the disk is full or the folder cannot be written
    ├── TrainingError
    │   ├── TrainingDiverged   the loss is no number any more
    │   ├── TrainingStopped    somebody ended it before it had learned anything
    │   └── OutOfMemory
    ├── WorkerError            no process is there to do the work
    └── NotReady               something that the app needs is not on this machine

Each message says what came, what was expected and what to do. It is kept as a template with its
values, so that it crosses process borders and is translated where it is shown.
"""

from typing import Any

from cnn.i18n import _


class CnnError(Exception):
    """The base of all errors that this library raises on purpose.

    Args:
        message: a template for `str.format`, marked with `N_` for translation.
        **values: what fills the template.
    """

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return _(self.message).format(**self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.values)


def _rebuild(kind: type[CnnError], message: str, values: dict[str, Any]) -> CnnError:
    return kind(message, **values)


class ConfigError(CnnError):
    """A setting of a training, or a layer of a network, that cannot be."""


class LayerError(ConfigError):
    """A layer that cannot stand where it stands, or is too large; `number` says which, from 1."""

    @property
    def number(self) -> int:
        """The layer's row in the layer table, from 1; the output's is the last."""
        return int(self.values["number"])


class DataError(CnnError):
    """A data set cannot be had as it should be."""


class DataNotFound(DataError):
    """No such data set here, and no way to fetch it."""


class DataCorrupt(DataError):
    """A data file is cut short, of another shape, or has another hash."""


class DownloadFailed(DataError):
    """The network did not deliver."""


class PictureError(CnnError):
    """A file or an array is no usable picture."""


class ModelError(CnnError):
    """A saved model cannot be used, named or kept."""


class ModelNotFound(ModelError):
    """There is no model of that name."""


class ModelBroken(ModelError):
    """A model's folder or file cannot be read."""


class ModelNameError(ModelError):
    """A model cannot have that name."""


class ModelNotSaved(ModelError):
    """A model could not be written; nothing half-written is left."""


class TrainingError(CnnError):
    """A training ended without a usable network."""


class TrainingDiverged(TrainingError):
    """The loss is no number any more."""


class TrainingStopped(TrainingError):
    """Somebody ended a training before it had learned anything."""


class OutOfMemory(TrainingError):
    """A training needed more memory than it may have."""


class WorkerError(CnnError):
    """No worker process is there to do the work."""


class NotReady(CnnError):
    """Something that the app needs, or had better have, is not on this machine."""
