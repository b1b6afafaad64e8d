"""Where on a drawing the evidence for an answer lies."""

from html import escape

import numpy as np
import streamlit as st

from cnn import figures, looks
from cnn.answer import Answer
from cnn.i18n import _
from cnn.model_store import ModelRecord, keras_path
from cnn.workers import workers
from pages.parts.picture import pixels

_SCALE = 8


def evidence(model: ModelRecord, image: np.ndarray, given: Answer) -> None:
    """Show what speaks for a digit and what against it, for the answer or any digit that is picked.

    Args:
        model: whose answer it is.
        image: float32 (28, 28) in [0, 1], what the network saw.
        given: its answer.
    """
    digit = st.pills(
        _("Evidence for"),
        range(10),
        default=given.digit,
        required=True,
        # Another answer starts with its own digit again.
        key=f"evidence_for_{given.digit}",
    )
    found = workers().look(looks.evidence, keras_path(model.id).parent, image, int(digit))
    strongest = float(np.abs(found.pixels).max()) or 1.0
    with st.container(key="evidence"):
        st.html(
            pixels(
                figures.diverging(found.pixels / strongest),
                _SCALE,
                alt=_("Where the drawing speaks for {digit}, and where against it").format(digit=digit),
            )
            + f"<p>{escape(_told(int(digit)))}</p>"
        )


def _told(digit: int) -> str:
    return _(
        "Blue speaks for {digit}, orange against it; pale says nothing. These are integrated gradients: how "
        "much each pixel adds to the score of {digit} on the way from a black picture to yours."
    ).format(digit=digit)
