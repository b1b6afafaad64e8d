"""Choosing an image to look at: a test image by its number or at random, or one's own drawing."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.data.datasets import Dataset
from cnn.i18n import _
from cnn.insight.activations import Array
from pages.parts.widgets.gallery import named

_KIND, _NUMBER, _SHOWN = "image_kind", "image_number", "image_shown"
_TEST, _DRAWING = "test", "drawing"


@dataclass(frozen=True, eq=False)
class Picture:
    """An image to look at.

    Attributes:
        image: float32 in [0, 1], of the shape of the data set's images.
        about: what it is, in a sentence.
    """

    image: Array
    about: str


def look_at_drawing(image: Array) -> None:
    """Keep what was drawn or brought, and let the pages that look inside begin with it."""
    st.session_state["drawing"] = image
    st.session_state["looked_at"] = {"kind": _DRAWING}


def image_choice(dataset: Dataset) -> Picture:
    """Let the visitor choose; where there is no such image, that is said, and the last one stays."""
    _arrive()
    drawing = st.session_state.get("drawing")
    kinds = {_TEST: _("Test image")}
    if drawing is not None and drawing.shape == dataset.image_shape[: drawing.ndim]:
        kinds[_DRAWING] = _("My drawing")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Said anew in each run: the same control of another page is another widget to Streamlit. A choice
        # that is not there today falls back to the first.
        chosen = st.session_state.get(_KIND)
        st.session_state[_KIND] = chosen if chosen in kinds else _TEST
        kind = st.segmented_control(
            _("Image"),
            list(kinds),
            format_func=kinds.__getitem__,
            key=_KIND,
            required=True,
            persist_state="session",
        )
        if drawing is not None and kind == _DRAWING:
            return Picture(drawing, _("Your drawing."))
        st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0)
        number = st.number_input(_("Number"), step=1, key=_NUMBER, width=140, persist_state="session")
        st.button(
            _("Another"), icon=":material/shuffle:", key="image_random", on_click=_random, args=(dataset,)
        )
    return _test_image(number, dataset)


def _arrive() -> None:
    """Take up what another page asks to look at."""
    asked = st.session_state.pop("looked_at", None)
    if asked is not None:
        st.session_state[_KIND] = asked["kind"]
        if "index" in asked:
            st.session_state[_NUMBER] = asked["index"]


def _random(dataset: Dataset) -> None:
    st.session_state[_NUMBER] = int(np.random.default_rng().integers(len(dataset.x_test)))


def _test_image(number: int, dataset: Dataset) -> Picture:
    last = len(dataset.x_test) - 1
    if not 0 <= number <= last:
        st.error(
            _("There is no test image {number:,}: they are numbered from 0 to {last:,}.").format(
                number=number, last=last
            )
        )
        number = min(st.session_state.get(_SHOWN, 0), last)
    st.session_state[_SHOWN] = number
    image = dataset.x_test[number].astype(np.float32) / 255
    name = named(dataset, dataset.y_test[number])
    return Picture(image, _("Test image {number} shows {name}.").format(number=number, name=name))
