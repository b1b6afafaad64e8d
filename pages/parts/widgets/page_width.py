"""How much room a page has: Streamlit tells no script how wide the visitor's screen is."""

from pathlib import Path

import streamlit as st

from pages.parts.widgets.component import component

_component = component(Path(__file__).with_suffix(".js"))


def page_width(name: str) -> int | None:
    """The width in pixels of the place where this stands; None until the browser has told it.

    Args:
        name: tells several places apart.
    """
    known = st.session_state.get(f"{name}_width")
    told = _component(key=name, data={"width": known}, on_width_change=lambda: None)
    if known is None and told.width:
        # The component's own state leaves with it when another way of reading is chosen.
        known = st.session_state[f"{name}_width"] = int(told.width)
    return known
