"""Rows of digits are read from left to right, by the best way through what may be a digit in them."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnn.errors import PictureError
from cnn.insight.answers import Answer, answer_from
from cnn.insight.number_reading import read_number
from cnn.pictures.segmentation import MOST_JOINED, MOST_PIECES
from tests.rows import by_shape, row


@pytest.mark.parametrize("text", ["10", "07", "7170", "1017017100"])
def test_a_row_is_read_from_left_to_right(text: str) -> None:
    """Every digit is found in its place, and its box holds it."""
    number = read_number(row(text), by_shape)
    assert number.text == text
    lefts = [digit.box[0] for digit in number.digits]
    assert lefts == sorted(lefts)
    assert all(90 <= digit.box[3] - digit.box[1] <= 120 for digit in number.digits)
    assert number.probability == pytest.approx(
        np.prod([digit.answer.probability for digit in number.digits]), rel=1e-5
    )


def test_dark_ink_on_light_paper_reads_the_same() -> None:
    """An inverted row gives the same number."""
    assert read_number(255 - row("170"), by_shape).text == "170"


def test_a_broken_stroke_belongs_to_its_digit() -> None:
    """A 7 whose bar floats above its stem is one digit."""
    number = read_number(row("171", break_seven=True), by_shape)
    assert number.text == "171"


def by_holes(images: np.ndarray) -> list[Answer]:
    """Read pictures by their holes alone: none is a 1, one a 0, two are an 8; the more, the less sure."""
    return [_answer(*_READINGS[min(_holes(image), 2)]) for image in images]


_READINGS = ((1, 0.99), (0, 0.9), (8, 0.5))


def _holes(image: np.ndarray) -> int:
    parts, _ = cv2.connectedComponents((np.pad(image, 1) < 0.3).astype(np.uint8), connectivity=4)
    return parts - 2


def _answer(digit: int, probability: float) -> Answer:
    return answer_from(np.where(np.arange(10) == digit, probability, (1 - probability) / 9))


def rings(*centres: tuple[int, int], across: int, high: int = 50) -> np.ndarray:
    """Ellipses around (x, y) between two ones, light on dark, uint8 (150, 400)."""
    picture = np.zeros((150, 400), np.uint8)
    for x in (30, 370):
        cv2.line(picture, (x, 15), (x, 135), 255, 8)
    for centre in centres:
        cv2.ellipse(picture, centre, (across // 2, high // 2), 0, 0, 360, 255, 8)
    return picture


@settings(max_examples=15)
@given(shift=st.integers(-15, 15), across=st.integers(40, 60))
def test_what_stands_over_one_another_is_one_digit(shift: int, across: int) -> None:
    """Two rings are an 8 where one is above the other, however much more each looks like a 0; else 00."""
    above = rings((200, 42), (200 + shift, 108), across=across)
    beside = rings((150, 75), (250, 75 + shift), across=across)
    assert read_number(above, by_holes).text == "181"
    assert read_number(beside, by_holes).text == "1001"


@settings(max_examples=15)
@given(across=st.integers(90, 130))
def test_a_wide_digit_is_not_cut_for_a_little_more_certainty(across: int) -> None:
    """A wide 0 stays whole, although its halves are read as 1 with more certainty than it is as 0."""
    assert read_number(rings((200, 75), across=across, high=100), by_holes).text == "101"


def test_touching_digits_are_cut() -> None:
    """Digits that share ink are read one by one by the shipped model."""
    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from cnn.network.classifier import Classifier

    shipped = model_store().folder_of(SHIPPED)
    classifier = Classifier(shipped.record(), shipped.keras_path())
    for text in ("00", "70", "07"):
        assert read_number(row(text, gap=-6), classifier.answers).text == text


def test_an_empty_canvas_is_no_number() -> None:
    """Without ink there is no text, and nobody is asked to read."""
    number = read_number(np.zeros((100, 300), np.uint8), lambda _: pytest.fail("nothing to read"))
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

    number = read_number(picture, read)
    assert len(number.text) == len(number.digits)
    assert sum(counts) <= MOST_JOINED * MOST_PIECES
    rows, columns = number.ink.shape
    for left, top, right, bottom in (digit.box for digit in number.digits):
        assert 0 <= left < right <= columns
        assert 0 <= top < bottom <= rows


@pytest.mark.parametrize("count", [MOST_PIECES, MOST_PIECES + 1])
def test_what_is_not_read_is_said(count: int) -> None:
    """A row of more pieces than are read gives its beginning, and says that it is one."""
    number = read_number(row("1" * count), by_shape)
    assert number.text == "1" * MOST_PIECES
    assert number.is_whole == (count == MOST_PIECES)


def test_what_is_no_picture_is_refused() -> None:
    """A wrong shape raises the documented error."""
    with pytest.raises(PictureError, match="shape"):
        read_number(np.zeros((2, 2, 2), np.uint8), by_shape)


@pytest.mark.parametrize("outputs", [np.full(11, np.nan), np.zeros(11), np.eye(11)[10]])
def test_a_network_that_says_nothing_is_read_to_the_end(outputs: np.ndarray) -> None:
    """Overflowed weights, no output at all, nothing but "not a digit": all the ink is within some digit."""
    number = read_number(row("111"), lambda images: [answer_from(outputs, reject_class=True)] * len(images))
    inked = np.flatnonzero((number.ink > 127).any(axis=0))
    assert (number.digits[0].box[0], number.digits[-1].box[2]) == (inked[0], inked[-1] + 1)
