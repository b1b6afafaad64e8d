"""A layer's output as one picture: its maps, or its units as bars. Each can be picked."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades
from cnn.insight.activations import ForwardPass, LayerFacts
from pages.parts.inside.questions import title
from pages.parts.model.layer_table import shape_in_words
from pages.parts.server.addresses import LAYER
from pages.parts.widgets.legend import legend
from pages.parts.widgets.paging import Paging
from pages.parts.widgets.tiles import Tiles, tiles

MAPS_AT_ONCE = 256
UNITS_AT_ONCE = 512

FEW_UNITS = 32
"""So many bars have room for their numbers."""

_LAYER, _MAP, _TAKEN = "feature_maps_layer", "feature_maps_map", "feature_maps_taken"


def choose_layer(layers: tuple[LayerFacts, ...]) -> tuple[int, Callable[[int], None]]:
    """The layer that is open, that of the address or the first at first, and what opens another."""
    asked = st.query_params.get(LAYER), st.session_state.get("visit")
    if asked != st.session_state.get(_TAKEN):
        st.session_state[_TAKEN] = asked
        st.session_state[_LAYER] = _first_of(layers, asked[0], st.session_state.get(_LAYER, 0))
    layer = st.session_state.get(_LAYER, 0)

    def open_layer(number: int) -> None:
        st.session_state[_LAYER] = number

    return (layer if layer < len(layers) else 0), open_layer


def _first_of(layers: tuple[LayerFacts, ...], kind: str | None, otherwise: int) -> int:
    """The first layer of a kind, or the last of all for "output"; where there is none, another."""
    if kind == "output":
        return len(layers) - 1
    return next((number for number, facts in enumerate(layers) if facts.kind == kind), otherwise)


def map_grid(
    layers: tuple[LayerFacts, ...], forward: ForwardPass, layer: int, names: Sequence[str], shown_in: str
) -> int:
    """Show what a layer makes of the image.

    Args:
        layers: the network's.
        forward: the image on its way through them.
        layer: which one.
        names: of the outputs.
        shown_in: the key of the container that shows what is picked.

    Returns:
        the number of the map or unit that is picked.
    """
    facts = layers[layer]
    st.markdown(f"**{title(layers, layer)}** · {shape_in_words(facts.output_shape)}")
    picked = _picked(forward.layers[layer].output)
    output = forward.layers[layer].before if _before_activation(facts) else forward.layers[layer].output
    count = output.shape[-1]
    limit, below_zero = float(np.abs(output).max()), bool(output.min() < 0)
    as_maps = output.ndim == 3
    few = not as_maps and count <= FEW_UNITS
    # Each layer has its page, at first the one with what is picked.
    key = f"feature_maps_page_{layer}_of_{count}"
    paging = Paging(key, count, MAPS_AT_ONCE if as_maps else UNITS_AT_ONCE, opened_at=picked)
    numbers = paging.shown()
    of_output = layer == len(layers) - 1
    draw = shades.shaded if as_maps else shades.bars
    pictures = draw(np.moveaxis(output[..., numbers], -1, 0), limit, below_zero)
    tiles(
        "feature_maps_grid",
        Tiles(
            frames=pictures[np.newaxis],
            labels=[
                _label(output[..., number], number, names[number] if of_output else None)
                for number in numbers
            ],
            alt=_in_words(output, title(layers, layer)),
            columns=8 if as_maps else count if few else 64,
            width=min(640, 32 * count) if few else 640,
            first=numbers.start,
            picked=picked,
            numbered=as_maps or few,
            shown=shown_in,
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
    paging.pager()
    return picked


def _before_activation(facts: LayerFacts) -> bool:
    """Whether to show what stands before a layer's activation; the visitor chooses, where there is one."""
    if facts.activation in {"linear", "softmax"}:
        return False
    name = {"relu": "ReLU"}.get(facts.activation, facts.activation)
    sides = {False: _("After {activation}"), True: _("Before {activation}")}
    return bool(
        st.segmented_control(
            _("Before or after the activation"),
            list(sides),
            format_func=lambda before: sides[before].format(activation=name),
            default=False,
            required=True,
            key="feature_maps_before",
            label_visibility="collapsed",
        )
    )


def _pick(number: int) -> None:
    st.session_state[_MAP] = number


def _picked(output: np.ndarray) -> int:
    """The picked map; the strongest one where there is none of that number."""
    picked = st.session_state.get(_MAP)
    if picked is not None and picked < output.shape[-1]:
        return int(picked)
    return int(output.reshape(-1, output.shape[-1]).max(axis=0).argmax())


def _label(values: np.ndarray, number: int, name: str | None) -> str:
    if name is not None:
        return f"{name}: {float(values):.3f}"
    if not values.ndim:
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
