"""Picture files from strangers become arrays within bounded memory."""

import io
import warnings
from collections.abc import Iterator
from functools import cache
from math import ceil
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cnn.errors import PictureError
from cnn.i18n import N_
from cnn.pictures.ruling import without_lines
from cnn.reasons import reason

LARGEST_FILE = 64 * 2**20
LARGEST_PICTURE = 50_000_000
LONGEST_SIDE = 4096
_STRIP_PIXELS = 2**20
# Averages of their pixels are what a reduced picture shows; those of a palette's numbers are not.
_AVERAGED = {"L", "RGB", "RGBA"}
# The largest picture takes hundreds of megabytes while it is read, and many visitors may bring one.
_one_at_a_time = Lock()

# Pillow warns of pictures that are refused here anyway, or that a JPEG's own reduction makes harmless.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_picture(source: Path | bytes) -> NDArray[np.uint8]:
    """The picture in a file: of an animation the first, turned as its EXIF orientation says.

    A picture longer than `LONGEST_SIDE` pixels is reduced by a whole factor.

    Args:
        source: the file's path or its content, in any format that Pillow reads by itself.

    Returns:
        uint8 (height, width) for grey pictures and (height, width, 4) RGBA for the others, in [0, 255].

    Raises:
        PictureError: it is no picture, cut short, larger than `LARGEST_PICTURE` pixels (JPEGs, which can
            be read in part unless they are progressive, than twice Pillow's own limit) or than
            `LARGEST_FILE` bytes, or the file cannot be read.
    """
    _check_size(source)
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        with _one_at_a_time, Image.open(file, formats=_formats()) as image:
            return _decode(image)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(N_("This file is no picture. Take a PNG or JPEG file.")) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(None) from error
    except Exception as error:  # decoders raise whatever a broken file makes them stumble over
        raise PictureError(
            N_("The picture cannot be read: it is broken or cut short. Save or copy it again.")
        ) from error


def read_writing(source: Path | bytes) -> NDArray[np.uint8]:
    """The picture in a file, without the lines of ruled or squared paper; else as `read_picture`."""
    return without_lines(read_picture(source))


def _check_size(source: Path | bytes) -> None:
    try:
        if isinstance(source, Path) and not source.is_file():
            source.stat()
            raise PictureError(N_("This is no file. Take a PNG or JPEG file."))
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
    except OSError as error:
        raise PictureError(N_("The file cannot be read: {reason}."), reason=reason(error)) from error
    if size > LARGEST_FILE:
        raise PictureError(
            N_("The file has {size} MB, but at most {largest} are read. Save the picture smaller."),
            size=size // 2**20,
            largest=LARGEST_FILE // 2**20,
        )


@cache
def _formats() -> list[str]:
    """What Pillow reads without starting another program, as it does for EPS."""
    Image.init()
    return [name for name in Image.ID if name != "EPS"]


def _decode(image: Image.Image) -> NDArray[np.uint8]:
    whole = image.width * image.height
    image.draft(None, (LONGEST_SIDE // 2, LONGEST_SIDE // 2))
    # Of a progressive JPEG all is unpacked, however small it is wanted.
    pixels = whole if image.info.get("progressive") else image.width * image.height
    if pixels > LARGEST_PICTURE:
        raise _too_many_pixels(pixels)
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    if image.mode in _AVERAGED and "transparency" not in image.info:
        # Before conversions that would each copy all of it.
        image = _reduced(image)
    small = _reduced(_eight_bit(image))
    if turn is not None:
        small = small.transpose(turn)
    return np.array(small)


def _reduced(image: Image.Image) -> Image.Image:
    factor = ceil(max(image.size) / LONGEST_SIDE)
    return image.reduce(factor) if factor > 1 else image


def _eight_bit(image: Image.Image) -> Image.Image:
    """The image as 8-bit grey or RGBA."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_deep_grey(image))
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return image.convert("L")
    if image.mode in {"P", "PA", "LA", "La", "RGBA", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB").convert("RGBA")


def _deep_grey(image: Image.Image) -> NDArray[np.uint8]:
    """Values of more than 8 bits, which say nothing of what their white is, as 8-bit grey."""
    largest = max(float(strip.max()) for strip in _strips(image))
    whites = (1.0, 255.0, 4095.0, 65535.0) if image.mode == "F" else (255.0, 4095.0, 65535.0)
    white = next((white for white in whites if largest <= white), largest)
    return np.concatenate(
        [np.clip(strip * (255 / white), 0, 255).round().astype(np.uint8) for strip in _strips(image)]
    )


def _strips(image: Image.Image) -> Iterator[NDArray[np.float32]]:
    """The values row by row, some rows at a time, as finite numbers: together they would take a gigabyte."""
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        strip = np.asarray(image.crop((0, top, image.width, min(top + rows, image.height))), np.float32)
        yield np.nan_to_num(strip, posinf=0, neginf=0)


def _too_many_pixels(pixels: int | None) -> PictureError:
    if pixels is None:
        return PictureError(
            N_("The picture is far too large; at most {largest:,} pixels are read. Save it smaller."),
            largest=LARGEST_PICTURE,
        )
    return PictureError(
        N_("The picture has {pixels:,} pixels, but at most {largest:,} are read. Save it smaller."),
        pixels=pixels,
        largest=LARGEST_PICTURE,
    )
