"""A number in a picture, read from left to right: the digits that a network believes in most.

`cnn.pictures.segmentation` finds what may be a digit; here a network reads all of it, and its answers become
what speaks against each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.insight.answers import Answer
from cnn.pictures.preparation import Picture
from cnn.pictures.segmentation import Box, best_way, segmented

AnswerAll = Callable[[NDArray[np.float32]], list[Answer]]
"""From float32 (n, 28, 28) in [0, 1] to n answers."""

# How much the network's own "not a digit" weighs against its doubt which digit it is.
_NO_DIGIT_WEIGHT = 2.5
_LEAST = 1e-6
_UNREADABLE = 1e6


@dataclass(frozen=True, eq=False)
class ReadDigit:
    """One digit of a row.

    Attributes:
        box: where it stands in the picture that was read.
        answer: what it was read as.
        image: float32 (28, 28) in [0, 1], what the network saw.
    """

    box: Box
    answer: Answer
    image: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ReadNumber:
    """A row of digits, read from left to right.

    Attributes:
        text: the digits, as "08540"; empty where there is no ink.
        probability: that all of them are right, in [0, 1], if each is right or wrong by itself.
        digits: one for each.
        ink: uint8 (height, width), the picture that the boxes refer to: light ink on dark.
        is_whole: whether all the ink was read; if not, it fell into more than `MOST_PIECES` pieces.
    """

    text: str
    probability: float
    digits: tuple[ReadDigit, ...]
    ink: Picture
    is_whole: bool = True


def read_number(picture: NDArray[Any], answer_all: AnswerAll) -> ReadNumber:
    """Find and read the digits of a row.

    Args:
        picture: as `prepare_drawing` takes it, with digits side by side.
        answer_all: reads prepared digits; called once, with at most `MOST_JOINED * MOST_PIECES` of them,
            and not at all where there is no ink.

    Raises:
        PictureError: the array has another shape or another dtype.
    """
    row = segmented(picture)
    if not row.candidates:
        return ReadNumber("", 0.0, (), row.ink)
    answers = answer_all(np.stack([candidate.image for candidate in row.candidates]))
    way = best_way(row.candidates, np.array([_cost(answer) for answer in answers]))
    digits = tuple(ReadDigit(row.candidates[n].box, answers[n], row.candidates[n].image) for n in way)
    probability = float(np.prod([digit.answer.probability for digit in digits]))
    text = "".join(str(digit.answer.digit) for digit in digits)
    return ReadNumber(text, probability, digits, row.ink, row.is_whole)


def _cost(answer: Answer) -> float:
    """What speaks against this reading: that it is another digit, or none."""
    doubt = -float(np.log(max(answer.probability, _LEAST)))
    cost = doubt - _NO_DIGIT_WEIGHT * float(np.log(max(1 - answer.not_a_digit, _LEAST)))
    # A network whose weights overflowed says nothing; its row is still read to the end.
    return cost if np.isfinite(cost) else _UNREADABLE
