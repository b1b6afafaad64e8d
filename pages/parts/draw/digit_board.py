"""One digit: the canvas, its answer beside it, and what explains the answer below."""

from time import sleep
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight.answers import Answer
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from cnn.pictures.refusals import refusing
from pages.parts.draw import corrections
from pages.parts.draw.answer_panel import answer, invitation
from pages.parts.draw.canvas import canvas
from pages.parts.draw.steps import steps
from pages.parts.inside.evidence import evidence
from pages.parts.inside.image_choice import look_at_drawing
from pages.parts.widgets.error_note import error_note

if TYPE_CHECKING:
    from cnn.pictures.preparation import Prepared


_ANSWER_FIRST_SECONDS = 0.02
"""The browser shows together what comes within 10 ms: the answer is not to wait for what explains it."""


@st.fragment
@error_note()
def digit_board(model: ModelRecord) -> None:
    """The canvas and its answer; only this part runs again at a stroke."""
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        drawing = canvas("digit")
    with right:
        # The invitation takes the answer's place: beside it, the old answer would stay for a moment.
        place = st.empty()
        prepared = _prepared(drawing)
        if prepared is None:
            with place.container():
                invitation()
            return
        if not workers().awake:
            place.caption(_("The network is waking up; your answer comes in a moment."))
        with refusing():
            given = workers().answer(model_store().folder_of(model.id), prepared.image)
        with place.container():
            answer(given, prepared.image)
    sleep(_ANSWER_FIRST_SECONDS)
    steps(prepared.steps)
    explain(model, prepared.image, given)


def explain(model: ModelRecord, image: np.ndarray, given: Answer) -> None:
    """What follows an answer: the way to correct it, and what led to it. Other pages go on with the image.

    Args:
        model: who answered.
        image: float32 (28, 28) in [0, 1], what it was asked about.
        given: its answer.
    """
    look_at_drawing(image)
    with st.container(horizontal=True, vertical_alignment="center"):
        corrections.offer(model, image, given)
        show_evidence = st.toggle(_question(given), key="why")
    if show_evidence:
        evidence(model, image, given)


@refusing()
def _prepared(drawing: np.ndarray | None) -> "Prepared | None":
    """The drawing as the network sees it, or None where nothing is drawn."""
    if drawing is None:
        return None
    from cnn.pictures.preparation import prepare_drawing

    prepared = prepare_drawing(drawing)
    if prepared.is_empty:
        st.session_state.pop("drawing", None)
        return None
    return prepared


def _question(given: Answer) -> str:
    if given.verdict == "not_a_digit":
        return _("Which parts look like a digit?")
    return _("What made it say {digit}?").format(digit=given.digit)
