"""How many rows of digits are read whole: rows written by people that the shipped model never saw."""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn.insight.number_reading import read_number
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from cnn.network.classifier import Classifier
from cnn.network.drawings import UNSEEN_WRITERS
from cnn.pictures import strokes
from cnn.pictures.strokes import ScreenDigit, Stroke
from cnn.settings import settings

ROWS = 400
MARGIN = 16


def write_row(digits: list[ScreenDigit], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Digits of one writer side by side, as a hand sets them on a wide canvas.

    Heights differ by a quarter, lines rise or sink a little, gaps are anything from a slight touch to
    half a digit.

    Returns:
        uint8 (height, width), light ink on dark.
    """
    height = rng.uniform(80, 150)
    width = rng.uniform(6, 14)
    x, placed = float(MARGIN + width), []
    for digit in digits:
        scaled = _scaled(digit, height * rng.uniform(0.8, 1.1))
        y = MARGIN + width + rng.uniform(0, 0.25) * height
        placed += [stroke + np.array([x, y]) for stroke in scaled]
        extent = max(float(stroke[:, 0].max()) for stroke in scaled)
        x += extent + width + height * rng.uniform(-0.03, 0.5)
    shape = round(1.6 * height + 2 * MARGIN + 2 * width), round(x + MARGIN)
    return strokes.draw([stroke.astype(np.float32) for stroke in placed], width=width, shape=shape)


def _scaled(digit: ScreenDigit, height: float) -> list[Stroke]:
    points = np.concatenate(list(digit.strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    scale = height / max(float(high[1] - low[1]), float(high[0] - low[0]) / 1.5, 1.0)
    return [(stroke - low) * scale for stroke in digit.strokes]


def rows(
    folder: Path, writers: frozenset[str], count: int, seed: int = 0
) -> list[tuple[str, NDArray[np.uint8]]]:
    """`count` rows of two to ten digits, each by one of these writers, with what they say."""
    rng = np.random.default_rng(seed)
    by_writer: dict[str, list[ScreenDigit]] = {}
    for digit in strokes.load(folder / "screen_digits.json"):
        if digit.writer in writers:
            by_writer.setdefault(digit.writer, []).append(digit)
    names = sorted(by_writer)
    written = []
    for _ in range(count):
        own = by_writer[names[rng.integers(len(names))]]
        chosen = [own[rng.integers(len(own))] for _ in range(rng.integers(2, 11))]
        written.append(("".join(str(digit.label) for digit in chosen), write_row(chosen, rng)))
    return written


def main() -> None:
    """Print the share of rows that are read whole."""
    folder = settings().data_dir
    if folder is None or not (folder / "screen_digits.json").exists():
        sys.exit("Rows of digits need screen_digits.json in the folder that CNN_DATA_DIR names.")
    shipped = model_store().folder_of(SHIPPED)
    classifier = Classifier(shipped.record(), shipped.keras_path())
    written = rows(folder, frozenset(UNSEEN_WRITERS), ROWS)
    right = [text == read_number(picture, classifier.answers).text for text, picture in written]
    print(f"| rows of two to ten digits, read whole | {np.mean(right):.1%} of {ROWS} |")


if __name__ == "__main__":
    main()
