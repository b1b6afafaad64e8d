"""What the canvas sends, before anything is made of it."""

import io

import numpy as np
import pytest
from PIL import Image

from cnn.errors import PictureError
from pages.parts.draw.canvas import picture_of


def sent(picture: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("scale", [1, 3])
def test_a_drawing_arrives_as_it_is(scale):
    """All four channels of each pixel, of a fine screen's too."""
    pixels = np.random.default_rng(0).integers(0, 256, (280 * scale, 280 * scale, 4), np.uint8)
    assert np.array_equal(picture_of(sent(Image.fromarray(pixels)), 280, 280), pixels)


def test_what_is_larger_than_any_canvas_is_refused():
    """A few bytes that would unfold to many more pixels are refused before they do."""
    with pytest.raises(PictureError, match="3000 × 3000 pixels, but the canvas 280 × 280"):
        picture_of(sent(Image.new("1", (3000, 3000))), 280, 280)


def test_another_format_is_not_even_opened():
    """Only what a browser's canvas writes is read; some other formats start programs."""
    with pytest.raises(PictureError, match="UnidentifiedImageError"):
        picture_of(sent(Image.new("RGB", (280, 280)), "EPS"), 280, 280)
