"""How fast a training goes, and so how long it still takes."""

from collections import deque

# A validation image goes forward only, a training image forward and back: about three times the work.
VALIDATION_COST = 1 / 3


class Pace:
    """The pace over the last marks of an epoch.

    Args:
        epochs: how many are planned.
        images: how many training images an epoch has.
        validation_images: how many validation images follow them.
        marks: how many marks the pace spans; with fewer the time that is left leaps.
    """

    def __init__(self, *, epochs: int, images: int, validation_images: int, marks: int) -> None:
        self._epochs, self._images, self._validation_images = epochs, images, validation_images
        # (time, images of this epoch), the oldest first.
        self._marks: deque[tuple[float, int]] = deque(maxlen=marks)

    @property
    def is_begun(self) -> bool:
        """Whether this epoch has a mark to count from."""
        return bool(self._marks)

    def begin_epoch(self) -> None:
        """Count anew: what lay between two epochs was no training."""
        self._marks.clear()

    def mark(self, now: float, done: int) -> None:
        """Note that at `now`, in seconds of any clock, `done` images of this epoch have been learned from."""
        self._marks.append((now, done))

    @property
    def images_per_second(self) -> float:
        """Training images in a second, between the oldest mark and the last; there must be two."""
        (earlier, images_then), (now, images_now) = self._marks[0], self._marks[-1]
        return (images_now - images_then) / (now - earlier)

    def seconds_left(self, epoch: int) -> float:
        """What this epoch, counted from 1, and all later ones still take at this pace."""
        _now, done = self._marks[-1]
        epochs_left = self._epochs - epoch
        images_left = (
            (self._images - done)
            + self._images * epochs_left
            + VALIDATION_COST * self._validation_images * (epochs_left + 1)
        )
        return images_left / self.images_per_second
