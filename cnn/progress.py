"""What a running training announces. Plain values: they travel between processes and to pages."""

from dataclasses import dataclass, field

import numpy as np


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
            the first layer is no convolution, and in announcements that leave them out.
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
