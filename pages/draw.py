"""Draw a digit, a number, or bring a picture, and read what it says."""

import streamlit as st

from cnn.i18n import _
from pages.parts import corrections
from pages.parts.digit import digit_board
from pages.parts.models import picker
from pages.parts.number import number_board
from pages.parts.upload import upload_board

ways = {"digit": _("A digit"), "number": _("A number"), "picture": _("A picture")}

st.header(_("Draw a digit"))
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
board = st.container()
model = picker(lambda record: record.input_shape == (28, 28, 1))
if model is not None:
    with board:
        match way:
            case "number":
                number_board(model)
            case "picture":
                upload_board(model)
            case _:
                digit_board(model)
    corrections.kept(model)
