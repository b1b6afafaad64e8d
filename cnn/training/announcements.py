"""What a running training announces. Plain values: they travel between processes and to pages."""

from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, field, fields

import numpy as np

from cnn.errors import CnnError, TrainingStopped
from cnn.i18n import N_
from cnn.training.recipes import TrainConfig

Announce = Callable[[object], None]
"""Hears each event of this module; in the app also a worker's address (str) when it begins the training."""


@dataclass(frozen=True)
class Epoch:
    """The figures of one whole epoch.

    Attributes:
        epoch: its number, from 1.
        loss, accuracy: over the training images, the accuracy in [0, 1].
        val_loss, val_accuracy: over the validation images.
        seconds: what fitting took since the training's start, without imports and loading.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float


def history_array(history: Iterable[Epoch]) -> np.ndarray:
    """The epochs as a structured array (epochs,): a field for each of `Epoch`'s, int64 and float64."""
    columns = [(column.name, column.type) for column in fields(Epoch)]
    return np.array([astuple(epoch) for epoch in history], dtype=columns)


@dataclass(frozen=True)
class Progress:
    """Where a training stands; announced a few times a second.

    Attributes:
        epoch: the epoch at work, from 1; `epochs` of them are planned.
        batch: batches done in this epoch, of `batches`.
        images_per_second: over the last moments, counting training images.
        seconds_left: for all the epochs that are left; None while it is not yet known.
        loss, accuracy: the running means of this epoch.
        filters: the first layer's kernels, float32 (height, width, channels, filters); None where
            the first layer is no convolution or has very many weights, and in announcements that leave
            them out.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    images_per_second: float
    seconds_left: float | None
    loss: float
    accuracy: float
    filters: np.ndarray | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Loading:
    """The data are on their way: `done` bytes of `total`, which is None where nobody said."""

    done: int
    total: int | None


@dataclass(frozen=True)
class StandIn:
    """Other images take the place of those that were asked for.

    Attributes:
        reason: why those could not be had.
    """

    reason: CnnError


@dataclass(frozen=True)
class Resumed:
    """A training goes on after its process was lost or its app ended; these epochs are not done again."""

    history: tuple[Epoch, ...]


@dataclass(frozen=True)
class Away:
    """The processes that train cannot be reached; the training waits for them and then begins again."""


@dataclass(frozen=True)
class Scoring:
    """The fitting has ended, the weights are final, and `done` of `images` test images have been read.

    Attributes:
        stopped: whether somebody ended the fitting before its time.
        done, images: how far the reading is.
    """

    stopped: bool
    done: int
    images: int


@dataclass(frozen=True)
class TrainedModel:
    """What a training leaves: a plain value that crosses process borders.

    Attributes:
        config: what was asked for.
        keras_file: the bytes of a `.keras` file, with the optimizer's state.
        history: one entry for each whole epoch.
        filters: the first layer's kernels before the first step and after each epoch, float32
            (1 + epochs, height, width, channels, filters); None without a first convolution.
        test_accuracy, test_loss: over the data set's test images.
        parameters: how many numbers the network keeps.
        fit_seconds: what fitting took, without imports and loading.
        data_name: what it was trained on, as `Dataset.name`.
        data_sha256: the hash of that data's file.
        input_shape: (height, width, channels).
        class_names: what the outputs stand for.
        stopped: whether somebody ended it before its time.
        test_images: how many test images there are.
        temperature: what the scores are to be divided by before the softmax, so that answers are as sure as
            they are right; the figures of this training are without it.
    """

    config: TrainConfig
    keras_file: bytes
    history: tuple[Epoch, ...]
    filters: np.ndarray | None
    test_accuracy: float
    test_loss: float
    parameters: int
    fit_seconds: float
    data_name: str
    data_sha256: str
    input_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    stopped: bool
    test_images: int = 10_000
    temperature: float = 1.0


def heed_stop(should_stop: Callable[[], bool]) -> None:
    """Leave a training that has learned nothing yet, if somebody wants it to end.

    Raises:
        TrainingStopped: somebody does.
    """
    if should_stop():
        raise TrainingStopped(
            N_("This training was stopped before its first batch, so there is no network of it. Train again.")
        )
