"""What every section of the concepts has: a word on what to look for, and the way to the real network."""

import streamlit as st

from cnn.i18n import _
from pages.parts.server.addresses import LAYER


def look_for(text: str) -> None:
    """Say in a sentence what there is to see."""
    st.markdown(f":material/visibility: **{_('Look for:')}** {text}")


def in_the_network(page: str, label: str, layer: str | None = None) -> None:
    """Lead to the page where the same happens in a trained network.

    Args:
        page: its file, as "pages/filters.py".
        label: what is to be seen there.
        layer: what is to be open on Feature maps, as `map_grid.choose_layer` knows it.
    """
    query = {LAYER: layer} if layer else None
    st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=query)


def checked() -> tuple[str, str]:
    """What the browser's arithmetic is held against where no network is at work; see `arithmetic`."""
    return _("the library computed {own}"), _("but the library computed {own}")
