"""`cnn.insight.shades`: numbers in; colours and sizes out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnn.insight import shades


@given(
    count=st.integers(1, 20),
    columns=st.integers(1, 8),
    gap=st.integers(0, 3),
    shape=st.sampled_from([(4, 5), (3, 2, 3)]),
)
def test_tiles_lose_no_pixel(count, columns, gap, shape):
    """Cut out of the sheet again, each picture is itself, grey or in colour, and the rest is ground."""
    pictures = np.random.default_rng(count).integers(0, 100, (count, *shape), np.uint8)
    sheet = shades.tiles(pictures, columns=columns, gap=gap, ground=200)
    height, width = shape[:2]
    for index, picture in enumerate(pictures):
        row, column = divmod(index, min(columns, count))
        top, left = gap + row * (height + gap), gap + column * (width + gap)
        assert np.array_equal(sheet[top : top + height, left : left + width], picture)
    assert (sheet < 200).sum() == pictures.size


def test_a_kernel_goes_from_black_to_white():
    """The smallest weight of each kernel is black and its largest white, whatever the others have."""
    kernels = np.zeros((2, 2, 1, 2), np.float32)
    kernels[..., 0, 0] = [[-1, 0], [0.5, 1]]
    kernels[..., 0, 1] = [[0.1, 0.2], [0.1, 0.1]]
    pictures = shades.kernel_pictures(kernels)
    assert pictures.tolist() == [[[0, 128], [191, 255]], [[0, 255], [0, 0]]]


def test_a_kernel_of_three_colours_is_one_coloured_picture():
    """Its three channels share one scale and become red, green and blue."""
    kernels = np.zeros((1, 2, 3, 1), np.float32)
    kernels[0, :, :, 0] = [[0, 1, 2], [4, 0, 0]]
    assert shades.kernel_pictures(kernels).tolist() == [[[[0, 64, 128], [255, 0, 0]]]]


def test_a_kernel_of_equal_weights_is_no_division_by_zero():
    """A kernel before its first weight, all zeros, is black."""
    assert (shades.kernel_pictures(np.zeros((3, 3, 1, 2), np.float32)) == 0).all()


def test_diverging_is_blue_above_and_orange_below():
    """The ends and the middle have their named colours, and larger values stay at the ends."""
    colours = shades.diverging(np.array([-7, -1, 0, 1, 7]))
    assert colours.tolist() == [
        [214, 96, 20],
        [214, 96, 20],
        [247, 247, 247],
        [31, 108, 196],
        [31, 108, 196],
    ]


@given(hnp.arrays(np.float32, 12, elements=st.floats(-1, 1, width=32)))
def test_a_stronger_value_is_never_paler(values):
    """The distance from the neutral colour grows with the size of the value, on either side."""
    distance = np.abs(shades.diverging(values).astype(int) - 247).sum(axis=1)
    for sign in (1, -1):
        side = sign * values >= 0
        assert (np.diff(distance[side][np.argsort(np.abs(values[side]))]) >= 0).all()


@pytest.mark.parametrize(("value", "level"), [(-1, 0), (0, 0), (1, 128), (2, 255), (9, 255)])
def test_greys_go_from_zero_to_the_largest(value, level):
    """Black is zero and below, white the largest and above."""
    assert shades.greys(np.array([value]), 2).tolist() == [level]


def test_a_silent_layer_is_black():
    """Where the largest number is zero nothing is divided by it."""
    assert shades.greys(np.zeros(3), 0).tolist() == [0, 0, 0]
    assert shades.shaded(np.zeros(2), 0, True).tolist() == [[247] * 3] * 2


def test_the_scale_follows_the_kind_not_the_picture():
    """A picture without negative numbers has the colours of its kind, so that pictures can be compared."""
    values = np.array([0.0, 1.0])
    assert shades.shaded(values, 1, False).tolist() == [[0] * 3, [255] * 3]
    assert np.array_equal(shades.shaded(values, 1, True), shades.diverging(values))


def lengths(pictures):
    """How many pixels of each bar are not ground, above and below its middle."""
    middle = pictures.shape[1] // 2
    drawn = (pictures[:, :, 0] != pictures[-1, 0, 0]).any(axis=-1)
    return drawn[:, :middle].sum(axis=1).tolist(), drawn[:, middle:].sum(axis=1).tolist()


def test_bars_are_as_long_as_their_numbers():
    """From the middle up for what is above zero, down for what is below; the last, zero, is ground."""
    up, down = lengths(shades.bars(np.array([2, 1, -1, -2, 0]), 2, True, height=24, width=3))
    assert up == [12, 6, 0, 0, 0]
    assert down == [0, 0, 6, 12, 0]


def test_bars_without_negatives_use_the_whole_height():
    """Where nothing is below zero a bar grows from the foot."""
    up, down = lengths(shades.bars(np.array([4, 2, 0]), 4, False, height=24, width=3))
    assert (up, down) == ([12, 0, 0], [12, 12, 0])


@given(hnp.arrays(np.uint8, 3))
def test_ink_can_be_read_on_any_colour(colour):
    """Black or white, it has WCAG's contrast of 4.5:1 or more against its ground."""

    def luminance(levels):
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in levels]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    ground = luminance(colour / 255)
    written = luminance({"#000": (0, 0, 0), "#fff": (1, 1, 1)}[shades.ink(colour)])
    assert (max(ground, written) + 0.05) / (min(ground, written) + 0.05) >= 4.5
