"""`cnn.network.pace`: how long a training still takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.network.pace import VALIDATION_COST, Pace


def pace(**changes):
    """The pace of three epochs of 100 images, of which 30 more validate."""
    return Pace(**{"epochs": 3, "images": 100, "validation_images": 30, "marks": 4} | changes)


@given(speed=st.floats(0.1, 1e5), done=st.integers(2, 100), epoch=st.integers(1, 3))
def test_at_a_constant_pace_the_rest_takes_what_its_images_take(speed, done, epoch):
    """What is left of this epoch, the later epochs, and each epoch's validation at a third of the work."""
    going = pace()
    going.begin_epoch()
    for images in range(1, done + 1):
        going.mark(1000 + images / speed, images)
    left = (100 - done) + 100 * (3 - epoch) + 30 * VALIDATION_COST * (4 - epoch)
    assert going.images_per_second == pytest.approx(speed, rel=1e-3)
    assert going.seconds_left(epoch) == pytest.approx(left / speed, rel=1e-3)


def test_only_the_last_marks_count():
    """A training that has become slow is told as slow once the quick marks are past."""
    going = pace(marks=2)
    going.mark(0, 0)
    going.mark(1, 50)
    going.mark(6, 60)
    assert going.images_per_second == 2


def test_an_epoch_counts_anew():
    """Marks of the epoch before say nothing of this one."""
    going = pace()
    going.mark(0, 10)
    assert going.is_begun
    going.begin_epoch()
    assert not going.is_begun
