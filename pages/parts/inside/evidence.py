"""Where on a drawing the evidence for an answer lies."""

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades
from cnn.insight.answers import Answer
from cnn.jobs import inspections
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from pages.parts.widgets.picture import pixels

_SCALE = 8


def evidence(model: ModelRecord, image: np.ndarray, given: Answer) -> None:
    """Show what speaks for a class and what against it, for the answer or any class that is picked.

    Args:
        model: whose answer it is.
        image: float32 of the network's input shape, in [0, 1], what it saw; grey ones also (28, 28).
        given: its answer.
    """
    names = [_(name) for name in model.class_names]
    picked = st.pills(
        _("Evidence for"),
        range(len(names)),
        format_func=names.__getitem__,
        default=given.digit,
        required=True,
        # Another answer starts with its own class again.
        key=f"evidence_for_{given.digit}",
    )
    found = workers().inspect(inspections.evidence, model_store().folder_of(model.id), image, int(picked))
    name = names[picked]
    strongest = float(np.abs(found.pixels).max()) or 1.0
    with st.container(key="evidence"):
        st.html(
            pixels(
                shades.diverging(found.pixels / strongest),
                _SCALE,
                alt=_("Where the picture speaks for {digit}, and where against it").format(digit=name),
            )
        )
        st.caption(_told(name))


def _told(name: str) -> str:
    return _(
        "Blue speaks for {digit}, orange against it; pale says nothing. These are integrated gradients: how "
        "much each pixel adds to the score of {digit} on the way from a black picture to this one."
    ).format(digit=name)
