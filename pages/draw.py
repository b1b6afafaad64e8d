"""Draw a digit, a number, or bring a picture, and read what it says."""

import streamlit as st

from cnn.i18n import _
from cnn.models.record import ModelRecord
from pages.parts.draw import corrections
from pages.parts.draw.digit_board import digit_board
from pages.parts.draw.number_board import number_board
from pages.parts.draw.other_board import other_board
from pages.parts.draw.upload_board import upload_board
from pages.parts.frame import tour
from pages.parts.model.picker import picker


def board(model: ModelRecord) -> None:
    """What there is to draw on, or to bring, and the model's answer."""
    ways = {"digit": _("A digit"), "number": _("A number"), "picture": _("A picture")}
    way = st.segmented_control(
        _("What to read"),
        list(ways),
        default="digit",
        required=True,
        format_func=ways.__getitem__,
        key="way",
        label_visibility="collapsed",
        persist_state="session",
    )
    match way:
        case "number":
            number_board(model)
        case "picture":
            upload_board(model)
        case _:
            digit_board(model)


place = st.container()
model = picker()
if model is not None and model.reads_drawings:
    with place:
        st.title(_("Draw a digit"))
        board(model)
    corrections.kept(model)
elif model is not None:
    with place:
        st.title(_("Bring a picture"))
        other_board(model)
tour.invitation()
