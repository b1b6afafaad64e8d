"""Max-pooling: what stays, what goes, and what a shift by a pixel still changes."""

import numpy as np
import streamlit as st

from cnn.data import datasets
from cnn.i18n import _, ngettext
from cnn.insight import numpy_layers, shades
from cnn.insight.activations import Array, LayerFacts
from cnn.jobs.workers import workers
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from cnn.training.layers import MaxPool2D
from pages.parts.concepts.section import checked, in_the_network, look_for
from pages.parts.inside.arithmetic import arithmetic
from pages.parts.inside.image_choice import image_choice
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.picture import pixels

_SHOWN = 168
"""How wide each picture is on the screen, in pixels."""


@st.fragment
def pooling() -> None:
    """An image, its pooled map, and the same for the image a little further on."""
    st.markdown(
        _(
            "**Max-pooling** cuts a map into windows and keeps the largest number of each. Where exactly in "
            "its window it stood is forgotten: that makes the map smaller, and the network less particular "
            "about where things are."
        )
    )
    look_for(
        _(
            "shift the digit by one pixel. The pooled picture changes less than the image, except where a "
            "stroke crosses into the next window."
        )
    )
    with error_note():
        picture = image_choice(datasets.load("mnist"))
        _pooled(np.atleast_3d(picture.image).astype(np.float32), picture.about)
    in_the_network("pages/feature_maps.py", _("Pooling in a trained network"), "max_pool2d")


def _pooled(image: Array, about: str) -> None:
    size = st.slider(_("Side of the window"), 2, 7, key="pool_size", persist_state="session")
    [facts] = numpy_layers.stack([MaxPool2D(pool_size=size)], image.shape)
    forward = numpy_layers.through(facts, image)
    rows, columns, _maps = facts.output_shape
    st.markdown(
        _(
            "**{kept} of {all} numbers stay**: ⌊{side} / {size}⌋ = {rows} rows and {columns} columns; of "
            "every {window}, the largest."
        ).format(
            kept=rows * columns,
            all=image.size,
            side=image.shape[0],
            size=size,
            rows=rows,
            columns=columns,
            window=size * size,
        )
    )
    if left_out := image.shape[0] % size:
        st.caption(
            ngettext(
                "The last row and column fill no window, and are left out.",
                "The last {count} rows and columns fill no window, and are left out.",
                left_out,
            ).format(count=left_out)
        )
    arithmetic((facts,), forward, 0, 0, weights=_none, checked=checked(), stays=True)
    st.header(_("The same digit, a little further on"))
    with st.container(horizontal=True):
        right = st.slider(_("Pixels to the right"), -4, 4, 1, key="pool_right", persist_state="session")
        down = st.slider(_("Pixels down"), -4, 4, 0, key="pool_down", persist_state="session")
    moved = numpy_layers.shifted(image[..., 0], down, right)[..., np.newaxis]
    _compare(facts, image, moved, about)
    _read(image, moved)


def _none(_layer: int, _map: int) -> tuple[Array, Array]:
    raise AssertionError("pooling has no weights")


def _compare(facts: LayerFacts, image: Array, moved: Array, about: str) -> None:
    pooled, pooled_moved = (numpy_layers.through(facts, each).layers[0].output for each in (image, moved))
    pictures = [
        (_("As it was"), image, about),
        (_("Shifted"), moved, _("The same, shifted.")),
        (_("Pooled"), pooled, _("The image after pooling.")),
        (_("Shifted, then pooled"), pooled_moved, _("The shifted image after pooling.")),
    ]
    figures_of = [
        f"<li>{pixels(shades.greys(values[..., 0], 1), _SHOWN / values.shape[0], alt=alt)}{name}</li>"
        for name, values, alt in pictures
    ]
    with st.container(key="pooled"):
        st.html(f'<ul class="strip">{"".join(figures_of)}</ul>')
    st.markdown(
        _(
            "Pixel by pixel, the shifted image is **{before:.0%}** like the first; after pooling, "
            "**{after:.0%}**. (The cosine between them: 100% for the same picture, 0% where no light "
            "falls on light.)"
        ).format(before=numpy_layers.alike(image, moved), after=numpy_layers.alike(pooled, pooled_moved))
    )


def _read(image: Array, moved: Array) -> None:
    """What the shipped network, whose maps are pooled, makes of both."""
    both = np.stack([image[..., 0], moved[..., 0]])
    first, second = workers().answers(model_store().folder_of(SHIPPED), both)
    text = (
        _(
            "The shipped network, which pools its maps, reads **{first}** in both: {share:.1%} sure of the "
            "first, {shifted:.1%} of the shifted one."
        )
        if first.digit == second.digit
        else _(
            "That is too far for the shipped network, though it pools its maps: it reads **{first}** "
            "({share:.1%} sure), shifted **{second}** ({shifted:.1%})."
        )
    )
    st.markdown(
        text.format(
            first=first.digit, second=second.digit, share=first.probability, shifted=second.probability
        )
    )
