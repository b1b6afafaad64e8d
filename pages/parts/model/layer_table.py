"""A network as a table: each layer's output and parameters, and the totals."""

import streamlit as st

from cnn.i18n import _
from cnn.training.layers import LayerRow, Shape


def layer_table(rows: list[LayerRow]) -> None:
    """Show layers in a table."""
    head = [_("Layer"), _("Output shape"), _("Parameters")]
    lines = ["| " + " | ".join(head) + " |", "|:--|:--|--:|", *map(_line, rows)]
    with st.container(key="layer_table"):
        st.markdown("\n".join(lines))


def totals(rows: list[LayerRow]) -> None:
    """Show how many numbers the network learns or keeps, and what one image costs."""
    st.markdown(
        _("**{parameters:,} parameters** in all, {multiply_adds:,} multiply-adds for one image.").format(
            parameters=sum(row.parameters for row in rows),
            multiply_adds=sum(row.multiply_adds for row in rows),
        )
    )


def shape_in_words(shape: Shape) -> str:
    """An output's shape, as "26 × 26 × 32"."""
    return " × ".join(map(str, shape))


def _line(row: LayerRow) -> str:
    return f"| {row.kind} {row.detail} | {shape_in_words(row.output_shape)} | {row.parameters:,} |"
