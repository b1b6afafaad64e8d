"""A photo prepared as a data set's own images were, for models that know other things than digits."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cnn.errors import PictureError
from cnn.i18n import N_

# Fashion-MNIST's authors cut away what differs from the corner by less than this share of white.
_NEAR_THE_CORNER = 0.05


def prepare_photo(picture: NDArray[np.uint8], shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """A photo as an image of a data set.

    Grey images are prepared as Fashion-MNIST's were (H. Xiao and others, https://arxiv.org/abs/1708.07747):
    cut to the thing, its longer side fitted, sharpened, centred, light on black. Colour ones as
    CIFAR-10's: the middle square, made small.

    Args:
        picture: uint8 (height, width) grey, (height, width, 3) RGB or (height, width, 4) RGBA, as
            `cnn.pictures.files.read_picture` gives it; what is transparent counts as white.
        shape: (side, side, 1) or (side, side, 3), of the images that the model reads.

    Returns:
        float32 (side, side) or (side, side, 3), in [0, 1].

    Raises:
        PictureError: there is nothing on the photo, or images of that shape are not known.
    """
    side, width, channels = shape
    if side != width or channels not in {1, 3}:
        raise PictureError(
            N_("Photos can be made into square images, grey or in colour, but this model reads {shape}."),
            shape="×".join(map(str, shape)),
        )
    colours = _on_white(picture)
    image = _thing(colours, side) if channels == 1 else _middle(colours, side)
    return np.asarray(image.astype(np.float32) / 255, np.float32)


def _on_white(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (height, width, 3) RGB without transparency."""
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    if picture.shape[2] == 3:
        return picture
    share = picture[:, :, 3:].astype(np.float32) / 255
    mixed = picture[:, :, :3] * share + 255 * (1 - share)
    return np.asarray(mixed.round(), np.uint8)


def _middle(colours: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = colours.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return _resized(colours[top : top + edge, left : left + edge], (side, side))


def _thing(colours: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    ground = float(np.median([grey[0, 0], grey[0, -1], grey[-1, 0], grey[-1, -1]]))
    away = np.abs(grey.astype(np.float32) - ground) > 255 * _NEAR_THE_CORNER
    rows, columns = np.flatnonzero(away.any(axis=1)), np.flatnonzero(away.any(axis=0))
    if not len(rows):
        raise PictureError(N_("There is nothing on this picture. Take one of a single thing."))
    cut = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = side / max(cut.shape)
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    small = _resized(cut, size)
    # Their ground is white, so that the thing is light once all is negated; a dark ground stays dark.
    light = cv2.bitwise_not(small) if ground > 127 else small
    sharp = cv2.addWeighted(light, 1.5, cv2.GaussianBlur(light, (0, 0), 1.0), -0.5, 0)
    image = np.zeros((side, side), np.uint8)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    image[top : top + size[1], left : left + size[0]] = sharp
    return image


def _resized(picture: NDArray[Any], size: tuple[int, int]) -> NDArray[np.uint8]:
    shrinks = picture.shape[0] > size[1]
    resized: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(resized, np.uint8)
