"""Rows of digits are found, boxed and read from left to right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnn.errors import PictureError
from cnn.insight.answers import Answer, answer_from
from cnn.pictures import segmentation, strokes

# Digits as their strokes in a box of 60 by 100.
SHAPES = {
    "0": [[(30, 0), (5, 30), (5, 70), (30, 100), (55, 70), (55, 30), (30, 0)]],
    "1": [[(30, 0), (30, 100)]],
    "7": [[(0, 0), (60, 0), (25, 100)]],
}


def row(text: str, *, gap: float = 30, width: float = 8, break_seven: bool = False) -> np.ndarray:
    """The digits side by side, light on dark, uint8 (150, ...)."""
    placed, x = [], 20.0
    for digit in text:
        shape = [np.array(stroke, np.float32) for stroke in SHAPES[digit]]
        if break_seven and digit == "7":
            shape = [np.array([(0, 0), (60, 0)], np.float32), np.array([(55, 16), (25, 100)], np.float32)]
        placed += [stroke + np.array([x, 25]) for stroke in shape]
        x += 60 + gap
    return strokes.draw([stroke.astype(np.float32) for stroke in placed], width=width, shape=(150, round(x)))


def by_shape(images: np.ndarray) -> list[Answer]:
    """Read pictures by their shape alone: narrow is 1, with a bar at the top 7, hollow 0, else nothing."""
    return [answer_from(_outputs(image), reject_class=True) for image in images]


def _outputs(image: np.ndarray) -> np.ndarray:
    ink = image > 0.3
    columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    outputs = np.full(11, 0.01, np.float32)
    top = ink[rows[0] + 1, columns[0] : columns[-1] + 1].mean()
    if np.ptp(rows) < 15 or np.ptp(columns) > 15:
        digit = 10
    elif np.ptp(columns) < 5:
        digit = 1
    elif top > 0.8:
        digit = 7
    else:
        digit = 0 if not ink[12:17, 12:16].any() else 10
    outputs[digit] = 0.9
    return outputs


@pytest.mark.parametrize("text", ["10", "07", "7170", "1017017100"])
def test_a_row_is_read_from_left_to_right(text: str) -> None:
    """Every digit is found in its place, and its box holds it."""
    number = segmentation.read_number(row(text), by_shape)
    assert number.text == text
    lefts = [digit.box[0] for digit in number.digits]
    assert lefts == sorted(lefts)
    assert all(90 <= digit.box[3] - digit.box[1] <= 120 for digit in number.digits)
    assert number.probability == pytest.approx(
        np.prod([digit.answer.probability for digit in number.digits]), rel=1e-5
    )


def test_dark_ink_on_light_paper_reads_the_same() -> None:
    """An inverted row gives the same number."""
    assert segmentation.read_number(255 - row("170"), by_shape).text == "170"


def test_a_broken_stroke_belongs_to_its_digit() -> None:
    """A 7 whose bar floats above its stem is one digit."""
    number = segmentation.read_number(row("171", break_seven=True), by_shape)
    assert number.text == "171"


def test_touching_digits_are_cut() -> None:
    """Digits that share ink are read one by one by the shipped model."""
    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from cnn.network.classifier import Classifier

    shipped = model_store().folder_of(SHIPPED)
    classifier = Classifier(shipped.record(), shipped.keras_path())
    for text in ("00", "70", "07"):
        assert segmentation.read_number(row(text, gap=-6), classifier.answers).text == text


def test_an_empty_canvas_is_no_number() -> None:
    """Without ink there is no text, and nobody is asked to read."""
    number = segmentation.read_number(
        np.zeros((100, 300), np.uint8), lambda _: pytest.fail("nothing to read")
    )
    assert number.text == ""
    assert number.digits == ()


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 90)), elements=st.sampled_from([0, 90, 255])
    )
)
def test_whatever_is_drawn_is_bounded(picture: np.ndarray) -> None:
    """Any picture gives a number with a digit for each box, inside the picture, from few candidates."""
    counts = []

    def read(images: np.ndarray) -> list[Answer]:
        counts.append(len(images))
        assert images.shape[1:] == (28, 28)
        return by_shape(images)

    number = segmentation.read_number(picture, read)
    assert len(number.text) == len(number.digits)
    assert sum(counts) <= 5 * segmentation.MOST_PIECES
    rows, columns = number.ink.shape
    for left, top, right, bottom in (digit.box for digit in number.digits):
        assert 0 <= left < right <= columns
        assert 0 <= top < bottom <= rows


@pytest.mark.parametrize("count", [segmentation.MOST_PIECES, segmentation.MOST_PIECES + 1])
def test_what_is_not_read_is_said(count: int) -> None:
    """A row of more pieces than are read gives its beginning, and says that it is one."""
    number = segmentation.read_number(row("1" * count), by_shape)
    assert number.text == "1" * segmentation.MOST_PIECES
    assert number.is_whole == (count == segmentation.MOST_PIECES)


def test_what_is_no_picture_is_refused() -> None:
    """A wrong shape raises the documented error."""
    with pytest.raises(PictureError, match="shape"):
        segmentation.read_number(np.zeros((2, 2, 2), np.uint8), by_shape)
