"""Draw a digit and read what it is."""

import streamlit as st

from cnn.i18n import _
from cnn.model_store import ModelRecord, keras_path
from cnn.workers import workers
from pages.parts.answer import answer, invitation
from pages.parts.canvas import canvas
from pages.parts.models import picker


@st.fragment
def draw(model: ModelRecord | None) -> None:
    """The canvas and, beside it, the answer; only this part runs again at a stroke."""
    left, right = st.columns([1, 1.4], gap="large")
    with left:
        drawing = canvas("digit")
    with right:
        if drawing is None or model is None:
            invitation()
            return
        from cnn.preprocess import prepare_drawing

        prepared = prepare_drawing(drawing)
        if prepared.is_empty:
            invitation()
        else:
            if not workers().awake:
                st.caption(_("The network is waking up; your answer comes in a moment."))
            answer(workers().classify(keras_path(model.id).parent, prepared.image), prepared.image)


st.header(_("Draw a digit"))
board = st.container()
model = picker(lambda record: record.input_shape == (28, 28, 1))
with board:
    draw(model)
