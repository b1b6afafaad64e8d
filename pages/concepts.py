"""What a convolutional network is: one idea at a time, each with something to move."""

from collections.abc import Callable

import streamlit as st

from cnn.i18n import _
from pages.parts.concepts.convolution import convolution
from pages.parts.concepts.mnist import mnist
from pages.parts.concepts.overfitting import overfitting
from pages.parts.concepts.pooling import pooling
from pages.parts.concepts.receptive_field import field
from pages.parts.concepts.scores import scores
from pages.parts.concepts.shared_weights import shared_weights
from pages.parts.concepts.shifted_digits import shifted_digits
from pages.parts.frame import tour
from pages.parts.widgets.look_inside import look_inside_style

_ADDRESS, _SEEN = "section", "concepts_seen"
_FIRST = "convolution"

SECTIONS: dict[str, Callable[[], None]] = {
    "convolution": convolution,
    "pooling": pooling,
    "shared_weights": shared_weights,
    "receptive_field": field,
    "scores": scores,
    "overfitting": overfitting,
    "shifted_digits": shifted_digits,
    "mnist": mnist,
}


def titles() -> dict[str, str]:
    """What each section is called."""
    return {
        "convolution": _("Convolution"),
        "pooling": _("Pooling"),
        "shared_weights": _("Shared weights"),
        "receptive_field": _("Receptive field"),
        "scores": _("Scores and loss"),
        "overfitting": _("Overfitting"),
        "shifted_digits": _("Dense or convolutional"),
        "mnist": _("MNIST"),
    }


def choose() -> str:
    """The section that is open; the address names it, so that it can be sent to others."""
    asked, visit = st.query_params.get(_ADDRESS), st.session_state.get("visit")
    if asked in SECTIONS:
        st.session_state["concept"] = asked
    elif st.session_state.get(_SEEN) != visit:
        # A visitor who comes back to the page finds the section that was open.
        if st.session_state.get("concept", _FIRST) != _FIRST:
            st.query_params[_ADDRESS] = st.session_state["concept"]
    else:
        # The browser went back to where none was picked.
        st.session_state["concept"] = _FIRST
    st.session_state[_SEEN] = visit
    names = titles()
    return str(
        st.segmented_control(
            _("Section"),
            list(SECTIONS),
            default=None if "concept" in st.session_state else _FIRST,
            format_func=names.__getitem__,
            key="concept",
            required=True,
            label_visibility="collapsed",
            wrap=True,
            persist_state="session",
            on_change=_keep_in_address,
        )
    )


def _keep_in_address() -> None:
    st.query_params[_ADDRESS] = st.session_state["concept"]


look_inside_style()
st.title(_("What a convolutional network is"))
SECTIONS[choose()]()
tour.invitation()
