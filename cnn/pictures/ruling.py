"""The lines of ruled and squared paper, taken out of a photo without the strokes that cross them.

A ruled line is thin, darker than the paper, and runs from border to border. It is found by a black-hat
across it (what a closing by a short vertical segment fills) and the Hough transform: R. Duda, P. Hart, "Use
of the Hough transformation to detect lines and curves in pictures", 1972. Its pixels give way to what lies
just above and below, so that a stroke which crosses it is whole again.
"""

from collections.abc import Iterator
from math import ceil, cos, pi, sin, tan
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# Smaller pictures are single digits, larger ones are reduced before anything is computed.
_SMALLEST, _LARGEST = 100, 2048
# Paper may lie turned by so much, in degrees, and its lines be so far from parallel.
_TURNED, _PARALLEL = 6.0, 1.5
_STEP = 0.1
# How much of its way a line must be seen; strokes hide the rest.
_SEEN = 0.7
_SEEN_AT_ENDS = 0.5
# An end is the first or last of so many parts.
_PARTS = 12
_WHOLE, _CORNER = 0.9, 0.2
_MOST_LINES, _MOST_RUNS = 150, 20_000
# A pixel that differs from the paper so many times more than its line does is ink.
_INK = 1.6
# What the paper's grain may add to that, as a share of its lightness.
_GRAIN = 0.06
# The palest line, as that share, and its shadow in the black-hat, of 255.
_PALEST, _FAINTEST = 0.03, 5.0


Line = NDArray[np.float32]
"""The row of a line in each column, float32 (width,)."""


def without_lines(picture: Picture) -> Picture:
    """The picture without the lines of ruled or squared paper.

    Args:
        picture: uint8 (height, width) or (height, width, 3 or 4), of any size; dark lines on lighter paper.

    Returns:
        The very same picture where no line is found, where a part is transparent, where a side is shorter
        than 100 pixels, or where nothing but lines would be on it; else a copy, its longer side at most
        2048 pixels.
    """
    is_transparent = picture.ndim == 3 and picture.shape[2] == 4 and picture[..., 3].min() < 255
    if min(picture.shape[:2]) < _SMALLEST or is_transparent:
        return picture
    small = _reduced(picture)
    across = _without_rows(small)
    down = _without_rows(_turned(small if across is None else across))
    cleaned = across if down is None else _turned(down)
    if cleaned is None or not _has_ink(cleaned):
        return picture
    return cleaned


def _reduced(picture: Picture) -> Picture:
    factor = ceil(max(picture.shape[:2]) / _LARGEST)
    if factor == 1:
        return picture
    height, width = picture.shape[:2]
    size = (width // factor, height // factor)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turned(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture.swapaxes(0, 1))


def _has_ink(picture: Picture) -> bool:
    from cnn.pictures.preparation import ink_of

    return bool(ink_of(picture).any())


def _darkest(picture: Picture) -> Picture:
    """The darkest colour of each pixel, in which lines of any colour are seen, uint8 (height, width)."""
    return picture if picture.ndim == 2 else np.asarray(picture[..., :3].min(axis=2), np.uint8)


def _without_rows(picture: Picture) -> Picture | None:
    """A copy without lines from the left border to the right; None where there are none."""
    grey = _darkest(picture)
    cleaned = picture.copy()
    erased = [_erase(line, cleaned) for line in _lines(grey)]
    return cleaned if any(erased) else None


def _lines(grey: Picture) -> list[Line]:
    """The ruled lines from left to right, the clearest first."""
    thickest = max(3, max(grey.shape) // 250)
    # What is short beside a line is averaged away: grain, and most of the strokes.
    smooth = cv2.blur(grey, (15, 1))
    valleys = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((2 * thickest + 1, 1), np.uint8))
    valleys[valleys <= max(_FAINTEST, 3.5 * float(np.median(valleys)))] = 0
    lines: list[Line] = []
    slopes: list[float] = []
    for line, slope in _straight_runs((valleys > 0).astype(np.uint8)):
        is_parallel = not slopes or abs(slope - slopes[0]) < tan(_PARALLEL * pi / 180)
        is_new = all(abs(line[len(line) // 2] - other[len(line) // 2]) > 2 * thickest for other in lines)
        # Beside a whole line, those that run through a corner are believed, too.
        if is_parallel and is_new and _is_seen(line, valleys, _CORNER if lines else _WHOLE):
            lines.append(_fitted(line, valleys, thickest))
            slopes.append(slope)
            if len(lines) == _MOST_LINES:
                break
    return lines


def _straight_runs(mask: Picture) -> Iterator[tuple[Line, float]]:
    """What may be a line from left to right, as its rows and its slope; the longest runs first."""
    width = mask.shape[1]
    found = cv2.HoughLines(
        mask,
        1,
        _STEP * pi / 180,
        max(1, round(0.8 * _CORNER * width)),
        min_theta=(90 - _TURNED) * pi / 180,
        max_theta=(90 + _TURNED) * pi / 180,
    )
    columns = np.arange(width, dtype=np.float32)
    for distance, angle in [] if found is None else found[:_MOST_RUNS].reshape(-1, found.shape[-1])[:, :2]:
        yield ((distance - columns * cos(angle)) / sin(angle)).astype(np.float32), -cos(angle) / sin(angle)


def _fitted(line: Line, valleys: NDArray[Any], reach: int) -> Line:
    """The line where the valleys along it are deepest, bent as the paper is."""
    offsets = np.arange(-reach, reach + 1)
    # Beyond the border there is no valley that could draw a line out of the picture.
    around = _along(valleys, line, offsets, cv2.BORDER_CONSTANT)
    depth = around.sum(axis=0)
    seen = np.flatnonzero(depth > 0)
    off = (around * offsets[:, None]).sum(axis=0)[seen] / depth[seen]
    columns = np.linspace(-1, 1, len(line))
    for _ in range(2):
        curve = np.polynomial.Polynomial.fit(columns[seen], off, 2, domain=(-1, 1))
        # Where strokes touch the line, its valley is elsewhere.
        near = np.abs(off - curve(columns[seen])) < 1
        if near.mean() < 0.5:
            break
        seen, off = seen[near], off[near]
    return np.asarray(line + curve(columns), np.float32)


def _along(
    picture: NDArray[Any], line: Line, offsets: NDArray[Any], beyond: int = cv2.BORDER_REPLICATE
) -> NDArray[np.float32]:
    """A picture's values at some rows from a line, float32 (offsets, width).

    Args:
        picture: any numbers (height, width).
        line: may leave the picture.
        offsets: the rows, counted from the line downwards.
        beyond: what is there above and below the picture, as OpenCV names it; by default the border's row.
    """
    columns = np.tile(np.arange(len(line), dtype=np.float32), (len(offsets), 1))
    rows = (line + offsets[:, None]).astype(np.float32)
    sampled = cv2.remap(picture.astype(np.float32), columns, rows, cv2.INTER_LINEAR, borderMode=beyond)
    return np.asarray(sampled, np.float32)


def _is_seen(line: Line, valleys: NDArray[Any], inside_at_least: float) -> bool:
    """Whether there is a valley from border to border, but for what strokes hide.

    Args:
        line: perhaps a line.
        valleys: positive (height, width) where something thin and dark is.
        inside_at_least: the share of its columns in which it is in the picture.
    """
    height, width = valleys.shape
    rows, columns = line.round().astype(int), np.arange(width)
    inside = (rows >= 1) & (rows < height - 1)
    if inside.mean() < inside_at_least:
        return False
    rows, columns = rows[inside], columns[inside]
    seen = (valleys[rows - 1, columns] | valleys[rows, columns] | valleys[rows + 1, columns]) > 0
    end = max(1, len(seen) // _PARTS)
    return bool(seen.mean() >= _SEEN and min(seen[:end].mean(), seen[-end:].mean()) >= _SEEN_AT_ENDS)


def _erase(line: Line, picture: Picture) -> bool:
    """Fill the line, in place, with what lies above and below it; darker ink on it stays.

    Returns:
        whether there is a line at all, which is known once all its columns are seen together.
    """
    reach = max(4, max(picture.shape[:2]) // 150)
    # Only the band around the line is looked at.
    top = max(0, int(line.min()) - 2 * reach)
    picture, line = picture[top : max(0, int(line.max())) + 2 * reach + 2], line - top
    grey = _darkest(picture).astype(np.float32)
    offsets = np.arange(-reach, reach + 1)
    around = _along(grey, line, offsets)
    paper = np.maximum(np.median(around[[0, 1, -2, -1]], axis=0), 1)
    # A line in the border's own row may lie a rounding error beyond it.
    inside = (line > -0.5) & (line < len(grey) - 0.5)
    # In shadow a line differs less from the paper, by the same share. Over all columns, strokes do not count.
    darker = (1 - around / paper)[:, inside]
    profile = np.median(darker, axis=1)
    strength = float(profile.max())
    # The bars of sevens side by side do not reach the borders.
    ends = np.array_split(darker[profile.argmax()], _PARTS)[:: _PARTS - 1]
    if strength < _PALEST or min(np.median(end) for end in ends) < 0.4 * strength:
        return False
    on_line = offsets[profile > 0.25 * strength]
    first, count = (line + on_line[0]).round().astype(int), int(np.ptp(on_line)) + 1
    last_row, columns = len(grey) - 1, np.arange(len(line))
    above, below = (np.clip(first + beside, 0, last_row) for beside in (-1, count))
    lightest = np.maximum(np.minimum(grey[above, columns], grey[below, columns]), 1)
    for step in range(count):
        row = np.clip(first + step, 0, last_row)
        is_ink = 1 - grey[row, columns] / lightest > _INK * strength + _GRAIN
        share = (step + 1) / (count + 1)
        filled = (1 - share) * picture[above, columns] + share * picture[below, columns]
        picture[row[~is_ink], columns[~is_ink]] = filled[~is_ink].round()
    return True
