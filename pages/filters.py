"""The filters of a network: their weights, how they came to be, what they answer."""

import streamlit as st

from cnn.i18n import _
from cnn.jobs import inspections
from cnn.models.record import ModelRecord
from pages.parts.inside.filter_grid import choose_filters, filter_grid
from pages.parts.inside.image_choice import image_choice
from pages.parts.inside.one_filter import KEY as ONE_FILTER
from pages.parts.inside.one_filter import answer_to, excited_by, weights
from pages.parts.inside.questions import layers_of
from pages.parts.model.picker import insist_on, picker
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.look_inside import look_inside_style
from pages.parts.widgets.placeholders import awake


@st.fragment
def explore(model: ModelRecord) -> None:
    """The filters of one layer beside the one that is picked."""
    insist_on(model)
    with error_note():
        _explore(model)


def _explore(model: ModelRecord) -> None:
    layers = layers_of(model)
    choice = choose_filters(layers)
    if choice is None:
        st.info(_("This network has no convolution, so there are no filters to show."))
        return
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        number, limit = filter_grid(model, layers, choice, ONE_FILTER)
    with right, st.container(key=ONE_FILTER):
        st.header(_("Filter {number}").format(number=number))
        weights(model, choice, number, limit)
        with error_note():
            dataset = inspections.dataset_of(model)
            answer_to(model, image_choice(dataset), choice.layer, number)
        with error_note():
            excited_by(model, layers, choice.layer, number)


look_inside_style()
st.title(_("What it looks for"))
if record := picker():
    with error_note():
        if awake():
            explore(record)
