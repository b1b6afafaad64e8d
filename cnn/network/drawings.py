"""Pictures for making and judging a network that reads what people draw.

Everything comes prepared by `cnn.pictures.preparation`: digits that people wrote on a screen, the
same as others might write them, digits in styles of the world, and drawings that are no digits. Who is kept
for the judging never enters a training.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cnn.pictures import nondigits, strokes, styles
from cnn.pictures.preparation import prepare_drawing
from cnn.pictures.strokes import ScreenDigit

Picture = NDArray[np.uint8]

NOT_A_DIGIT = 10

# Eight of the thirty writers are never trained or tuned on; three more decide thresholds.
UNSEEN_WRITERS = frozenset(f"train-{number}" for number in (3, 7, 11, 15, 19, 23, 27, 30))
TUNING_WRITERS = frozenset(f"train-{number}" for number in (5, 14, 22))

# Of the characters and doodles, these are kept for the judging: two alphabets, six of twenty drawers of the
# Latin letters, and one kind of doodle.
_UNSEEN_ALPHABETS = ("Greek", "Tagalog")
_UNSEEN_DRAWERS_OF_LATIN = range(14, 20)
_UNSEEN_DOODLES = "trains"

# Characters that anybody may read as a digit, by alphabet.
_LIKE_DIGITS = {
    "Balinese": (5, 14),
    "Early_Aramaic": (1, 2, 3, 4, 6, 10, 11, 12, 13, 14, 16, 17, 20),
    "Greek": (2, 4, 6, 8, 9, 15, 18),
    "Japanese_(katakana)": (2, 24, 27, 41, 42, 43),
    "Korean": (5, 20, 21, 22, 26, 28, 33, 37),
    "Latin": (2, 7, 9, 12, 15, 17, 19, 25, 26),
    "Sanskrit": (5, 13, 27, 35, 37),
    "Tagalog": (3, 16),
}

# Letters of these alphabets are intricate enough to be no digit when turned or mirrored, either.
_INTRICATE = ("Balinese", "Sanskrit")

_PEN = (8.0, 30.0)
_SHARE = (0.45, 0.8)


@dataclass(frozen=True)
class Pictures:
    """Prepared pictures, uint8 (N, 28, 28), and what they show, int64 (N,): 0-9, or `NOT_A_DIGIT`."""

    images: Picture
    labels: NDArray[np.int64]

    def __add__(self, other: "Pictures") -> "Pictures":
        return Pictures(
            np.concatenate([self.images, other.images]), np.concatenate([self.labels, other.labels])
        )


def prepared(canvases: Iterable[tuple[Picture, int]]) -> Pictures:
    """Canvases with their labels as the network gets them; empty ones are left out."""
    images, labels = [], []
    for canvas, label in canvases:
        drawing = prepare_drawing(canvas)
        if not drawing.is_empty:
            images.append(drawing.steps["centred"])
            labels.append(label)
    return Pictures(np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.int64))


def written(
    digits: Sequence[ScreenDigit], rng: np.random.Generator, *, times: int = 1, strength: float = 0.0
) -> Pictures:
    """Screen digits drawn anywhere on a 280x280 canvas, 45-80 % of its size, with pens of 8-30 pixels.

    Args:
        digits: what people wrote.
        rng: where chance comes from.
        times: how often each is drawn.
        strength: how much each is rewritten as by another hand; 0 leaves it as it is.
    """

    def canvas(digit: ScreenDigit) -> Picture:
        hand = styles.rewritten(digit.strokes, rng, strength=strength) if strength else digit.strokes
        return _on_canvas(hand, rng)

    return prepared((canvas(digit), digit.label) for _ in range(times) for digit in digits)


def styled(rng: np.random.Generator, *, each: int) -> Pictures:
    """Digits in the styles of `cnn.pictures.styles`, so many of each."""
    return prepared(
        (_on_canvas(styles.bent(models[number % len(models)], rng), rng), digit)
        for digit, models in styles.DIGITS.items()
        for number in range(each)
    )


def enlarged(images: Picture, labels: NDArray[np.int64], rng: np.random.Generator) -> Pictures:
    """MNIST's digits as if scanned: enlarged and prepared again."""
    return prepared(
        (cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), int(label))
        for image, label, scale in zip(images, labels, rng.uniform(1, 6, len(labels)), strict=True)
    )


def invented(rng: np.random.Generator, count: int) -> Pictures:
    """Drawings of `cnn.pictures.nondigits`."""
    return prepared((nondigits.non_digit(rng), NOT_A_DIGIT) for _ in range(count))


def characters(path: Path, rng: np.random.Generator, *, unseen: bool, times: int = 1) -> Pictures:
    """Omniglot's characters that nobody would read as a digit, drawn with pens of many widths.

    Args:
        path: `characters.npz`, with `images` uint8 (N, 105, 105), 0 the ink, and `labels` as
            "Greek/character05".
        rng: where chance comes from.
        unseen: those kept for judging, or those for training.
        times: how often each is drawn.
    """
    with np.load(path) as file:
        images, labels = file["images"], file["labels"]
    chosen, seen_before = [], dict.fromkeys(labels, 0)
    for image, label in zip(images, labels, strict=True):
        alphabet, character = str(label).split("/")
        drawer = seen_before[label]
        seen_before[label] += 1
        is_unseen = alphabet in _UNSEEN_ALPHABETS or (
            alphabet == "Latin" and drawer in _UNSEEN_DRAWERS_OF_LATIN
        )
        if is_unseen == unseen and int(character[-2:]) not in _LIKE_DIGITS[alphabet]:
            ink = 255 - image
            chosen.append(ink)
            if alphabet in _INTRICATE and not unseen:
                chosen += [ink[::-1, ::-1], ink[:, ::-1]]
    return prepared((_fattened(image, rng), NOT_A_DIGIT) for _ in range(times) for image in chosen)


def doodles(path: Path, rng: np.random.Generator, *, unseen: bool, times: int = 1) -> Pictures:
    """Quick, Draw!'s drawings: those kept for judging, or those for training, some of them mirrored.

    Args:
        path: `doodles.npz`, with `images` uint8 (N, 28, 28), light on dark, and `labels`.
        rng: where chance comes from.
        unseen: those kept for judging, or those for training.
        times: how often each is taken.
    """
    with np.load(path) as file:
        chosen = file["images"][(file["labels"] == _UNSEEN_DOODLES) == unseen]
    enlarged = [cv2.resize(image, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC) for image in chosen]

    def mirrored(image: Picture) -> Picture:
        return image[:, ::-1] if not unseen and rng.random() < 0.5 else image

    return prepared((mirrored(image), NOT_A_DIGIT) for _ in range(times) for image in enlarged)


def _on_canvas(hand: Sequence[strokes.Stroke], rng: np.random.Generator) -> Picture:
    width = rng.uniform(*_PEN)
    where = (float(rng.random()), float(rng.random()))
    return strokes.draw(
        strokes.place(hand, share=rng.uniform(*_SHARE), where=where, width=width), width=width
    )


def _fattened(image: Picture, rng: np.random.Generator) -> Picture:
    large = cv2.resize(np.pad(image, 10), (200, 200), interpolation=cv2.INTER_CUBIC)
    size = int(rng.integers(1, 16))
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(large, brush), np.uint8)
