"""A row of digits in one picture: what may be one digit in it, and the best way through what may.

The ink falls into pieces: connected strokes, and cuts of those that are too wide for one digit. Neighbouring
pieces are joined in every plausible way, and the best way through the row is found by dynamic programming,
once somebody has said what speaks against each candidate: segmentation by recognition, as in Y. LeCun, L.
Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", 1998, section V.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cnn.pictures.preparation import Picture, ink_of, prepare_drawing

Box = tuple[int, int, int, int]
"""left, top, right, bottom in pixels, ends not included."""

MOST_PIECES = 40
"""More pieces than this, from the left, are left out: thirteen digits of three pieces each."""
MOST_JOINED = 5
"""More pieces than this are no one digit."""
# Pieces smaller than this share of the row's height are dirt.
_SPECK = 0.12
# What is wider than this share of the row's height may be several digits that touch.
_WIDE = 0.85
# What speaks against a digit by its place, in the unit of -log(probability): each cut through ink, each unit
# of empty space (in row heights) that it would bridge, each unit of overlap with the neighbour before it.
_CUT_COST = 2.0
_GAP_COST = 6.0
_OVERLAP_COST = 5.0


@dataclass(frozen=True, eq=False)
class Candidate:
    """Neighbouring pieces of a row, taken for one digit.

    Attributes:
        first, last: the pieces by number, from 0, the last one not included.
        box: where they stand in the row's ink.
        image: float32 (28, 28) in [0, 1], prepared as a drawing is.
        cost: what speaks against them by their place, at least 0, in the unit of -log(probability).
    """

    first: int
    last: int
    box: Box
    image: NDArray[np.float32]
    cost: float


@dataclass(frozen=True, eq=False)
class Row:
    """A picture's ink and all that may be a digit in it.

    Attributes:
        ink: uint8 (height, width), light ink on dark; the boxes refer to it.
        candidates: by their first piece and then by their last; at most `MOST_JOINED * MOST_PIECES`, and none
            where there is no ink.
        is_whole: whether they hold all the ink; if not, it fell into more than `MOST_PIECES` pieces.
    """

    ink: Picture
    candidates: tuple[Candidate, ...]
    is_whole: bool


@dataclass(frozen=True)
class _Piece:
    """Ink that belongs together: its box, its pixels there, and whether its left edge is a cut."""

    box: Box
    mask: NDArray[np.bool_]
    cut_before: bool = False


def segmented(picture: NDArray[Any]) -> Row:
    """Find what may be a digit in a row of them.

    Args:
        picture: as `prepare_drawing` takes it, with digits side by side.

    Raises:
        PictureError: the array has another shape or another dtype.
    """
    ink = ink_of(picture)
    pieces = _pieces(ink)
    return Row(ink, _candidates(pieces[:MOST_PIECES], ink), is_whole=len(pieces) <= MOST_PIECES)


def best_way(candidates: Sequence[Candidate], costs: NDArray[np.float64]) -> list[int]:
    """The candidates, by number and from left to right, that cover all pieces of a row at the least cost.

    Args:
        candidates: a row's, in its order.
        costs: float64 (n,), finite, what speaks against each of them beside its own `cost`.
    """
    pieces = candidates[-1].last if candidates else 0
    least = [0.0] + [np.inf] * pieces
    chosen = [-1] * (pieces + 1)
    for number, (candidate, beside) in enumerate(zip(candidates, costs, strict=True)):
        # Candidates come in the order of their first piece, so whatever ends there is settled.
        cost = least[candidate.first] + candidate.cost + float(beside)
        if cost < least[candidate.last]:
            least[candidate.last], chosen[candidate.last] = cost, number
    way: list[int] = []
    end = pieces
    while end > 0:
        way.append(chosen[end])
        end = candidates[chosen[end]].first
    return way[::-1]


def _pieces(ink: Picture) -> list[_Piece]:
    """The ink's pieces from left to right, specks left out, wide ones cut."""
    mask = (ink > 127).astype(np.uint8)
    count, labels, figures, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = [_box_of(figures[label]) for label in range(1, count)]
    if not boxes:
        return []
    height = _row_height(boxes)
    pieces: list[_Piece] = []
    for label, box in enumerate(boxes, start=1):
        if max(_width(box), _height(box)) >= _SPECK * height:
            left, top, right, bottom = box
            pieces += _cut(_Piece(box, labels[top:bottom, left:right] == label), height)
    pieces.sort(key=lambda piece: (piece.box[0] + piece.box[2]) / 2)
    return pieces


def _row_height(boxes: list[Box]) -> float:
    """The usual height of a digit: the middle one of those that are not small beside the tallest."""
    heights = np.array([_height(box) for box in boxes], np.float64)
    return float(np.median(heights[heights >= 0.4 * heights.max()]))


def _cut(piece: _Piece, height: float) -> list[_Piece]:
    """A piece that is too wide for one digit, cut where its outline draws in from above and below."""
    width = piece.mask.shape[1]
    if width < _WIDE * height:
        return [piece]
    distance, margin = max(2, round(0.15 * height)), max(1, round(0.15 * height))
    waist = _waist(piece.mask, height)
    places: list[int] = []
    for place in np.argsort(waist, kind="stable"):
        if margin <= place < width - margin and all(abs(place - other) >= distance for other in places):
            places.append(int(place))
        if len(places) >= 2.5 * width / height:
            break
    edges = [0, *sorted(places), width]
    return [_part(piece, start, end) for start, end in pairwise(edges)]


def _waist(mask: NDArray[np.bool_], height: float) -> NDArray[np.float64]:
    """How tall the ink stands in each column, from its highest to its lowest pixel, smoothed.

    The ink between them counts half: a thin stroke that ties two digits is a better place than a thick one.
    """
    rows = len(mask)
    extent = rows - np.argmax(mask, axis=0) - np.argmax(mask[::-1], axis=0)
    tallness = (extent + 0.5 * mask.sum(axis=0)).astype(np.float64)
    smooth = cv2.GaussianBlur(tallness[np.newaxis], (0, 0), max(0.5, 0.02 * height))
    return np.asarray(smooth[0], np.float64)


def _part(piece: _Piece, start: int, end: int) -> _Piece:
    """The columns from `start` to `end` (not included) of a piece, its box drawn close."""
    mask = piece.mask[:, start:end]
    rows = np.flatnonzero(mask.any(axis=1))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left = piece.box[0]
    box = (left + start, piece.box[1] + top, left + end, piece.box[1] + bottom)
    return _Piece(box, mask[top:bottom], cut_before=start > 0)


def _candidates(pieces: list[_Piece], ink: Picture) -> tuple[Candidate, ...]:
    """Every run of up to `MOST_JOINED` neighbouring pieces that could be one digit, prepared."""
    if not pieces:
        return ()
    height = _row_height([piece.box for piece in pieces])
    found: list[Candidate] = []
    for first in range(len(pieces)):
        for last in range(first + 1, min(first + MOST_JOINED, len(pieces)) + 1):
            group = pieces[first:last]
            box = _around(group)
            if last > first + 1 and _width(box) > 1.6 * max(height, _height(box)):
                break
            image = prepare_drawing(_only(group, box, ink)).image
            cost = _cost(group, height) + _overlap_cost(pieces, first)
            found.append(Candidate(first, last, box, image, cost))
    return tuple(found)


def _only(group: list[_Piece], box: Box, ink: Picture) -> Picture:
    """The ink of these pieces alone, with an empty border."""
    left, top, right, bottom = box
    kept = np.zeros((bottom - top, right - left), bool)
    for piece in group:
        x, y = piece.box[0] - left, piece.box[1] - top
        rows, columns = piece.mask.shape
        kept[y : y + rows, x : x + columns] |= piece.mask
    # The soft edge of the strokes lies beside their mask.
    soft = cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.pad(np.where(soft, ink[top:bottom, left:right], 0).astype(np.uint8), 4)


def _cost(group: list[_Piece], height: float) -> float:
    """What speaks against one digit of these pieces: empty space between them, and a cut before them."""
    cost = _CUT_COST if group[0].cut_before else 0.0
    for before, after in pairwise(group):
        if not after.cut_before:
            cost += _GAP_COST * max(0.0, (after.box[0] - before.box[2]) / height)
    return cost


def _overlap_cost(pieces: list[_Piece], first: int) -> float:
    """What speaks against a digit's end before this piece: that it stands over or under the one before."""
    if first == 0 or pieces[first].cut_before:
        return 0.0
    before, after = pieces[first - 1].box, pieces[first].box
    overlap = min(before[2], after[2]) - max(before[0], after[0])
    return _OVERLAP_COST * max(0.0, overlap / min(_width(before), _width(after)))


def _around(group: list[_Piece]) -> Box:
    lefts, tops, rights, bottoms = zip(*(piece.box for piece in group), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _box_of(figures: NDArray[np.int32]) -> Box:
    left, top, width, height = (int(value) for value in figures[:4])
    return left, top, left + width, top + height


def _width(box: Box) -> int:
    return box[2] - box[0]


def _height(box: Box) -> int:
    return box[3] - box[1]
