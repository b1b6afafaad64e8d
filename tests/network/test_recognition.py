"""What the shipped model reads, with all that stands before it: a floor that nothing may fall through.

The digits are those of `cnn.pictures.styles`, from fixed seeds: drawn with a less steady hand than
those that the model has learned from, and so close in rows that many touch. Not all can be read, so whatever
makes reading worse shows.
"""

import numpy as np
import pytest

from cnn.insight.number_reading import read_number
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import ModelStore
from cnn.network.classifier import Classifier
from cnn.pictures import strokes, styles
from cnn.pictures.preparation import Picture, prepare_drawing
from cnn.pictures.strokes import Stroke
from cnn.settings import PROJECT


@pytest.fixture(scope="module")
def shipped():
    """The model that comes with the project."""
    folder = ModelStore(PROJECT / "models").folder_of(SHIPPED)
    return Classifier(folder.record(), folder.keras_path())


def drawing(model: styles.Model, rng: np.random.Generator) -> Picture:
    """A digit from an unsteady hand, anywhere on the canvas, of any size and with any pen."""
    width = rng.uniform(6, 36)
    where = (float(rng.random()), float(rng.random()))
    hand = styles.bent(model, rng, jitter=0.08)
    return strokes.draw(
        strokes.place(hand, share=rng.uniform(0.3, 0.85), where=where, width=width), width=width
    )


def row(digits: list[int], rng: np.random.Generator) -> Picture:
    """Digits so close beside each other that many touch."""
    placed: list[Stroke] = []
    right = 0.5
    for digit in digits:
        hand = styles.bent(styles.DIGITS[digit][rng.integers(len(styles.DIGITS[digit]))], rng)
        left = min(stroke[:, 0].min() for stroke in hand)
        placed += [stroke + np.float32([right - left, 0.5 + rng.normal(0, 0.08)]) for stroke in hand]
        right = max(stroke[:, 0].max() for stroke in placed) + rng.uniform(-0.05, 0.2)
    height = rng.uniform(80, 150)
    shape = round(2.2 * height), round((right + 0.5) * height)
    return strokes.draw(
        [stroke * np.float32(height) for stroke in placed], width=rng.uniform(6, 14), shape=shape
    )


# Both floors are what was read when they were set, 147 and 51, less one for machines that round otherwise.


def test_drawings_are_read_as_well_as_ever(shipped):
    """Of 150 drawings, fifteen of each digit in all ways of writing it, nearly all are read right."""
    rng = np.random.default_rng(0)
    drawn = [
        (drawing(models[number % len(models)], rng), digit)
        for digit, models in styles.DIGITS.items()
        for number in range(15)
    ]
    answers = shipped.answers(np.stack([prepare_drawing(picture).image for picture, _ in drawn]))
    right = [answer.digit == digit for answer, (_, digit) in zip(answers, drawn, strict=True)]
    assert sum(right) >= 146


def test_rows_are_read_as_well_as_ever(shipped):
    """Of sixty rows of two to six digits, most are read whole."""
    rng = np.random.default_rng(0)
    right = []
    for _ in range(60):
        digits = rng.integers(10, size=rng.integers(2, 7)).tolist()
        text = read_number(row(digits, rng), shipped.answers).text
        right.append(text == "".join(map(str, digits)))
    assert sum(right) >= 50
