"""How an answer looks: the digit, the ten probabilities, and what the network saw."""

from html import escape

import numpy as np
import streamlit as st

from cnn.data.origins import DIGITS
from cnn.i18n import _
from cnn.insight.answers import Answer
from pages.parts.model.probabilities import probability_bars
from pages.parts.widgets.picture import pixels


def invitation() -> None:
    """Invite to draw; shown while the canvas is empty."""
    with st.container(key="answer"):
        st.html(f'<div class="invitation">{escape(_("Draw a digit, and read here what it is."))}</div>')


def answer(given: Answer, prepared: np.ndarray) -> None:
    """Show an answer beside its probabilities and the picture that the network saw.

    Args:
        given: the answer.
        prepared: float32 (28, 28) in [0, 1].
    """
    with st.container(key="answer"):
        st.html(
            f'<div role="status"><div class="answer-digit">{_digit(given)}</div>'
            f'<div class="answer-word">{escape(_word(given))}</div></div>'
        )
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container(key="probabilities", width=260):
            probability_bars(given.probabilities, DIGITS)
        with st.container(key="prepared", width=126):
            st.html(
                pixels(prepared, 4, alt=_("The picture of 28 by 28 pixels that the network saw"))
                + f"<small>{escape(_('What the network saw'))}</small>"
            )


def _digit(given: Answer) -> str:
    return "?" if given.verdict == "not_a_digit" else str(given.digit)


def _word(given: Answer) -> str:
    match given.verdict:
        case "sure":
            return _("Sure.")
        case "unsure":
            return _("Not sure: it could be {other} as well.").format(other=given.runner_up)
        case "not_a_digit" if given.not_a_digit:
            return _("This does not look like a digit. The bars say which one comes closest.")
        case "not_a_digit":
            # A network that never learned what is no digit: the fault may be its own.
            return _("The network cannot tell: no digit fits well, {digit} at best.").format(
                digit=given.digit
            )
