"""The canvas to draw on."""

import io
from typing import Any

import numpy as np
import streamlit as st

from cnn.errors import PictureError
from cnn.i18n import N_, _
from cnn.pictures.refusals import refusing
from pages.parts.server import compat

SIDE = 280
INK = "#ffffff"
GROUND = "#000000"
_FINEST = 4
"""Pixels of a screen, at most, along the side of one pixel of a page."""


def canvas(name: str, *, width: int = SIDE, height: int = SIDE, stroke: int = 18) -> Any:
    """Show a canvas with its Clear button. After a look elsewhere, what was drawn on it is still there.

    Args:
        name: tells several canvases apart.
        width, height: pixels.
        stroke: the pen's width in pixels.

    Returns:
        the drawing as uint8 (height, width, 4), or None before anything was drawn.
    """
    st_canvas = compat.canvas()
    if st_canvas is None:
        st.info(_("The canvas is not there: no server is running this page."))
        return None
    state = st.session_state
    key = f"{name}_{state.setdefault(f'{name}_generation', 0)}"
    visit = state.get("visit")
    if key not in state or state.get(f"{name}_visit") != visit:
        # It has been out of sight since: the browser makes it anew, and it begins with what was on it.
        state[f"{name}_begins_with"], state[f"{name}_seen"] = state.get(f"{name}_drawn", (None, None))
        state[f"{name}_visit"] = visit
    drawing = st_canvas(
        stroke_width=stroke,
        stroke_color=INK,
        background_color=GROUND,
        width=width,
        height=height,
        return_image_data=True,
        initial_drawing=state[f"{name}_begins_with"],
        key=key,
    )
    st.button(
        _("Clear"), key="clear", icon=":material/ink_eraser:", on_click=_clear, args=(name,), width=width
    )
    # It sends its picture after a stroke only; until then it shows what it began with.
    sent = drawing.image_bytes
    picture = state[f"{name}_seen"] if sent is None else picture_of(sent, width, height)
    state[f"{name}_drawn"] = drawing.json_data, picture
    return picture


@refusing()
def picture_of(png: bytes, width: int, height: int) -> np.ndarray:
    """What a canvas of that size has sent, as uint8 (height, width, 4), finer where the screen is.

    Raises:
        PictureError: no canvas of ours sends that; what is too large or of another format is not decoded.
    """
    # The first stroke needs it, the first paint does not.
    from PIL import Image

    # Whatever sends it may name any format and size: a small file can hold a picture that fills the memory.
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if image.width > _FINEST * width or image.height > _FINEST * height:
            raise PictureError(
                N_("The drawing has {came} pixels, but the canvas {expected}. Clear it and draw again."),
                came=f"{image.width} × {image.height}",
                expected=f"{width} × {height}",
            )
        return np.asarray(image.convert("RGBA"))


def _clear(name: str) -> None:
    # A canvas under another key is a fresh one.
    st.session_state[f"{name}_generation"] += 1
    st.session_state.pop(f"{name}_drawn", None)
