"""The receptive field: how much of the image one pixel of a deep map depends on."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnn.data import datasets
from cnn.errors import LayerError
from cnn.i18n import _
from cnn.insight import numpy_layers
from cnn.insight.activations import LayerFacts, receptive_field
from cnn.training.layers import Conv2D, MaxPool2D
from pages.parts.concepts.section import in_the_network, look_for
from pages.parts.inside.image_choice import Picture, image_choice
from pages.parts.inside.questions import KINDS
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.picture import pixels

_SCALE = 11
_LARGEST_KERNEL = 7


@st.fragment
def field() -> None:
    """Layers upon each other, and what their middle pixel sees of the image."""
    st.markdown(
        _(
            "A pixel of the first map has seen what lay under its window. A pixel of the next map has seen a "
            "window of such pixels, and so more of the image. All that it depends on is its **receptive "
            "field**."
        )
    )
    look_for(_("with each layer the frame grows; stride and pooling make every later layer grow faster."))
    with error_note():
        picture = image_choice(datasets.load("mnist"))
        left, right = st.columns([1, 2], gap="large")
        with left:
            layers = _layers()
        with right, error_note():
            _grown(layers, picture)
    in_the_network("pages/feature_maps.py", _("The receptive field of any pixel of a trained network"))


def _layers() -> list[numpy_layers.Window]:
    depth = st.slider(_("Convolutions"), 1, 8, 3, key="field_depth", persist_state="session")
    side = st.select_slider(
        _("Kernel, pixels a side"),
        range(1, _LARGEST_KERNEL + 1),
        3,
        key="field_kernel",
        persist_state="session",
    )
    stride = st.slider(_("Stride"), 1, 3, 1, key="field_stride", persist_state="session")
    pool = st.slider(
        _("Pooling after each, window"), 1, 3, 2, key="field_pool", persist_state="session", help=_("1: none")
    )
    one: list[numpy_layers.Window] = [Conv2D(filters=1, kernel_size=side, strides=stride)]
    return (one + [MaxPool2D(pool_size=pool)] * (pool > 1)) * depth


def _grown(layers: Sequence[numpy_layers.Window], picture: Picture) -> None:
    shape = (*picture.image.shape, 1)[:3]
    try:
        facts = numpy_layers.stack(layers, shape)
    except LayerError as error:
        # What fits is shown, with the reason why no more does.
        st.warning(
            _(
                "Not all of these layers fit: after {count} of them the map is smaller than the next window. "
                "Take fewer convolutions, or smaller windows."
            ).format(count=error.values["number"] - 1)
        )
        facts = numpy_layers.stack(layers[: error.values["number"] - 1], shape)
    if not facts:
        return
    fields = [receptive_field(facts, number, _middle(layer)) for number, layer in enumerate(facts)]
    top, left, bottom, right = fields[-1]
    drawn, told_of = st.columns([1, 1.3], gap="medium")
    with drawn, st.container(key="field"):
        about = _("{about} Framed: the {rows} × {columns} pixels that the last layer's middle sees.").format(
            about=picture.about, rows=bottom - top, columns=right - left
        )
        frames = "".join(
            _frame(each, shape[:2], number + 1 == len(fields)) for number, each in enumerate(fields)
        )
        st.html(f'<div class="framed fields">{pixels(picture.image, _SCALE, alt=about)}{frames}</div>')
    with told_of:
        _table(facts, fields)
    rows, columns, _maps = facts[-1].output_shape
    seen = (bottom - top) * (right - left) / (shape[0] * shape[1])
    st.markdown(
        (
            _("The one pixel of the last map sees **{rows} × {columns}** pixels, {share:.1%} of the image.")
            if rows == columns == 1
            else _(
                "A pixel in the middle of the last map sees **{rows} × {columns}** pixels, {share:.1%} of "
                "the image."
            )
        ).format(rows=bottom - top, columns=right - left, share=seen)
    )


def _middle(facts: LayerFacts) -> tuple[int, int, int]:
    return facts.output_shape[0] // 2, facts.output_shape[1] // 2, 0


def _frame(field_of: tuple[int, int, int, int], shape: tuple[int, ...], last: bool) -> str:
    top, left, bottom, right = field_of
    height, width = shape
    return (
        f'<i class="{"last" if last else ""}" style="top:{100 * top / height:.2f}%;'
        f"left:{100 * left / width:.2f}%;height:{100 * (bottom - top) / height:.2f}%;"
        f'width:{100 * (right - left) / width:.2f}%"></i>'
    )


def _table(facts: Sequence[LayerFacts], fields: Sequence[tuple[int, int, int, int]]) -> None:
    """Each layer with the field's side and how it grew: the window's further pixels, times their distance."""
    head = "".join(
        f'<th scope="col">{escape(name)}</th>' for name in (_("Layer"), _("Output"), _("Sees"), _("Grew by"))
    )
    body, distance = [], 1
    for layer, (top, _left, bottom, _right) in zip(facts, fields, strict=True):
        grew = f"({layer.window} − 1) × {distance} = {(layer.window - 1) * distance}"
        body.append(
            f'<tr><th scope="row">{escape(KINDS[layer.kind]())}</th><td>{layer.output_shape[0]} × '
            f"{layer.output_shape[1]}</td><td>{bottom - top}</td><td class='sum'>{grew}</td></tr>"
        )
        distance *= layer.stride
    st.html(
        f'<div class="wide"><table class="report"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
    st.caption(
        _(
            "Grew by (window − 1) × how far apart, on the image, the pixels stand that it looks at: the "
            "strides of all layers before, multiplied."
        )
    )
