"""A network as a table: each layer's output and parameters, and the totals."""

import streamlit as st

from cnn import recipes
from cnn.datasets import classes_of, shape_of
from cnn.i18n import _
from cnn.recipes import LayerRow, TrainConfig


def layer_table(config: TrainConfig) -> None:
    """Show the layers of a training's network."""
    rows = recipes.layer_table(config.layers, shape_of(config.dataset), classes_of(config.dataset))
    head = [_("Layer"), _("Output shape"), _("Parameters")]
    lines = ["| " + " | ".join(head) + " |", "|:--|:--|--:|", *map(_line, rows)]
    total = sum(row.parameters for row in rows)
    with st.container(key="layer_table"):
        st.markdown("\n".join(lines))
        st.markdown(
            _("**{parameters:,} parameters** in all, {multiply_adds:,} multiply-adds for one image.").format(
                parameters=total, multiply_adds=sum(row.multiply_adds for row in rows)
            )
        )


def _line(row: LayerRow) -> str:
    shape = " × ".join(map(str, row.output_shape))
    return f"| {row.kind} {row.detail} | {shape} | {row.parameters:,} |"
