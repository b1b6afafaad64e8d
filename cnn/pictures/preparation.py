"""A drawing or a photo becomes a digit as NIST prepared MNIST's.

MNIST's digits were cropped to their ink, fitted into 20x20 pixels with their proportions, smoothed, and
centred by their mass in 28x28 (LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/). A network that
learned from such pictures reads a drawing only when it is prepared alike. Strokes much thinner or fatter
than those of MNIST's pens are brought towards them, too.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cnn.errors import PictureError
from cnn.i18n import N_

Picture = NDArray[np.uint8]

SIDE = 28
BOX = 20
# Larger pictures are reduced before anything else is computed, so that memory stays bounded.
_LARGEST = 1024
# The longer side of the ink where stroke widths are measured and changed.
_WORK = 120
_PREVIEW = 140
# A picture whose ink differs less than this from its background, of 255, is empty.
_FAINTEST = 20
# MNIST's strokes, in pixels of the 20x20 box.
_WIDTHS = (2.2, 3.2)
# The pixels that NIST's smoothing spreads an edge over, as the deviation of a Gaussian in pixels of 28x28.
_SMOOTHING = 0.45


@dataclass(frozen=True)
class Prepared:
    """A drawing as a network wants it, and how it became so.

    Attributes:
        image: float32 (28, 28) in [0, 1], light ink on dark; all 0 where there is no ink.
        steps: small uint8 pictures, light ink on dark, in this order: "drawn" (the whole picture), "cropped"
            (its ink), "fitted" (into 20x20), "centred" (by mass, in 28x28). No entry where there is no ink.
        is_empty: whether no ink was found.
    """

    image: NDArray[np.float32]
    steps: dict[str, Picture]
    is_empty: bool


def prepare_drawing(picture: NDArray[Any]) -> Prepared:
    """Prepare one digit, drawn anywhere and in any size on a background of another shade.

    Args:
        picture: uint8 (height, width, 4) RGBA, (height, width, 3) RGB or (height, width) grey, of any size
            from 1x1 up. What the background's colour is does not matter, nor whether the ink is lighter or
            darker. What is transparent counts as background.

    Raises:
        PictureError: the array has another shape or another dtype.
    """
    ink = ink_of(picture)
    box = _box(ink)
    if box is None:
        return Prepared(np.zeros((SIDE, SIDE), dtype=np.float32), {}, is_empty=True)
    cropped = ink[box]
    adjusted = _adjust_width(_to_work_size(cropped))
    # A small picture's edges are as soft as its pixels are large.
    softness = 0.4 * BOX / max(cropped.shape)
    fitted, centred = _fit_and_centre(adjusted, max(_SMOOTHING**2 - softness**2, 0.04) ** 0.5)
    steps = {"drawn": _preview(ink), "cropped": _preview(cropped), "fitted": fitted, "centred": centred}
    return Prepared(np.float32(1 / 255) * centred, steps, is_empty=False)


def ink_of(picture: NDArray[Any]) -> Picture:
    """How much each pixel is ink, whatever the background's shade and the light on it.

    Args:
        picture: as in `prepare_drawing`; one of more than 1024 pixels is reduced to its ink.

    Returns:
        uint8 (height, width): 0 for the background, 255 for the strongest ink; all 0 without ink.

    Raises:
        PictureError: the array has another shape or another dtype.
    """
    return _ink(_near(_checked(picture)))


def _checked(picture: NDArray[Any]) -> Picture:
    shape, dtype = np.shape(picture), getattr(picture, "dtype", type(picture).__name__)
    shape_is_known = len(shape) == 2 or (len(shape) == 3 and shape[2] in {3, 4})
    if dtype != np.uint8 or not shape_is_known or 0 in shape:
        raise PictureError(
            N_(
                "The picture has shape {shape} and type {dtype}, but (height, width), (height, width, 3) or "
                "(height, width, 4) of uint8 is needed. Convert it first."
            ),
            shape="×".join(map(str, shape)),
            dtype=str(dtype),
        )
    return picture


def _near(picture: Picture) -> Picture:
    """A large picture reduced to what its ink needs: small ink keeps its pixels, large ink loses some."""
    if max(picture.shape[:2]) <= _LARGEST:
        return picture
    reduced = _reduce(picture, _LARGEST)
    box = _box(_ink(reduced), margin=4)
    if box is None:
        return reduced
    scale = max(picture.shape[:2]) / _LARGEST
    rows, columns = (slice(int(part.start * scale), int(part.stop * scale) + 1) for part in box)
    return _reduce(picture[rows, columns], _LARGEST)


def _reduce(picture: Picture, longest: int) -> Picture:
    """The picture with its longer side at most `longest`, averaged over areas."""
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _ink(picture: Picture) -> Picture:
    """How much each pixel is ink, uint8 (height, width): 0 for the background, 255 for the strongest ink."""
    colours = _composed(picture)
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    background = np.median(border, axis=0)
    unevenness = np.median(np.abs(border - background).max(axis=1))
    contrast: NDArray[Any] = _contrast_on_paper(colours) if unevenness > 3 else _distance(colours, background)
    peak = float(contrast.max())
    if peak < _FAINTEST:
        return np.zeros(contrast.shape, np.uint8)
    # Half-transparent strokes are stronger where they cross; the ink's own strength is the one met most.
    usual = float(np.percentile(contrast[contrast > peak / 4], 75))
    return _to_picture(contrast * np.float32(255 / usual))


def _distance(colours: Picture, shade: NDArray[np.floating[Any]]) -> Picture:
    """How far each pixel is from a shade, (channels,), in its farthest channel, uint8 (height, width)."""
    # Channel by channel: NumPy is slow along a short axis.
    channels = zip(
        map(np.ascontiguousarray, np.moveaxis(colours, 2, 0)), np.rint(shade).astype(np.uint8), strict=True
    )
    away = [np.maximum(channel, level) - np.minimum(channel, level) for channel, level in channels]
    return np.asarray(np.maximum.reduce(away))


def _composed(picture: Picture) -> Picture:
    """Colours without transparency, uint8 (height, width, 3), or (height, width, 1) of a grey picture.

    What shines through is black behind light ink and white behind dark ink, so that both are seen.
    """
    if picture.ndim == 2:
        return picture[:, :, None]
    if picture.shape[2] < 4 or picture[:, :, 3].min() == 255:
        return picture[:, :, :3]
    colours, alpha = picture[:, :, :3].astype(np.float32), picture[:, :, 3:].astype(np.float32) / 255
    visible = float(alpha.sum())
    mean = float((colours * alpha).sum()) / (3 * visible) if visible else 0.0
    behind = 0.0 if mean > 127 else 255.0
    return np.rint(colours * alpha + behind * (1 - alpha)).astype(np.uint8)


def _contrast_on_paper(colours: Picture) -> NDArray[np.float32]:
    """The contrast of ink on unevenly lit paper, float32 (height, width), without grain and specks."""
    grey = colours.mean(axis=2, dtype=np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), max(0.5, max(grey.shape) / 400))
    small = _reduce(smooth.astype(np.uint8), 64)
    paper = cv2.medianBlur(small, max(3, min(small.shape) // 4 * 2 + 1))
    height, width = grey.shape
    lit = cv2.resize(paper.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    # In shadow the ink differs less from the paper, by the same share.
    difference = 255 * (smooth / np.maximum(lit, 16) - 1)
    dark, light = np.clip(-difference, 0, 255), np.clip(difference, 0, 255)
    contrast = dark if (dark**2).sum() >= (light**2).sum() else light
    threshold, mask = cv2.threshold(contrast.astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    _, parts, figures, _ = cv2.connectedComponentsWithStats(mask)
    areas = figures[:, cv2.CC_STAT_AREA]
    is_speck = areas < 0.02 * areas[1:].sum()
    strokes = ((mask > 0) & ~is_speck[parts]).astype(np.uint8)
    contrast = np.where(cv2.dilate(strokes, np.ones((3, 3))) > 0, contrast, 0)
    return np.asarray(np.clip((contrast - threshold / 2) * 2, 0, 255), np.float32)


def _box(ink: Picture, margin: int = 1) -> tuple[slice, slice] | None:
    """Rows and columns of the ink with a margin, or None where there is none."""
    mask = ink > 127
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + 1 + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + 1 + margin),
    )


def _to_work_size(cropped: Picture) -> Picture:
    """The ink with its longer side at `_WORK` pixels and a quarter of that empty around it."""
    height, width = cropped.shape
    scale = _WORK / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(cropped, size, interpolation=method)
    # Averaged with the ground beside them, hairlines are too pale to count as ink.
    return np.pad(_strongest_white(scaled), _WORK // 4)


def _adjust_width(ink: Picture) -> Picture:
    """Strokes thinner or fatter than MNIST's will be in the 20x20 box, brought to the nearest such width.

    The width is four times the mean distance from the ink to its edge, which holds for a long stroke.
    Widening by d at each side makes the box larger too: (width + 2d) / (side + 2d) is what is wanted.
    """
    mask = (ink > 127).astype(np.uint8)
    side = max(np.ptp(places) + 1 for places in np.nonzero(mask))
    distances = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    width = 4 * float(distances[mask > 0].mean()) - 1
    wanted = float(np.clip(width / side * BOX, *_WIDTHS)) / BOX
    change = round((wanted * side - width) / (2 * (1 - wanted)))
    # Where strokes are of several widths, the thin ones stay.
    ridges = distances[(distances > 0) & (distances == cv2.dilate(distances, np.ones((3, 3))))]
    change = max(change, -int(0.6 * np.percentile(ridges, 20)))
    if change == 0:
        return ink
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(change) + 1,) * 2)
    return (cv2.dilate if change > 0 else cv2.erode)(ink, brush).astype(np.uint8, copy=False)


def _fit_and_centre(ink: Picture, smoothing: float) -> tuple[Picture, Picture]:
    """The ink fitted into 20x20, and the same centred by its mass in 28x28, with smoothed edges."""
    rows, columns = np.nonzero(ink > 127)
    low = np.array([columns.min(), rows.min()]) - 0.5
    high = np.array([columns.max(), rows.max()]) + 0.5
    scale = BOX / float((high - low).max())
    smooth = _to_picture(cv2.GaussianBlur(ink, (0, 0), smoothing / scale))
    moments = cv2.moments(ink)
    mass = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    middle = (low + high) / 2
    fitted = _sample(smooth, scale, middle, (BOX - 1) / 2, BOX)
    # MNIST's centre of mass is pixel 14 of 0-27. All of the ink stays in the picture.
    shift = np.clip(14 - mass * scale, -0.5 - low * scale, SIDE - 0.5 - high * scale)
    centred = _sample(smooth, scale, mass, mass * scale + shift, SIDE)
    return fitted, centred


def _sample(ink: Picture, scale: float, point: Any, to: Any, side: int) -> Picture:
    """A square picture of the ink at a scale, with `point` of it at pixel `to`, its strongest ink white."""
    offset = np.broadcast_to(to, 2) - np.asarray(point) * scale
    matrix = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]])
    sampled = cv2.warpAffine(ink, matrix, (side, side), flags=cv2.INTER_LINEAR).astype(np.float32)
    return _strongest_white(sampled)


def _strongest_white(ink: NDArray[Any]) -> Picture:
    return _to_picture(ink * np.float32(255 / max(float(ink.max()), 1)))


def _preview(ink: Picture) -> Picture:
    return _reduce(ink, _PREVIEW)


def _to_picture(values: NDArray[Any]) -> Picture:
    return np.asarray(np.clip(values, 0, 255), np.uint8)
