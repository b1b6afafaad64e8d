"""Digits as they are written where MNIST was not, made of a few model strokes each.

MNIST's writers were Americans of the 1990s. Elsewhere ones have flags and feet, sevens a bar, zeros a
slash, nines a hook or a flat foot, and fours are open, closed or pointed. Each way of writing is a few
points that a smooth pen passes; every digit drawn from them is bent, slanted and stretched anew.
"""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cnn.pictures.strokes import Stroke, draw, place

Model = str
"""Points "x,y" that a smooth pen passes, x to the right and y down, about 100 units high.

A point twice is a corner; a semicolon lifts the pen.
"""

DIGITS: dict[int, tuple[Model, ...]] = {
    0: (
        "40,0 5,30 10,80 40,100 70,75 70,25 42,0",
        "50,2 10,20 5,75 40,100 75,70 65,15 30,5",
        "40,0 5,30 10,80 40,100 70,75 70,25 42,0; 70,5 10,95",
        "40,0 5,30 10,80 40,100 70,75 70,25 42,0; 85,-10 0,110",
        "45,0 5,50 45,100 85,50 45,0 25,10",
    ),
    1: (
        "30,0 28,100",
        "0,30 35,0 35,0 33,100",
        "0,50 45,0 45,0 42,100",
        "0,65 50,0 50,0 42,100",
        "0,25 25,17 38,0 38,0 36,100",
        "0,40 30,25 50,0 50,0 40,100",
        "5,25 35,0 35,0 35,100; 0,100 70,100",
        "5,35 40,0 40,0 38,98; 10,100 65,98",
        "10,25 35,0 35,0 35,100 35,100 5,100 5,100 65,100",
        "35,0 35,100; 0,100 70,100",
    ),
    2: (
        "0,25 30,0 60,25 35,65 0,100 0,100 65,100",
        "2,20 35,0 60,25 30,70 5,95 15,80 35,95 70,95",
        "0,8 55,0 60,15 30,60 0,100 0,100 65,98",
        "5,30 10,8 40,0 60,30 20,85 0,95 20,85 45,100 70,90",
    ),
    3: (
        "2,12 35,0 55,22 25,46 25,46 60,72 30,100 0,88",
        "0,0 55,0 55,0 22,38 22,38 60,65 35,100 0,90",
        "5,10 35,2 50,25 15,48 50,50 62,75 30,100 0,90",
        "0,10 40,0 50,20 20,40 30,42 55,70 30,110 0,110",
    ),
    4: (
        "20,0 0,60 0,60 70,58; 50,25 45,100",
        "10,0 5,50 5,50 60,50; 60,0 58,100",
        "50,100 52,0 52,0 0,68 0,68 75,66",
        "52,0 0,65 0,65 75,62; 55,30 50,100",
        "30,0 5,45 0,75 30,72 55,66; 40,42 36,100",
        "25,0 2,60 10,70 55,62; 38,40 33,100",
        "55,5 0,50 0,50 55,50 55,50 55,0 55,0 52,100",
        "10,0 5,40 25,50 55,40 60,0 60,0 55,100",
    ),
    5: (
        "60,0 10,0 10,0 5,42 5,42 40,38 60,68 35,100 0,92",
        "10,0 5,42 5,42 40,40 58,70 30,100 0,92; 10,2 65,0",
        "15,8 5,45 40,42 55,70 30,100 0,90; 25,0 70,-3",
        "60,2 20,5 5,35 40,45 55,75 25,100 0,90",
    ),
    6: (
        "50,0 15,30 0,70 25,100 50,78 30,55 3,75",
        "25,0 5,50 10,92 40,100 55,75 35,55 6,75",
        "60,10 40,0 8,40 10,90 40,100 60,75 35,50 5,65",
        "10,0 2,60 15,98 40,95 45,70 25,62 5,80",
    ),
    7: (
        "0,2 60,0 60,0 20,100",
        "0,2 60,0 60,0 25,100; 12,50 62,46",
        "0,20 2,2 2,2 60,0 60,0 22,100; 10,52 60,50",
        "0,10 25,3 60,2 40,40 28,100; 5,50 65,50",
        "0,15 5,0 30,8 60,0 35,50 25,100",
        "0,15 5,0 30,8 60,0 35,50 25,100; 10,55 58,50",
        "0,25 2,0 2,0 55,0 55,0 50,100",
    ),
    8: (
        "50,12 25,0 5,20 30,45 58,75 30,100 2,75 30,45 52,15",
        "30,0 5,22 30,45 55,22 32,0; 30,45 0,72 30,100 60,72 32,45",
        "55,8 20,5 15,30 50,65 35,100 5,85 20,50 60,10",
        "10,5 20,40 50,75 30,100 5,80 30,40 50,10 30,0 10,8",
    ),
    9: (
        "55,15 28,0 3,22 25,45 55,20 55,20 50,100",
        "55,15 28,0 3,22 25,45 55,20 55,20 58,70 35,100 0,90",
        "50,12 25,0 5,20 25,40 52,15 52,15 55,95 55,95 0,100",
        "50,12 25,0 5,20 25,40 52,15 60,60 50,95 20,98 0,98",
        "45,8 15,5 10,32 40,35 50,10 60,50 40,90 -5,100",
        "60,10 30,0 5,20 30,40 60,10 50,60 15,100",
        "50,10 20,0 0,20 25,40 50,10 60,60 30,105 0,85 10,75",
    ),
}


def points_of(model: Model) -> list[Stroke]:
    """A model's strokes through its bare points, one unit high."""
    strokes = (stroke.split() for stroke in model.split(";"))
    return [
        np.array([point.split(",") for point in stroke], dtype=np.float32) / np.float32(100)
        for stroke in strokes
    ]


def smooth(p: Stroke, steps: int = 8) -> Stroke:
    """The Catmull-Rom curve through the points `p`, float32 (n, 2); a point twice is a corner of it."""
    before, after = np.vstack([p[:1], p[:-1]]), np.vstack([p[1:], p[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[None, :, None]
    start, end = p[:-1, None], p[1:, None]
    out, into = (after - before)[:-1, None] / 2, (after - before)[1:, None] / 2
    # At a corner the pen stops.
    rests = np.all(p[1:] == p[:-1], axis=1)
    out = np.where(np.append(False, rests)[:-1, None, None] | rests[:, None, None], 0, out)
    into = np.where(rests[:, None, None] | np.append(rests, False)[1:, None, None], 0, into)
    t2, t3 = t * t, t * t * t
    curve = (
        (2 * t3 - 3 * t2 + 1) * start + (t3 - 2 * t2 + t) * out + (3 * t2 - 2 * t3) * end + (t3 - t2) * into
    )
    return np.vstack([curve.reshape(-1, 2), p[-1:]])


def bent(model: Model, rng: np.random.Generator, *, jitter: float = 0.035) -> list[Stroke]:
    """A model's strokes as another hand writes them: moved a little, turned, slanted, stretched.

    Args:
        model: how the digit is written.
        rng: where chance comes from.
        jitter: the deviation of each point, in heights of the digit.
    """
    angle, slant, stretch = rng.normal(0, 0.1), rng.normal(0, 0.2), rng.normal(0, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[np.exp(stretch), -slant], [0, 1]])
    strokes = []
    for points in points_of(model):
        # Both copies of a corner move together.
        repeated = np.append(False, np.all(points[1:] == points[:-1], axis=1))
        moves = rng.normal(0, jitter, points.shape)[
            np.maximum.accumulate(np.where(repeated, 0, np.arange(len(points))))
        ]
        strokes.append(smooth(((points + moves) @ matrix.T).astype(np.float32)))
    return strokes


def rewritten(strokes: Sequence[Stroke], rng: np.random.Generator, *, strength: float = 1.0) -> list[Stroke]:
    """Somebody's strokes as another hand might have written them.

    They are turned, slanted and stretched, and bent by slow waves across the digit.

    Args:
        strokes: in any unit.
        rng: where chance comes from.
        strength: how much of each; 0 changes nothing.
    """
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-6)
    angle, slant, stretch = rng.normal(0, strength * np.array([0.1, 0.18, 0.15]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[np.exp(stretch), -slant], [0, 1]])
    waves = rng.normal(0, 1.0, (3, 2))
    phases = rng.uniform(0, 2 * np.pi, 3)
    moves = rng.normal(0, 0.025 * strength, (3, 2))

    def rewrite(stroke: Stroke) -> Stroke:
        unit = (stroke - low) / size
        bend = np.sin(2 * np.pi * unit @ waves.T + phases) @ moves
        return np.asarray((unit + bend) @ matrix.T, np.float32)

    return [rewrite(stroke) for stroke in strokes]


def fitted(strokes: Sequence[Stroke], width: float, *, side: int = 28, box: int = 20) -> NDArray[np.uint8]:
    """Strokes drawn as MNIST's digits lie: in a 20x20 box, centred by mass in 28x28, with soft edges.

    Much cheaper than `prepare_drawing`, since the strokes' box and the pen's width are known.

    Args:
        strokes: in any unit.
        width: the pen's, in pixels of the result.

    Returns:
        uint8 (side, side), light ink on dark.
    """
    placed = place(strokes, share=(box - width) / side, width=width, canvas=side)
    weights = cv2.moments(draw(placed, width=width, shape=(side, side)))
    mass = np.array([weights["m10"], weights["m01"]], np.float32) / max(weights["m00"], 1)
    centred = draw([stroke + side / 2 - mass for stroke in placed], width=width, shape=(side, side))
    return np.asarray(cv2.GaussianBlur(centred, (3, 3), 0.5), np.uint8)


@cache
def pool(each: int = 400, seed: int = 0) -> NDArray[np.uint8]:
    """Digits of all styles, read-only uint8 (10, each, 28, 28): the first axis is the digit."""
    rng = np.random.default_rng(seed)
    digits = np.empty((10, each, 28, 28), np.uint8)
    for digit, models in DIGITS.items():
        for number in range(each):
            strokes = bent(models[number % len(models)], rng)
            digits[digit, number] = fitted(strokes, rng.uniform(1.8, 3.8))
    digits.setflags(write=False)
    return digits
