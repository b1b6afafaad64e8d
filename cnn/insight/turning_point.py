"""When a training begins to learn its images by heart."""

from collections.abc import Sequence
from statistics import fmean

from cnn.training.announcements import Epoch

AFTER = 3
"""Epochs after the best one that are looked at: fewer are the ups and downs of any training."""
MARGIN = 0.02
"""The share by which the validation loss lies above its lowest on average; below it is as good as flat."""


def turning_point(history: Sequence[Epoch]) -> Epoch | None:
    """The epoch after which the validation loss turned up while the training loss went on falling.

    It has the lowest validation loss, lies at least `AFTER` epochs back, and the validation loss of the
    last `AFTER` epochs is higher by more than `MARGIN`.

    Args:
        history: whole epochs in their order.

    Returns:
        None as long as there is no such epoch.
    """
    if len(history) <= AFTER:
        return None
    best = min(history, key=lambda epoch: epoch.val_loss)
    last = history[-AFTER:]
    if best in last or last[-1].loss >= best.loss:
        return None
    return best if fmean(epoch.val_loss for epoch in last) > (1 + MARGIN) * best.val_loss else None
