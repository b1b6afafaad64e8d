"""A picture of a network: what each layer puts out, from left to right."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from cnn.i18n import _
from cnn.insight.diagram import in_words, svg
from cnn.training.layers import LayerRow, Shape
from pages.parts.widgets.component import component

_component = component(
    Path(__file__).with_suffix(".js"), '<div class="network-picture" role="img" hidden></div>'
)
_SHORT = {"MaxPooling2D": "MaxPool", "AveragePooling2D": "AvgPool", "BatchNormalization": "BatchNorm"}


def network_blocks(rows: Sequence[LayerRow], input_shape: Shape) -> None:
    """Draw the input and each layer's output as blocks of their sizes; lines break where there is no room.

    Args:
        rows: the layer table, or its beginning.
        input_shape: (height, width, channels).
    """
    outputs = [
        (_("Input"), input_shape),
        *((_SHORT.get(row.kind, row.kind), row.output_shape) for row in rows),
    ]
    with st.container(key="network_picture"):
        _component(
            key="network_blocks",
            data={
                "blocks": [
                    {
                        "pictureHtml": svg(shape, input_shape[0]),
                        "title": title,
                        "shape": "×".join(map(str, shape)),
                    }
                    for title, shape in outputs
                ],
                "label": _("The network from left to right: {steps}").format(
                    steps=in_words(rows, input_shape)
                ),
            },
        )
