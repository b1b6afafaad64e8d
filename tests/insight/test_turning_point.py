"""`cnn.insight.turning_point`: the turn of the validation loss is seen when it is one, and not before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.insight.turning_point import AFTER, turning_point
from cnn.training.announcements import Epoch


def history(training, validation):
    """Epochs with these losses."""
    pairs = zip(training, validation, strict=True)
    return [Epoch(n, loss, 0.5, val, 0.5, float(n)) for n, (loss, val) in enumerate(pairs, start=1)]


losses = st.floats(0.001, 10)
any_history = st.lists(st.tuples(losses, losses), max_size=20).map(
    lambda pairs: history([p[0] for p in pairs], [p[1] for p in pairs])
)


def test_the_turn_is_seen_when_three_epochs_have_followed():
    """Training falls, validation falls and rises: the lowest epoch is named, at its third successor."""
    epochs = history([0.5, 0.3, 0.2, 0.1, 0.05, 0.02], [0.6, 0.4, 0.35, 0.4, 0.45, 0.5])
    assert [turning_point(epochs[:n]) for n in range(6)] == [None] * 6
    assert turning_point(epochs) == epochs[2]


@pytest.mark.parametrize(
    ("training", "validation"),
    [
        ([0.5, 0.4, 0.3, 0.2, 0.1], [0.5, 0.4, 0.3, 0.2, 0.1]),  # both fall
        ([0.5, 0.6, 0.7, 0.8, 0.9], [0.5, 0.6, 0.7, 0.8, 0.9]),  # both rise: no learning by heart
        ([0.5, 0.4, 0.3, 0.2, 0.1], [0.5, 0.300, 0.301, 0.302, 0.303]),  # as good as flat
    ],
)
def test_other_curves_are_left_alone(training, validation):
    """Nothing is said of curves that fall together, rise together, or lie flat."""
    assert turning_point(history(training, validation)) is None


@given(epochs=any_history)
def test_what_is_named_is_a_turn(epochs):
    """Whatever the curves: the named epoch has the lowest validation loss, and training went on since."""
    best = turning_point(epochs)
    if best is None:
        return
    assert best.val_loss == min(epoch.val_loss for epoch in epochs)
    assert len(epochs) - best.epoch >= AFTER
    assert epochs[-1].loss < best.loss


@given(epochs=any_history)
def test_a_better_epoch_takes_the_note_back(epochs):
    """As soon as validation reaches a new low, there is no turn any more."""
    better = replace(
        epochs[-1] if epochs else Epoch(1, 1, 0, 1, 0, 1.0),
        epoch=len(epochs) + 1,
        val_loss=min((epoch.val_loss for epoch in epochs), default=1.0) / 2,
    )
    assert turning_point([*epochs, better]) is None
