"""What the colours of numbers mean: a scale's name, its colours and its ends."""

from html import escape

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades


def legend(limit: float, below_zero: bool) -> None:
    """Say which scale a picture of numbers has, as `shades.shaded` chooses it."""
    if below_zero:
        stops = ", ".join(f"rgb({r} {g} {b})" for r, g, b in shades.diverging(np.linspace(-1, 1, 9)))
        low, name = f"−{limit:.2f}", _("blue above zero, orange below, pale near it")
    else:
        stops, low, name = "#000, #fff", "0", _("black is zero, white the largest")
    st.html(
        f'<div class="legend"><span>{low}</span>'
        f'<span class="scale" style="background:linear-gradient(90deg,{stops})"></span>'
        f"<span>{limit:.2f}</span><span>{escape(name)}</span></div>"
    )
