"""The network of a training that is being prepared: its layers, to read or to change."""

import streamlit as st

from cnn.data.datasets import classes_of, shape_of
from cnn.errors import LayerError
from cnn.i18n import _
from cnn.training.layers import LayerRow, check_layers
from cnn.training.recipes import Recipe, TrainConfig
from pages.parts.model.layer_table import layer_table, totals
from pages.parts.train.code_panel import code_panel
from pages.parts.train.layer_editor import layer_editor
from pages.parts.train.network_blocks import network_blocks
from pages.parts.train.own_layers import with_own_layers


def check(config: TrainConfig) -> tuple[list[LayerRow], LayerError | None]:
    """The network's table as far as it goes, and what keeps it from being trained; see `check_layers`."""
    return check_layers(config.layers, shape_of(config.dataset), classes_of(config.dataset))


@st.fragment
def network_panel(config: TrainConfig, recipe: Recipe) -> None:
    """Show the network and let the visitor change its layers; only this part then runs again.

    Args:
        config: the training as the page has it.
        recipe: what the visitor began with.
    """
    current = with_own_layers(config, recipe)
    rows, mistake = check(current)
    if str(mistake) != str(check(config)[1]):
        # Whether it can be trained stands elsewhere on the page.
        st.rerun()
    network_blocks(rows, shape_of(current.dataset))
    if st.toggle(_("Build your own network"), key="build_network", persist_state="session"):
        layer_editor(recipe, rows, mistake)
    else:
        layer_table(rows)
        if mistake is not None:
            st.error(str(mistake))
    if len(rows) > len(current.layers):
        totals(rows)
    if mistake is None:
        code_panel(current)
