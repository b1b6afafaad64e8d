"""A number on a wide canvas: every digit found, boxed, and read from left to right."""

from functools import partial
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from cnn.pictures.refusals import refusing
from pages.parts.draw.canvas import canvas
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.page_width import page_width
from pages.parts.widgets.picture import pixels

if TYPE_CHECKING:
    from cnn.insight.number_reading import ReadDigit, ReadNumber

WIDTH, HEIGHT, PEN = 700, 200, 10
_NARROW, _THIN_PEN = 450, 7
"""On a phone the digits are written smaller."""
_FRAME = (255, 176, 0)


@st.fragment
@error_note()
def number_board(model: ModelRecord) -> None:
    """The wide canvas and the number on it; only this part runs again at a stroke."""
    space = page_width("number_room")
    if space is None:
        _invite()
        return
    width = min(WIDTH, space)
    drawing = canvas("number", width=width, height=HEIGHT, stroke=PEN if width > _NARROW else _THIN_PEN)
    number = None if drawing is None else read(model, drawing)
    if number is None or not number.text:
        _invite()
    else:
        show_number(number)


@refusing()
def read(model: ModelRecord, picture: np.ndarray) -> "ReadNumber":
    """The number on a picture, as `cnn.insight.number_reading.read_number` takes it, read by a model.

    Raises:
        CnnError: whatever goes wrong.
    """
    from cnn.insight.number_reading import read_number

    return read_number(picture, partial(workers().answers, model_store().folder_of(model.id)))


def show_number(number: "ReadNumber") -> None:
    """Show a number's digits with their boxes."""
    with st.container(key="answer"):
        st.html(
            f'<div role="status"><div class="answer-number">{number.text}</div>'
            f'<div class="answer-word">{escape(_chance(number))}</div></div>'
        )
    with st.container(key="boxes"):
        st.html(_boxed(number))
    with st.container(key="probabilities"):
        st.html(f'<div class="steps">{"".join(map(_card, number.digits))}</div>')


def _invite() -> None:
    with st.container(key="answer"):
        text = _("Write a number from left to right: a postal code, a phone number.")
        st.html(f'<div class="invitation">{escape(text)}</div>')


def _chance(number: "ReadNumber") -> str:
    if not number.is_whole:
        return _("Only the beginning is read: there is more on the picture than one number.")
    doubtful = [digit for digit in number.digits if digit.answer.verdict != "sure"]
    if not doubtful:
        return _("Sure of every digit.")
    return _("Not sure of all digits: look at those with a mark.")


def _boxed(number: "ReadNumber") -> str:
    """The ink with a box around each digit."""
    import cv2

    picture = cv2.cvtColor(number.ink, cv2.COLOR_GRAY2RGB)
    for left, top, right, bottom in (digit.box for digit in number.digits):
        cv2.rectangle(picture, (left - 3, top - 3), (right + 2, bottom + 2), _FRAME, 2)
    return pixels(picture, 1, alt=_("What was written, with a box around each digit"))


def _card(digit: "ReadDigit") -> str:
    given = digit.answer
    mark = "" if given.verdict == "sure" else "⚠ "
    text = f"{mark}{given.digit} · {given.probability:.1%}"
    return f"<figure>{pixels(digit.image, 2, alt=text)}<figcaption>{text}</figcaption></figure>"
