"""What people draw that is no digit: letters, symbols, scribbles, several digits at once.

For training a network to turn such drawings away. What anybody may read as a digit (O, l, Z, S, B, q, g
and their like) is left out.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cnn.pictures.strokes import Stroke, draw, place
from cnn.pictures.styles import DIGITS, Model, bent, smooth

Picture = NDArray[np.uint8]

# The side of the pictures drawn here, in pixels, and the pens' widths on it.
SIDE = 140
WIDTHS = (4.0, 15.0)

LETTERS: tuple[Model, ...] = (
    "0,100 40,0 40,0 80,100; 15,65 65,65",  # A
    "70,15 35,0 2,50 35,100 72,85",  # C
    "70,0 0,0 0,0 0,100 0,100 70,100; 0,50 50,50",  # E
    "65,0 0,0 0,0 0,100; 0,50 50,48",  # F
    "0,0 0,100; 70,0 70,100; 0,50 70,50",  # H
    "50,0 50,75 25,100 0,80; 20,0 80,0",  # J
    "0,0 0,100; 65,0 0,55 0,55 70,100",  # K
    "0,100 0,0 0,0 45,70 45,70 90,0 90,0 90,100",  # M
    "0,100 0,0 0,0 70,100 70,100 70,0",  # N
    "0,0 0,100; 0,0 50,5 55,35 0,50",  # P
    "40,0 2,50 40,95 80,50 40,0; 45,65 90,105",  # Q
    "0,0 0,100; 0,0 50,5 50,40 0,50 0,50 60,100",  # R
    "0,0 80,0; 40,0 40,100",  # T
    "0,0 2,75 35,100 70,75 70,0",  # U
    "0,0 40,100 40,100 80,0",  # V
    "0,0 25,100 25,100 50,30 50,30 75,100 75,100 100,0",  # W
    "0,0 70,100; 70,0 0,100",  # X
    "60,15 30,0 0,50 30,95 60,70 60,0 60,0 65,100",  # a
    "2,50 60,45 35,0 0,50 30,100 65,85",  # e
    "60,5 35,5 30,50 30,100; 5,40 60,40",  # f
    "0,0 0,100 0,100 5,60 30,45 50,60 50,100",  # h
    "0,0 0,100; 45,40 0,70 0,70 50,100",  # k
    "0,100 0,10 0,30 25,0 45,30 45,100 45,30 70,0 90,30 90,100",  # m
    "0,100 0,5 0,35 35,0 65,35 65,100",  # n
    "0,10 5,100 5,35 30,5 55,15",  # r
    "30,0 30,85 60,95; 0,30 60,30",  # t
    "0,0 10,90 40,90 60,0 60,0 62,100",  # u
    "0,0 20,95 45,30 70,95 90,0",  # w
    "50,50 20,0 0,50 25,100 70,0; 45,40 75,100",  # alpha
    "0,20 30,0 30,0 30,100; 30,0 70,0 70,0 70,100",  # pi
    "40,0 0,100 0,100 80,100 80,100 40,0",  # triangle
    "0,50 80,50; 40,10 40,90",  # plus
    "0,30 80,30; 0,70 80,70",  # equals
    "0,50 100,50",  # minus
    "0,60 30,100 30,100 90,0",  # tick
    "0,50 100,50; 70,20 100,50 100,50 70,80",  # arrow right
    "100,50 0,50; 30,20 0,50 0,50 30,80",  # arrow left
    "40,100 40,0; 10,35 40,0 40,0 70,35",  # arrow up
    "40,0 40,100; 10,65 40,100 40,100 70,65",  # arrow down
    "70,0 0,50 0,50 70,100",  # less
    "0,0 70,50 70,50 0,100",  # greater
    "0,100 50,0 50,0 100,100",  # caret
    "0,60 25,35 60,65 90,40",  # tilde
    "35,0 30,100; 70,0 65,100; 0,35 100,33; 0,70 100,68",  # hash
    "40,0 40,80; 5,15 75,65; 75,15 5,65",  # asterisk
    "0,20 20,0 50,15 30,45 30,70; 30,98 31,100",  # question mark
    "30,0 30,70; 30,98 31,100",  # exclamation mark
    "55,40 35,35 40,65 60,60 60,35 65,70 85,60 85,20 50,0 5,40 20,90 70,95",  # at
    "15,0 5,10 20,15 15,0; 80,0 0,100; 70,80 60,90 75,95 70,80",  # per cent
    "45,25 20,0 0,30 45,100 45,100 90,30 70,0 45,25",  # heart
    "20,100 50,0 50,0 80,100 80,100 0,35 0,35 100,35 100,35 20,100",  # star
    "0,0 80,0 80,0 0,90 0,90 80,90 80,90 0,0",  # hourglass
    "0,40 45,0 45,0 90,40; 10,40 10,100 10,100 80,100 80,100 80,40",  # house
    "50,0 0,50 50,100 100,50 50,0; 35,35 36,38; 65,35 66,38; 25,60 50,80 75,60",  # face
    "50,0 0,50 50,100 100,50 50,0; 15,15 85,85; 85,15 15,85",  # wheel
    "40,0 20,15 40,30 60,15 40,0; 40,30 40,70 40,70 15,100; 40,70 65,100; 10,45 70,45",  # person
    "0,50 30,20 70,50 30,80 0,50; 70,50 100,20 100,20 100,80 100,80 70,50",  # fish
    "45,15 10,30 45,50 80,30 45,15; 45,50 45,100; 45,80 20,65",  # flower
    "30,70 10,85 30,100 40,85 40,85 40,0 40,0 80,20",  # note
)

TYPED = "ACEFHJKMNPQRTUVWXadefhkmnprtuvwx?!@#$%&*+=<>~^{}"
FONTS = range(8)


def non_digit(rng: np.random.Generator) -> Picture:
    """One drawing that is no digit, uint8 (140, 140), light ink on dark, filling much of it."""
    kinds: Sequence[Callable[[np.random.Generator], Picture]] = (
        written,
        written,
        typed,
        scribbled,
        angular,
        several_digits,
        looped,
        blot,
    )
    return kinds[int(rng.integers(len(kinds)))](rng)


def written(rng: np.random.Generator) -> Picture:
    """A letter or a symbol written by hand."""
    return _drawn(bent(LETTERS[int(rng.integers(len(LETTERS)))], rng, jitter=0.05), rng)


def typed(rng: np.random.Generator) -> Picture:
    """A printed letter or symbol, slanted and stretched."""
    picture = np.zeros((SIDE, SIDE), np.uint8)
    character, font = TYPED[int(rng.integers(len(TYPED)))], int(rng.choice(FONTS))
    cv2.putText(picture, character, (40, 100), font, 3.0, 255, int(rng.integers(3, 14)), cv2.LINE_AA)
    slant, stretch, lean = rng.normal(0, 0.2), np.exp(rng.normal(0, 0.2)), rng.normal(0, 0.1)
    matrix = np.array([[stretch, slant, 0], [lean, 1, 0]])
    matrix[:, 2] = SIDE / 2 - matrix[:, :2] @ [SIDE / 2, SIDE / 2]
    return np.asarray(cv2.warpAffine(picture, matrix, (SIDE, SIDE)), np.uint8)


def scribbled(rng: np.random.Generator) -> Picture:
    """A pen that wanders about."""
    points = rng.normal(0, 1, (int(rng.integers(6, 25)), 2))
    if rng.random() < 0.5:
        points = np.cumsum(points, axis=0)
    return _drawn([smooth(points.astype(np.float32))], rng)


def angular(rng: np.random.Generator) -> Picture:
    """A few straight lines, joined or not."""
    strokes = []
    for _ in range(int(rng.integers(2, 5))):
        points = rng.random((int(rng.integers(3, 6)), 2)).astype(np.float32)
        strokes.append(points)
    return _drawn(strokes, rng)


def several_digits(rng: np.random.Generator) -> Picture:
    """Two to four digits side by side."""
    strokes: list[Stroke] = []
    right = 0.0
    for _ in range(int(rng.integers(2, 5))):
        models = DIGITS[int(rng.integers(10))]
        digit = bent(models[int(rng.integers(len(models)))], rng)
        left = min(float(stroke[:, 0].min()) for stroke in digit)
        moved = [stroke + np.array([right - left, rng.normal(0, 0.08)], np.float32) for stroke in digit]
        right = max(float(stroke[:, 0].max()) for stroke in moved) + rng.uniform(0.1, 0.5)
        strokes += moved
    return _drawn(strokes, rng)


def looped(rng: np.random.Generator) -> Picture:
    """A spiral, a row of loops, a zigzag or a wave."""
    t = np.linspace(0, 1, 80)
    turns, kind = rng.uniform(2.5, 6), int(rng.integers(4))
    angle = 2 * np.pi * turns * t + rng.uniform(0, 6)
    if kind == 0:
        points = np.column_stack([t * np.cos(angle), t * np.sin(angle)])
    elif kind == 1:
        points = np.column_stack([1.5 * t * turns / 3 + 0.3 * np.cos(angle), 0.4 * np.sin(angle)])
    elif kind == 2:
        points = np.column_stack([t * rng.uniform(0.7, 2.5), np.abs(angle / np.pi % 2 - 1)])
    else:
        points = np.column_stack([t * rng.uniform(1, 3), 0.4 * np.sin(angle)])
    tilt = rng.normal(0, 0.4)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return _drawn([(points @ turn).astype(np.float32)], rng)


def blot(rng: np.random.Generator) -> Picture:
    """A dot, some dots, or a filled shape."""
    picture = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        centre = tuple(int(v) for v in rng.integers(35, 105, 2))
        axes = tuple(int(v) for v in rng.integers(9, 26, 2))
        cv2.ellipse(picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)
    return picture


def _drawn(strokes: Sequence[Stroke], rng: np.random.Generator) -> Picture:
    width = rng.uniform(*WIDTHS)
    placed = place(strokes, share=rng.uniform(0.5, 0.85), width=width, canvas=SIDE)
    return draw(placed, width=width, shape=(SIDE, SIDE))
