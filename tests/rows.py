"""Rows of digits that are drawn, and who reads them without a network."""

import numpy as np

from cnn.insight.answers import Answer, answer_from
from cnn.pictures import strokes

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
