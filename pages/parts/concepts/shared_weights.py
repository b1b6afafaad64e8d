"""Local connections and shared weights: what they save, counted."""

from html import escape

import streamlit as st

from cnn.i18n import _
from cnn.insight import numpy_layers
from pages.parts.concepts.section import in_the_network, look_for
from pages.parts.widgets.error_note import error_note


@st.fragment
def shared_weights() -> None:
    """Three ways from an image to maps, with the parameters of each."""
    st.markdown(
        _(
            "Every pixel of every map could have a weight for every pixel of the image: that is a **dense** "
            "layer. A convolution drops most of these. Each output looks at its window only (**local "
            "connections**), and all places of a map use the same weights (**shared weights**): what an edge "
            "looks like does not depend on where it is."
        )
    )
    look_for(_("make the image larger. The dense layer explodes; the convolution does not grow at all."))
    left, right = st.columns([1, 1.8], gap="large")
    with left:
        side = st.slider(_("Image, pixels a side"), 8, 224, 28, key="shared_side", persist_state="session")
        channels = st.slider(
            _("Channels of the image"), 1, 64, 1, key="shared_channels", persist_state="session"
        )
        window = st.slider(_("Kernel, pixels a side"), 1, 8, 3, key="shared_window", persist_state="session")
        filters = st.slider(_("Number of filters"), 1, 128, 32, key="shared_filters", persist_state="session")
    with right, error_note():
        _counted(numpy_layers.connections(side, channels, window, filters), window, channels)
    in_the_network("pages/train.py", _("The parameters of each layer of a network to train"))


def _counted(counted: numpy_layers.Connections, window: int, channels: int) -> None:
    rows, columns, filters = counted.outputs
    places, outputs = rows * columns, rows * columns * filters
    ways = [
        (
            _("Dense"),
            counted.dense,
            _("({inputs:,} inputs + 1) × {outputs:,} outputs").format(inputs=counted.inputs, outputs=outputs),
        ),
        (
            _("Local connections"),
            counted.local,
            _("({window}×{window}×{channels} + 1) × {outputs:,} outputs").format(
                window=window, channels=channels, outputs=outputs
            ),
        ),
        (
            _("Local and shared: a convolution"),
            counted.shared,
            _("({window}×{window}×{channels} + 1) × {filters:,} filters").format(
                window=window, channels=channels, filters=filters
            ),
        ),
    ]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (_("Layer"), _("Parameters")))
    body = "".join(
        f'<tr><th scope="row">{escape(name)}<br><small>{escape(how)}</small></th>'
        f'<td class="bar"><span style="width:{100 * count / counted.dense:.2f}%"></span>{count:,}</td></tr>'
        for name, count, how in ways
    )
    with st.container(key="connections"):
        st.html(f'<table class="report"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')
    st.markdown(
        _(
            "From {inputs:,} numbers to {filters} maps of {rows} × {columns}: for each parameter of the "
            "convolution, the dense layer has **{factor:,.0f}**. Windows that share each weight of the "
            "convolution: {places:,}."
        ).format(
            inputs=counted.inputs,
            filters=filters,
            rows=rows,
            columns=columns,
            factor=counted.dense / counted.shared,
            places=places,
        )
    )
