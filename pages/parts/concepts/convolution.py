"""A convolution by hand: a kernel that can be edited, the window's steps, and the zeros around the image."""

from typing import Literal

import numpy as np
import streamlit as st

from cnn.data import datasets
from cnn.i18n import _, ngettext
from cnn.insight import numpy_layers
from cnn.insight.activations import Array, LayerFacts
from cnn.insight.numpy_layers import KERNELS
from pages.parts.concepts.section import checked, in_the_network, look_for
from pages.parts.inside.arithmetic import arithmetic
from pages.parts.inside.image_choice import image_choice
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.legend import legend

SIDE = 3
_TAKEN = "kernel_taken"


@st.fragment
def convolution() -> None:
    """An image, a kernel, and the map that comes of them."""
    st.markdown(
        _(
            "A **filter** is a small grid of weights, its **kernel**. It lies on the image like a window; "
            "each pixel under it is multiplied by the weight on it, and the products are added up. That sum "
            "is one pixel of the new map. Then the window moves on, with the same weights."
        )
    )
    look_for(
        _(
            "the horizontal kernel answers where light lies above dark or dark above light: strongly along a "
            "bar, weakly along a steep stem. Change one weight and see which pixels change."
        )
    )
    with error_note():
        picture = image_choice(datasets.load("mnist"))
        if picture is not None:
            left, right = st.columns([1, 2.4], gap="large")
            with left:
                kernel = _kernel()
                stride, padding = _steps()
            with right, error_note():
                image = np.atleast_3d(picture.image).astype(np.float32)
                _result(image, kernel, stride, padding)
    in_the_network("pages/filters.py", _("The kernels that a network has learned"))


def _result(image: Array, kernel: Array, stride: int, padding: numpy_layers.Padding) -> None:
    facts = numpy_layers.convolution(image, kernel, stride, padding)
    forward = numpy_layers.through(facts, image)
    output = forward.layers[0].output
    st.markdown(_sizes(facts, padding))
    assert facts.kernel is not None
    assert facts.bias is not None
    own = facts.kernel, facts.bias
    arithmetic((facts,), forward, 0, 0, weights=lambda _layer, _map: own, checked=checked(), stays=True)
    legend(float(np.abs(output).max()), bool(output.min() < 0))


def _sizes(facts: LayerFacts, padding: numpy_layers.Padding) -> str:
    """The output's height and width by the formula, with its numbers."""
    size, window, stride = facts.input_shape[0], facts.window, facts.stride
    before, after = numpy_layers.zeros_around(size, window, stride, padding)
    rows, columns, _maps = facts.output_shape
    sizes = _(
        "**{rows} × {columns} pixels come out**: ⌊(size + zeros on both sides − kernel) / stride⌋ + 1 = "
        "⌊({size} + {zeros} − {window}) / {stride}⌋ + 1 = {rows}"
    ).format(rows=rows, columns=columns, size=size, zeros=before + after, window=window, stride=stride)
    if before != after:
        odd = _("An odd number of zeros does not share evenly: one more stands below and at the right.")
        sizes = f"{sizes}. {odd}"
    if left_over := (size + before + after - window) % stride:
        short = ngettext(
            "{count} row and column at the end is too few for another step.",
            "{count} rows and columns at the end are too few for another step.",
            left_over,
        ).format(count=left_over)
        sizes = f"{sizes}. {short}"
    return sizes


def _kernel() -> Array:
    """The nine weights, each of which can be changed."""
    names = {
        "horizontal": _("Horizontal edge"),
        "vertical": _("Vertical edge"),
        "diagonal": _("Diagonal edge"),
        "blur": _("Blur"),
        "sharpen": _("Sharpen"),
    }
    if _key(0, 0) not in st.session_state:
        st.session_state[_TAKEN] = "horizontal"
        _take()
    st.pills(
        _("Take a kernel"),
        list(names),
        format_func=names.__getitem__,
        key=_TAKEN,
        on_change=_take,
        wrap=True,
        persist_state="session",
    )
    weights = np.zeros((SIDE, SIDE), np.float32)
    with st.container(key="kernel", gap="xsmall"):
        for row in range(SIDE):
            with st.container(horizontal=True, gap="xsmall"):
                weights[row] = [_weight(row, column) for column in range(SIDE)]
    return weights


def _weight(row: int, column: int) -> float:
    return float(
        st.number_input(
            _("Weight in row {row}, column {column}").format(row=row, column=column),
            -99.0,
            99.0,
            # An emptied field is a zero; without this it would be the lowest number.
            value=None,
            step=0.5,
            format="%.2f",
            key=_key(row, column),
            on_change=_own,
            label_visibility="collapsed",
            width=80,
            persist_state="session",
        )
        or 0.0
    )


def _key(row: int, column: int) -> str:
    return f"kernel_{row}_{column}"


def _take() -> None:
    """Put the weights of the kernel that was taken into their fields."""
    taken = st.session_state[_TAKEN]
    if taken is not None:
        for (row, column), weight in np.ndenumerate(KERNELS[taken]):
            st.session_state[_key(row, column)] = float(weight)


def _own() -> None:
    """A weight was changed: the kernel is none of those that can be taken."""
    st.session_state[_TAKEN] = None


def _steps() -> tuple[int, numpy_layers.Padding]:
    """The stride and the padding."""
    stride = st.slider(_("Stride: pixels from step to step"), 1, 4, key="stride", persist_state="session")
    kinds: dict[Literal["valid", "same", "zeros"], str] = {
        "valid": _("valid: none, whole windows only"),
        "same": _("same: zeros around, at stride 1 the size stays"),
        "zeros": _("zeros: as many as I say"),
    }
    kind = st.selectbox(
        _("Padding"), list(kinds), format_func=kinds.__getitem__, key="padding", persist_state="session"
    )
    if kind != "zeros":
        return stride, kind
    zeros = st.slider(_("Zeros on each side"), 0, 6, 1, key="padding_zeros", persist_state="session")
    return stride, zeros
