"""A model that knows other things than digits: what it knows, and a picture that it names."""

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight.answers import Answer
from cnn.jobs import inspections
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from cnn.pictures.refusals import refusing
from pages.parts.draw.upload_board import TEST_IMAGE, brought, test_image, where_from
from pages.parts.inside.image_choice import look_at_drawing
from pages.parts.model.probabilities import probability_bars
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.picture import pixels

_SCALE = 4


def other_board(model: ModelRecord) -> None:
    """Say what the model knows, take a picture, and name what is on it."""
    names = [_(name) for name in model.class_names]
    st.write(_("This model knows no digits, but: {names}.").format(names=", ".join(names)))
    with error_note():
        image = _chosen(model)
        if image is not None:
            look_at_drawing(image)
            with refusing():
                given = workers().answer(model_store().folder_of(model.id), image)
            _show(image, given, names)


def _chosen(model: ModelRecord) -> np.ndarray | None:
    """The visitor's picture, prepared as the model's data were, or a test image."""
    source = where_from()
    if source == TEST_IMAGE:
        return test_image(inspections.dataset_of(model))
    content = brought(
        source, camera=_("Hold one thing in front of the camera"), file=_("A picture of one thing")
    )
    if content is None:
        return None
    from cnn.pictures.files import read_picture
    from cnn.pictures.photos import prepare_photo

    with refusing():
        return prepare_photo(read_picture(content), model.input_shape)


def _show(image: np.ndarray, given: Answer, names: list[str]) -> None:
    with st.container(key="answer"):
        if given.is_digit:
            st.header(names[given.digit])
            if given.verdict == "unsure":
                st.caption(_("Not sure: it could be {other} as well.").format(other=names[given.runner_up]))
        else:
            st.header(_("Nothing that it knows"))
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container(key="probabilities", width=380):
            probability_bars(given.probabilities, names)
        with st.container(key="prepared", width=150):
            st.html(
                pixels(image, _SCALE, alt=_("The picture that the network saw"))
                + f"<small>{_('What the network saw')}</small>"
            )
