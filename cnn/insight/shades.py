"""Numbers as pixels: in greys, in two hues around zero, and many small pictures on one sheet."""

import numpy as np


def tiles(pictures: np.ndarray, *, columns: int, gap: int = 1, ground: int = 128) -> np.ndarray:
    """Many small pictures in one.

    Args:
        pictures: uint8 (n, height, width) or (n, height, width, 3).
        columns: how many stand in a row.
        gap: pixels between them and around.
        ground: the grey between them.

    Returns:
        uint8 (rows * (height + gap) + gap, columns * (width + gap) + gap[, 3]).
    """
    count, height, width, *colour = pictures.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet = np.full(
        (rows * (height + gap) + gap, columns * (width + gap) + gap, *colour), ground, dtype=np.uint8
    )
    for index, picture in enumerate(pictures):
        top = gap + index // columns * (height + gap)
        left = gap + index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def kernel_pictures(kernels: np.ndarray) -> np.ndarray:
    """Kernels of a first layer as pictures, each from its smallest weight (black) to its largest (white).

    Args:
        kernels: float (height, width, channels, filters) with 1 or 3 channels.

    Returns:
        uint8 (filters, height, width) or, with 3 channels, (filters, height, width, 3).
    """
    each = np.moveaxis(kernels, -1, 0)
    low = each.min(axis=(1, 2, 3), keepdims=True)
    span = each.max(axis=(1, 2, 3), keepdims=True) - low
    levels: np.ndarray = (255 * (each - low) / np.where(span > 0, span, 1)).round().astype(np.uint8)
    return levels[..., 0] if levels.shape[-1] == 1 else levels


_FOR = np.array([31, 108, 196], np.float32)
_AGAINST = np.array([214, 96, 20], np.float32)
_NEUTRAL = np.array([247, 247, 247], np.float32)


def diverging(values: np.ndarray) -> np.ndarray:
    """Values around zero in colour: blue above, orange below, pale in between.

    The two hues stay apart for colour-blind readers.

    Args:
        values: float of any shape, in [-1, 1].

    Returns:
        uint8 of that shape with three more channels, RGB.
    """
    share = np.clip(np.asarray(values, np.float32), -1, 1)[..., np.newaxis]
    end = np.where(share > 0, _FOR, _AGAINST)
    colours: np.ndarray = (_NEUTRAL + np.abs(share) * (end - _NEUTRAL)).round().astype(np.uint8)
    return colours


def ink(colour: np.ndarray) -> str:
    """Black or white, as CSS: whichever stands out more on a colour, uint8 (3,), by WCAG 2.1's contrast."""
    levels = colour / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    # Against this relative luminance both have the same contrast, 4.58 to 1.
    return "#000" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "#fff"


def greys(values: np.ndarray, largest: float) -> np.ndarray:
    """Numbers from 0 (black) to `largest` (white) as uint8 of the same shape; others at the nearer end."""
    levels: np.ndarray = (255 * np.clip(values / (largest or 1), 0, 1)).round().astype(np.uint8)
    return levels


def shaded(values: np.ndarray, limit: float, below_zero: bool) -> np.ndarray:
    """Numbers by `diverging` where some of their kind are below zero, else by `greys`; uint8 (..., 3).

    Args:
        values: float of any shape.
        limit: the size at which a colour is full.
        below_zero: whether some of their kind, not only of these, are negative.
    """
    if below_zero:
        return diverging(values / (limit or 1))
    return np.repeat(greys(values, limit)[..., np.newaxis], 3, axis=-1)


def bars(
    values: np.ndarray, limit: float, below_zero: bool, *, height: int = 24, width: int = 6
) -> np.ndarray:
    """Each number as a bar from zero: white upwards; where some are below zero, blue up and orange down.

    Args:
        values: float (n,).
        limit: the number at which a bar is full.
        below_zero: whether some of their kind are negative.
        height, width: of each picture.

    Returns:
        uint8 (n, height, width, 3).
    """
    zero = height // 2 if below_zero else height
    length = np.rint(np.clip(np.abs(values) / (limit or 1), 0, 1) * zero)[:, np.newaxis]
    above = zero - np.arange(height)
    up = (values[:, np.newaxis] > 0) & (above > 0) & (above <= length)
    down = (values[:, np.newaxis] < 0) & (above <= 0) & (above > -length)
    lower, ground, upper = (
        (_AGAINST, _NEUTRAL, _FOR) if below_zero else np.array([[0], [30], [255]]) * (1, 1, 1)
    )
    pictures = np.where(up[..., np.newaxis], upper, np.where(down[..., np.newaxis], lower, ground))
    return np.repeat(pictures.astype(np.uint8)[:, :, np.newaxis], width, axis=2)
