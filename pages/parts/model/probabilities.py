"""The probabilities of all classes as bars, with names of any length."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from cnn.i18n import _


def probability_bars(probabilities: np.ndarray, names: Sequence[str]) -> None:
    """Show a bar for each class, the most probable one marked.

    Args:
        probabilities: float (classes,), adding up to 1.
        names: of the classes.
    """
    best = int(probabilities.argmax())
    rows = "".join(
        f"<li{' class=first' if number == best else ''}><span>{escape(name)}</span>"
        '<span class="track">'
        f'<span class="fill" style="display:block;width:{100 * value:.1f}%"></span></span>'
        f'<span class="percent">{value:.1%}</span></li>'
        for number, (name, value) in enumerate(zip(names, map(float, probabilities), strict=True))
    )
    long = " wide-names" if max(map(len, names)) > 2 else ""
    st.html(f'<ul class="bars{long}" aria-label="{escape(_("Probability of each class"))}">{rows}</ul>')
