"""A layer's output as one picture: its maps, or its units as bars. Each can be picked."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from cnn import shades
from cnn.i18n import _
from cnn.inspected import LayerFacts, Look
from pages.parts.inside import title
from pages.parts.layer_table import shape_in_words
from pages.parts.legend import legend
from pages.parts.tiles import Tiles, tiles

MAPS_AT_ONCE = 256
UNITS_AT_ONCE = 512

_LAYER, _MAP = "feature_maps_layer", "feature_maps_map"


def choose_layer(layers: tuple[LayerFacts, ...]) -> tuple[int, Callable[[int], None]]:
    """The layer that is open, the first at first, and what opens another."""
    layer = st.session_state.get(_LAYER, 0)

    def open_layer(number: int) -> None:
        st.session_state[_LAYER] = number
        st.session_state.pop("feature_maps_page", None)

    return (layer if layer < len(layers) else 0), open_layer


def map_grid(layers: tuple[LayerFacts, ...], look: Look, layer: int) -> int:
    """Show what a layer makes of the image.

    Returns:
        the number of the map or unit that is picked.
    """
    facts, output = layers[layer], look.layers[layer].output
    count = output.shape[-1]
    limit, below_zero = float(np.abs(output).max()), bool(output.min() < 0)
    as_maps = output.ndim == 3
    st.markdown(f"**{title(layers, layer)}** · {shape_in_words(facts.output_shape)}")
    at_once = MAPS_AT_ONCE if as_maps else UNITS_AT_ONCE
    pages = -(-count // at_once)
    page = min(st.session_state.get("feature_maps_page") or 1, pages)
    first = (page - 1) * at_once
    picked = _picked(output, layer)
    shown = np.moveaxis(output, -1, 0)[first : first + at_once]
    draw = shades.shaded if as_maps else shades.bars
    pictures = draw(shown, limit, below_zero)
    tiles(
        "feature_maps_grid",
        Tiles(
            frames=pictures[np.newaxis],
            labels=[_label(values, first + index, as_maps) for index, values in enumerate(shown)],
            alt=_in_words(output, title(layers, layer)),
            columns=8 if as_maps else 64 if count > 32 else count,
            width=640 if as_maps else min(640, 20 * count),
            first=first,
            picked=picked,
            numbered=as_maps,
        ),
        _pick,
    )
    if as_maps:
        legend(limit, below_zero)
    else:
        st.caption(
            _("The longer a bar, the larger its value; the longest stands for {limit:.2f}.").format(
                limit=limit
            )
        )
    if pages > 1:
        st.pagination(pages, key="feature_maps_page", max_visible_pages=5)
    return picked


def _pick(number: int) -> None:
    st.session_state[_MAP] = number


def _picked(output: np.ndarray, layer: int) -> int:
    """The picked map; the strongest one where there is none of that number."""
    picked = st.session_state.get(_MAP)
    if picked is not None and picked < output.shape[-1]:
        return int(picked)
    return int(output.reshape(-1, output.shape[-1]).max(axis=0).argmax())


def _label(values: np.ndarray, number: int, as_map: bool) -> str:
    if not as_map:
        return _("Unit {number}: {value:.3f}").format(number=number, value=float(values))
    return _("Map {number}: from {low:.2f} to {high:.2f}").format(
        number=number, low=float(values.min()), high=float(values.max())
    )


def _in_words(output: np.ndarray, name: str) -> str:
    flat = output.reshape(-1, output.shape[-1])
    strongest = int(flat.max(axis=0).argmax())
    silent = int((flat.max(axis=0) <= 0).sum())
    if output.ndim == 3:
        text = _(
            "{name}: {count} maps. Map {strongest} has the largest value; {silent} maps have none above zero."
        )
    else:
        text = _(
            "{name}: {count} units. Unit {strongest} has the largest value; {silent} are not above zero."
        )
    return text.format(name=name, count=output.shape[-1], strongest=strongest, silent=silent)
