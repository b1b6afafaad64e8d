"""Draw a digit, a number, or bring a picture, and read what it says."""

import streamlit as st

from cnn.i18n import _
from cnn.model_record import ModelRecord
from pages.parts import corrections, tour
from pages.parts.digit import digit_board
from pages.parts.models import picker
from pages.parts.number import number_board
from pages.parts.other_classes import other_board
from pages.parts.upload import upload_board


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
