"""`cnn.network.batches.by_batches`: many images in batches, two of them at a time."""

from threading import Barrier, get_ident

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.network.batches import EVALUATION_BATCH, by_batches


@given(count=st.integers(0, 5 * EVALUATION_BATCH))
def test_every_image_comes_once_and_in_order(count):
    """Put together again, the batches are the images, none larger than a batch may be."""
    images = np.arange(count)
    batches = by_batches(lambda batch: batch, images)
    assert np.array_equal(np.concatenate([images[:0], *batches]), images)
    assert all(len(batch) <= EVALUATION_BATCH for batch in batches)


def test_two_batches_are_worked_at_once():
    """Each batch waits for a companion, which comes: the work of the two overlaps."""
    together = Barrier(2)
    indices = by_batches(lambda _batch: together.wait(timeout=60), np.zeros(4 * EVALUATION_BATCH))
    assert sorted(indices) == [0, 0, 1, 1]


def test_one_batch_is_worked_where_it_is_asked_for():
    """A single picture does not wait for another thread."""
    assert by_batches(lambda _batch: get_ident(), np.zeros(1)) == [get_ident()]


def test_what_goes_wrong_is_raised():
    """An error of any batch ends the whole."""

    def work(batch):
        if batch[-1] == 3 * EVALUATION_BATCH - 1:
            raise ValueError("the last batch")

    with pytest.raises(ValueError, match="the last batch"):
        by_batches(work, np.arange(3 * EVALUATION_BATCH))
