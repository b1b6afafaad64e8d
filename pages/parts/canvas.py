"""The canvas to draw on."""

from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnn.i18n import _

SIDE = 280
INK = "#ffffff"
GROUND = "#000000"


def canvas(name: str, *, width: int = SIDE, height: int = SIDE, stroke: int = 18) -> Any:
    """Show a canvas with its Clear button. After a look elsewhere, what was drawn on it is still there.

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
    sent = drawing.image_data
    picture = state[f"{name}_seen"] if sent is None else sent
    state[f"{name}_drawn"] = drawing.json_data, picture
    return picture


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
    st.session_state.pop(f"{name}_drawn", None)
