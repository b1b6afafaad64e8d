import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.pictures import strokes

DIAGONAL = np.array([[3, 5], [33, 45]], np.float32)


def test_a_file_of_strokes_is_read(tmp_path):
    """Label, writer and points come back as the file has them."""
    path = tmp_path / "digits.json"
    path.write_text(json.dumps([{"label": 7, "writer": "w", "strokes": [[[1, 2], [3, 4]], [[5, 6]]]}]))
    (digit,) = strokes.load(path)
    assert (digit.label, digit.writer) == (7, "w")
    assert [stroke.tolist() for stroke in digit.strokes] == [[[1, 2], [3, 4]], [[5, 6]]]


@given(
    share=st.floats(0.1, 0.8),
    where=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    width=st.floats(1, 30),
)
def test_placed_strokes_have_their_size_and_fit(share, where, width):
    """The longer side takes its share of the canvas, and the ink stays on it, wherever it is put."""
    (placed,) = strokes.place([DIAGONAL], share=share, where=where, width=width)
    sides = np.ptp(placed, axis=0)
    assert sides.max() == pytest.approx(share * 280, rel=1e-4)
    assert sides[0] / sides[1] == pytest.approx(30 / 40, rel=1e-4)
    assert placed.min() >= width / 2 - 1e-3
    assert placed.max() <= 280 - width / 2 + 1e-3


def test_a_stroke_is_as_wide_as_asked_and_its_caps_are_round():
    """A line's ink is its length times its width and the two halves of a disc."""
    line = np.array([[60, 140], [220, 140]], np.float32)
    ink = strokes.draw([line], width=21).sum() / 255
    assert ink == pytest.approx(160 * 21 + np.pi * 10.5**2, rel=0.06)


def test_a_single_point_is_a_dot():
    """A tap without a movement leaves a disc."""
    picture = strokes.draw([np.array([[50.0, 60.0]], np.float32)], width=20)
    assert picture[60, 50] == 255
    assert picture.sum() / 255 == pytest.approx(np.pi * 100, rel=0.15)
