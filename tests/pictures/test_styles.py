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


def test_a_smooth_curve_is_catmull_and_roms():
    """Halfway between two points lies what the four around them say; at an end and a corner the pen rests."""
    a, b, c, d = np.array([[0, 0], [1, 2], [4, 1], [5, 5]], np.float32)
    halves = styles.smooth(np.array([a, b, c, d]), steps=2)
    np.testing.assert_allclose(halves[::2], [a, b, c, d])
    between = [(8 * a + 9 * b - c) / 16, (9 * (b + c) - a - d) / 16, (8 * d + 9 * c - b) / 16]
    np.testing.assert_allclose(halves[1::2], between, rtol=1e-6)
    corner = styles.smooth(np.array([a, b, b, c]), steps=2)
    # Towards the corner and away from it, half of the tangent at the other end is left.
    np.testing.assert_allclose(corner[1], (a + b) / 2 + (b - a) / 16, rtol=1e-6)
    np.testing.assert_allclose(corner[[2, 3, 4]], [b, b, b])
    np.testing.assert_allclose(corner[5], (b + c) / 2 - (c - b) / 16, rtol=1e-6)


class Chance:
    """Chance whose draws are known: each one is so many deviations from its middle."""

    def __init__(self, *draws):
        self.draws = iter(draws)

    def normal(self, middle, deviation, shape=None):
        drawn = np.asarray(next(self.draws), float)
        assert shape is None or drawn.shape == shape
        return middle + drawn * deviation

    def uniform(self, low, high, count):
        return low + np.full(count, next(self.draws)) * (high - low)


def leant(points, angle, slant, stretch):
    """The points stretched to the right, then slanted, then turned."""
    x, y = points[:, 0] * np.exp(stretch) - slant * points[:, 1], points[:, 1]
    return np.column_stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)])


def test_another_hand_leans_and_trembles():
    """A digit is turned, slanted and stretched by known shares of chance; a corner's copies stay one."""
    model = "0,0 50,0 50,0 50,100; 10,20 90,80"
    corner, bar = styles.points_of(model)
    tremble = np.array([[1.0, 2], [-3, 1], [9, 9], [2, -2]])
    first, second = styles.bent(model, Chance(1.5, -2.0, 0.5, tremble, np.ones((2, 2))), jitter=0.05)
    tremble[2] = tremble[1]
    lean = (0.15, -0.4, 0.1)
    np.testing.assert_allclose(first, leant(styles.smooth(corner + 0.05 * tremble), *lean), atol=1e-5)
    np.testing.assert_allclose(second, leant(styles.smooth(bar + 0.05), *lean), atol=1e-5)
    usual, _bar = styles.bent(model, Chance(0.0, 0.0, 0.0, tremble, np.zeros((2, 2))))
    np.testing.assert_allclose(usual, styles.smooth(corner + 0.035 * tremble), atol=1e-5)


def test_a_rewritten_digit_leans_and_sways():
    """One unit large, it is bent by three waves as strong as asked for, then turned, slanted, stretched."""
    drawn = [np.array([[20, 10], [60, 90]], np.float32), np.array([[40, 30]], np.float32)]
    ways, moves = np.array([[1.0, 0], [0, 1], [1, -1]]), np.array([[1.0, 2], [-1, 3], [2, 1]])
    found = styles.rewritten(drawn, Chance([1, 2, -1], ways, 0.3, moves), strength=0.5)
    for stroke, rewritten in zip(drawn, found, strict=True):
        unit = (stroke - [20, 10]) / 80
        waves = np.sin(2 * np.pi * (np.column_stack([unit, unit[:, 0] - unit[:, 1]]) + 0.3))
        swayed = unit + waves @ (0.0125 * moves)
        assert rewritten.dtype == np.float32
        np.testing.assert_allclose(rewritten, leant(swayed, 0.05, 0.18, -0.075), atol=1e-5)


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
