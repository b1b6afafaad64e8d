"""The style that the pages share which look inside a network, or compare several."""

from pathlib import Path

import streamlit as st

_STYLE = Path(__file__).with_suffix(".css")


def look_inside_style() -> None:
    """Give the page that style."""
    st.html(_STYLE)
