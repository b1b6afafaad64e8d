"""Small pictures as HTML: each pixel a clear square, with a text that says the same."""

from base64 import b64encode
from html import escape

import numpy as np


def pixels(image: np.ndarray, scale: float, *, alt: str) -> str:
    """An `<img>` of a picture with every pixel `scale` times as large.

    Args:
        image: float32 in [0, 1] or uint8; (height, width) grey or (height, width, 3) RGB.
        scale: screen pixels to a pixel.
        alt: the text for those who cannot see it.
    """
    # OpenCV is heavy, and the first paint does not need it.
    import cv2

    levels = image if image.dtype == np.uint8 else (255 * image).round().astype(np.uint8)
    if levels.ndim == 3:
        levels = cv2.cvtColor(levels, cv2.COLOR_RGB2BGR)
    _ok, png = cv2.imencode(".png", levels)
    height, width = image.shape[:2]
    source = "data:image/png;base64," + b64encode(png.tobytes()).decode()
    return (
        f'<img class="pixels" src="{source}" width="{round(width * scale)}" height="{round(height * scale)}" '
        f'alt="{escape(alt, quote=True)}">'
    )
