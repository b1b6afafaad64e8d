"""Digits as people wrote them on a screen, drawn as the page's canvas draws them.

For benchmarks and for making the shipped model: a digit is a list of strokes, and the same strokes can
be drawn at any place, size and width.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float32]
"""Points (n, 2), x to the right and y down, in any unit."""

CANVAS = 280
# Strokes are drawn this much larger and averaged, for smooth edges and widths between whole pixels.
_FINE = 4


@dataclass(frozen=True)
class ScreenDigit:
    """One digit that somebody wrote on a screen.

    Attributes:
        label: the digit that was asked for, 0-9.
        writer: who wrote it.
        strokes: its strokes in the order of writing, each float32 (points, 2).
    """

    label: int
    writer: str
    strokes: tuple[Stroke, ...]


def load(path: Path) -> list[ScreenDigit]:
    """Read a file like `screen_digits.json`: `[{"label": 3, "writer": "…", "strokes": [[[x, y], …], …]}, …]`.

    The strokes of the UCI data set "Pen-Based Recognition of Handwritten Digits" (Alpaydin, Alimoglu 1998,
    CC BY 4.0) come in this form.

    Raises:
        OSError, ValueError, KeyError: the file cannot be read or is of another form.
    """
    return [
        ScreenDigit(
            label=int(entry["label"]),
            writer=str(entry["writer"]),
            strokes=tuple(np.asarray(stroke, np.float32).reshape(-1, 2) for stroke in entry["strokes"]),
        )
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


def place(
    strokes: Sequence[Stroke],
    *,
    share: float,
    where: tuple[float, float] = (0.5, 0.5),
    width: float = 0,
    canvas: int = CANVAS,
) -> list[Stroke]:
    """The strokes scaled, with their proportions kept, and moved to a place on a square canvas.

    Args:
        strokes: at least one, of at least one point.
        share: the longer side of the points' box as a share of the canvas, in (0, 1].
        where: the place among those where the ink fits, as shares from the left and from the top, in [0, 1].
        width: the stroke width in pixels, for which room is left at the border.
        canvas: the side of the canvas in pixels.
    """
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    scale = share * canvas / max(float((high - low).max()), 1e-6)
    box = (high - low) * scale
    room = np.maximum(canvas - box - width, 0)
    start = width / 2 + room * np.asarray(where, np.float32)
    return [((stroke - low) * scale + start).astype(np.float32) for stroke in strokes]


def draw(
    strokes: Sequence[Stroke], *, width: float, shape: tuple[int, int] = (CANVAS, CANVAS)
) -> NDArray[np.uint8]:
    """Draw strokes with round caps and joins and smooth edges: light ink on dark.

    Args:
        strokes: in pixels of the picture; a stroke of one point is a dot.
        width: in pixels.
        shape: height and width of the picture.

    Returns:
        uint8 of that shape, 0 where nothing is drawn and 255 in the ink.
    """
    rows, columns = shape
    picture = np.zeros((rows * _FINE, columns * _FINE), np.uint8)
    thickness = max(1, round(width * _FINE))
    for stroke in strokes:
        # A pixel's middle is at a whole number, in the large picture and in the small one.
        points = np.round(stroke * _FINE + (_FINE - 1) / 2).astype(np.int32)
        if len(points) == 1:
            points = np.repeat(points, 2, axis=0)
        cv2.polylines(picture, [points], isClosed=False, color=255, thickness=thickness)
    return cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
