"""What each layer of a network makes of an image, and how each number of it comes about."""

from functools import partial

import streamlit as st

from cnn.i18n import _
from cnn.insight.answers import answer_from
from cnn.jobs import inspections
from cnn.models.record import ModelRecord
from pages.parts.inside.arithmetic import KEY as ARITHMETIC
from pages.parts.inside.arithmetic import arithmetic
from pages.parts.inside.evidence import evidence
from pages.parts.inside.image_choice import Picture, image_choice
from pages.parts.inside.map_grid import choose_layer, map_grid
from pages.parts.inside.poster import poster
from pages.parts.inside.questions import forward_pass_of, layers_of, outputs, weights_of
from pages.parts.model.picker import insist_on, picker
from pages.parts.model.probabilities import probability_bars
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.look_inside import look_inside_style
from pages.parts.widgets.picture import pixels
from pages.parts.widgets.placeholders import awake


@st.fragment
def explore(model: ModelRecord, picture: Picture) -> None:
    """The network from left to right, one of its layers, and the arithmetic of one of its maps."""
    insist_on(model)
    with error_note():
        _explore(model, picture)


def _explore(model: ModelRecord, picture: Picture) -> None:
    layers, forward = layers_of(model), forward_pass_of(model, picture.image)
    layer, open_layer = choose_layer(layers)
    poster(layers, forward, layer, open_layer)
    grid, image = st.columns([1.9, 1], gap="large")
    with grid:
        channel = map_grid(layers, forward, layer, outputs(model), ARITHMETIC)
    with image:
        st.caption(picture.about)
        with st.container(horizontal=True, gap="small"):
            st.html(pixels(picture.image, 4, alt=picture.about), width="content")
            with st.container(width="stretch"):
                probability_bars(forward.probabilities, outputs(model))
        if model.temperature != 1 or model.reject_class:
            st.caption(
                _(
                    "As the last layer gives them. On Draw and Mistakes they are made as sure as the network "
                    "is right, so they may differ a little."
                )
            )
    st.header(_("How each number comes about"))
    with error_note():
        arithmetic(layers, forward, layer, channel, weights=partial(weights_of, model), names=outputs(model))
    st.header(_("Where the evidence lies"))
    if st.toggle(_("Show it"), key="evidence_shown"):
        with error_note():
            evidence(
                model,
                picture.image,
                answer_from(
                    forward.probabilities,
                    reject_class=model.reject_class,
                    reject_threshold=model.reject_threshold,
                ),
            )


look_inside_style()
st.title(_("What each layer sees"))
if record := picker():
    with error_note():
        chosen = image_choice(inspections.dataset_of(record))
        if awake():
            explore(record, chosen)
