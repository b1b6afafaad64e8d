"""The canvas to draw on."""

from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnn.i18n import _

SIDE = 280
INK = "#ffffff"
GROUND = "#000000"


def canvas(name: str, *, width: int = SIDE, height: int = SIDE, stroke: int = 18) -> Any:
    """Show a canvas with its Clear button.

    Args:
        name: tells several canvases apart.
        width, height: pixels.
        stroke: the pen's width in pixels.

    Returns:
        the drawing as uint8 (height, width, 4), or None before anything was drawn.
    """
    st_canvas = _component()
    if st_canvas is None:
        return None
    generation = st.session_state.setdefault(f"{name}_generation", 0)
    drawing = st_canvas(
        stroke_width=stroke,
        stroke_color=INK,
        background_color=GROUND,
        width=width,
        height=height,
        return_image_data=True,
        key=f"{name}_{generation}",
    )
    st.button(
        _("Clear"), key="clear", icon=":material/ink_eraser:", on_click=_clear, args=(name,), width=width
    )
    return drawing.image_data


def _component() -> Any:
    """The canvas's function. The package cannot be imported where no server runs, as under AppTest."""
    try:
        from streamlit_drawable_canvas import st_canvas
    except StreamlitAPIException:
        st.info(_("The canvas is not there: no server is running this page."))
        return None
    return st_canvas


def _clear(name: str) -> None:
    # A canvas under another key is a fresh one.
    st.session_state[f"{name}_generation"] += 1
