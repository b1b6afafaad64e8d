import numpy as np
import pytest

from cnn.pictures import nondigits, styles
from cnn.pictures.preparation import prepare_drawing

SQUARE = [np.array([[0, 0], [50, 0], [50, 100], [0, 100]], np.float32)]


@pytest.mark.parametrize("digit", range(10))
def test_every_way_of_writing_is_about_one_unit_high(digit):
    """Each model has strokes of at least two points within its height of a hundred."""
    for model in styles.DIGITS[digit]:
        strokes = styles.points_of(model)
        assert all(len(stroke) >= 2 for stroke in strokes)
        assert 0.9 <= np.ptp(np.concatenate(strokes)[:, 1]) <= 1.3


def test_a_smooth_curve_passes_its_points_and_stops_at_corners():
    """The pen goes through every point; towards a point given twice it goes straight and comes to rest."""
    bend = styles.smooth(np.array([[0, 0], [1, 1], [2, 0]], np.float32), steps=10)
    for point in ([0, 0], [1, 1], [2, 0]):
        assert np.abs(bend - point).sum(axis=1).min() < 1e-6
    corner = styles.smooth(np.array([[0, 0], [1, 0], [1, 0], [1, 1]], np.float32), steps=10)
    assert np.all((np.abs(corner[:, 1]) < 1e-6) | (np.abs(corner[:, 0] - 1) < 1e-6))


def test_rewriting_keeps_strokes_and_their_points():
    """Another hand draws as many strokes of as many points; without strength the shape stays."""
    rng = np.random.default_rng(0)
    (same,) = styles.rewritten(SQUARE, rng, strength=0)
    np.testing.assert_allclose(same, SQUARE[0] / 100, atol=1e-6)
    (other,) = styles.rewritten(SQUARE, rng, strength=1)
    assert other.shape == same.shape
    assert not np.allclose(other, same)


def test_the_pool_holds_digits_as_mnist_lays_them():
    """Each picture is 28x28 with its ink in 20x20, centred by mass; the pool cannot be written to."""
    pool = styles.pool(each=20, seed=1)
    assert pool.shape == (10, 20, 28, 28)
    assert not pool.flags.writeable
    images = pool.reshape(-1, 28, 28).astype(float)
    rows = (images * np.arange(28)[:, None]).sum(axis=(1, 2)) / images.sum(axis=(1, 2))
    assert np.abs(rows - 14).max() < 0.7
    heights = (images > 127).any(axis=2).sum(axis=1)
    widths = (images > 127).any(axis=1).sum(axis=1)
    longer = np.maximum(heights, widths)
    assert 18 <= longer.min() <= longer.max() <= 22


def test_the_cheap_way_to_28x28_agrees_with_the_preparation():
    """`fitted` gives nearly what drawing on a canvas and preparing it gives."""
    rng = np.random.default_rng(2)
    for digit in range(10):
        strokes = styles.bent(styles.DIGITS[digit][0], rng)
        cheap = styles.fitted(strokes, 2.7)
        placed = styles.place(strokes, share=0.7, width=24)
        usual = prepare_drawing(styles.draw(placed, width=24)).image
        assert np.corrcoef(cheap.ravel(), usual.ravel())[0, 1] > 0.9


def test_everything_invented_leaves_ink():
    """Every kind of drawing that is no digit can be prepared."""
    rng = np.random.default_rng(4)
    for _ in range(60):
        assert not prepare_drawing(nondigits.non_digit(rng)).is_empty
