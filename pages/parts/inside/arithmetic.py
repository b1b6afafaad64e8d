"""The arithmetic of a layer: how each value of a map, or one unit, comes about, with its real numbers.

The browser computes it, at each move of the pointer, from the numbers that come here once.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades
from cnn.insight.activations import Array, ForwardPass, LayerFacts, receptive_field
from pages.parts.widgets.component import component

KEY = "arithmetic"
"""Of the container."""

MOST_NUMBERS = 1_000_000
"""Of a layer's input that are sent to the browser; 4 MB."""

_component = component(
    Path(__file__).with_suffix(".js"),
    Path(__file__).with_suffix(".html").read_text(encoding="utf-8"),
)


Weights = Callable[[int, int], tuple[Array, Array]]
"""The kernel and bias that make one map or unit of a layer, by the layer's and the map's number."""


def arithmetic(  # noqa: PLR0913 - one value of one layer of one network for one image
    layers: tuple[LayerFacts, ...],
    forward: ForwardPass,
    layer: int,
    channel: int,
    *,
    weights: Weights,
    names: Sequence[str] = (),
    checked: tuple[str, str] | None = None,
    stays: bool = False,
) -> None:
    """Show how the values of a map, or a unit, come about.

    Args:
        layers: a network's.
        forward: one image on its way through them.
        layer: the number of the layer.
        channel: the map or unit.
        weights: the network's.
        names: of the outputs.
        checked: what to say, with `{own}`, where the browser's sum agrees with the forward pass and where it
            does not; by default that the network computed it.
        stays: whether the pixel stays where it was when other numbers come; else the strongest is shown.

    Raises:
        CnnError: the weights cannot be had.
    """
    if forward.input_of(layer).size > MOST_NUMBERS:
        st.info(_("This layer's input has too many numbers to be computed with in the browser."))
        return
    texts = _texts()
    if checked is not None:
        texts["agrees"], texts["differs"] = checked
    data = {"texts": texts, "stays": stays}
    with st.container(key=KEY):
        _component(
            key="arithmetic_view", data=data | numbers(layers, forward, layer, channel, weights, names)
        )


def numbers(  # noqa: PLR0913, PLR0917 - as `arithmetic`
    layers: tuple[LayerFacts, ...],
    forward: ForwardPass,
    layer: int,
    channel: int,
    weights: Weights,
    names: Sequence[str],
) -> dict[str, Any]:
    """What the browser computes with; takes and raises what `arithmetic` does."""
    facts = layers[layer]
    own = _weights(weights, facts, layer, channel)
    if len(facts.output_shape) == 3:
        return own | _map(layers, forward, layer, channel)
    return own | _unit(layers, forward, layer, channel) | {"names": list(names)}


def _map(layers: tuple[LayerFacts, ...], forward: ForwardPass, layer: int, channel: int) -> dict[str, Any]:
    facts, values, inputs = layers[layer], forward.layers[layer], forward.input_of(layer)
    height, width, _maps = facts.output_shape
    every_channel = facts.kind == "conv2d"
    taken = inputs if every_channel else inputs[..., channel : channel + 1]
    return {
        "vector": False,
        "kind": facts.kind,
        "activation": facts.activation,
        **_image(forward),
        "input": _numbers(taken),
        "inputShape": taken.shape,
        "inputIsImage": layer == 0,
        "onlyChannel": None if every_channel else channel,
        "window": facts.window,
        "stride": facts.stride,
        "padding": facts.padding,
        "around": _around(facts),
        "after": _numbers(values.output[..., channel]),
        "mapShape": [height, width],
        # The colours of a map are those of all maps of its layer, also where only one is sent.
        "limit": float(np.abs(values.output).max()),
        "signed": bool(values.output.min() < 0),
        "inputLimit": float(np.abs(inputs).max()),
        "inputSigned": bool(inputs.min() < 0),
        "colours": shades.diverging(np.linspace(-1, 1, 255)).tolist(),
        "fieldRows": [receptive_field(layers, layer, (row, 0, 0))[0::2] for row in range(height)],
        "fieldColumns": [receptive_field(layers, layer, (0, column, 0))[1::2] for column in range(width)],
    }


def _image(forward: ForwardPass) -> dict[str, Any]:
    return {"image": _numbers(forward.image), "imageShape": forward.image.shape}


def _around(facts: LayerFacts) -> list[int]:
    """How many zeros the windows reach beyond the input: above, left, below, right."""
    before = facts.padding
    last = [(size - 1) * facts.stride - pad for size, pad in zip(facts.output_shape, before, strict=False)]
    after = [
        max(0, place + facts.window - size) for place, size in zip(last, facts.input_shape, strict=False)
    ]
    return [*before, *after]


def _unit(layers: tuple[LayerFacts, ...], forward: ForwardPass, layer: int, unit: int) -> dict[str, Any]:
    facts, values = layers[layer], forward.layers[layer]
    inputs = forward.input_of(layer)
    taken = inputs if facts.kind == "dense" else inputs.reshape(-1)[unit]
    return {
        "vector": True,
        "kind": facts.kind,
        "activation": facts.activation,
        "unit": unit,
        **_image(forward),
        "field": receptive_field(layers, layer, (unit,)),
        "input": _numbers(taken),
        "ownBefore": float(values.before[unit]),
        "ownAfter": float(values.output[unit]),
        "scores": _numbers(values.before) if facts.activation == "softmax" else None,
        "flattened": _flattened(layers, layer),
    }


def _flattened(layers: tuple[LayerFacts, ...], layer: int) -> tuple[int, ...] | None:
    """The shape of the maps that were laid out as the vector that a layer gets, if they were."""
    for facts in reversed(layers[: layer + (layers[layer].kind == "flatten")]):
        if facts.kind == "flatten":
            return facts.input_shape if len(facts.input_shape) == 3 else None
        if facts.kind == "dense":
            return None
    return None


def _weights(weights: Weights, facts: LayerFacts, layer: int, channel: int) -> dict[str, Any]:
    if facts.kind not in {"conv2d", "dense", "batch_normalization"}:
        return {"kernel": None, "bias": 0.0}
    kernel, bias = weights(layer, channel)
    return {"kernel": _numbers(kernel), "bias": float(bias[0])}


def _numbers(values: Array) -> str:
    return b64encode(np.ascontiguousarray(values, np.float32).tobytes()).decode()


def _texts() -> dict[str, str]:
    return {
        "field": _("The image; framed: all that this value depends on"),
        "window": _("The image; framed: the window"),
        "input": _("What the layer gets: map {channel}; framed: the window"),
        "padded": _("Grey: the zeros around it (padding)."),
        "map": _("The map that comes out; point at a pixel, or move with the arrow keys"),
        "keys": _("The map that comes out. Arrow keys move from pixel to pixel."),
        "play": _("Slide the window"),
        "pause": _("Pause"),
        "step": _("Next pixel"),
        "place": _("row {row}, column {column}"),
        "channel": _("Input map shown"),
        "strongest": _("the one that adds most"),
        "share": _("Input map {channel} adds {share} to the sum over all {channels}."),
        "shares": _("What each input map adds: blue above zero, orange below. Press a bar to see its map."),
        "adds": _("map {channel}: {share}"),
        "fromShown": _("from map {channel}"),
        "fromOthers": _("from the other {count}"),
        "patch": _("Patch"),
        "kernel": _("Kernel"),
        "products": _("Products"),
        "sum": _("sum of the products"),
        "bias": _("bias"),
        "before": _("in all"),
        "mean": _("the mean"),
        "stays": _("the largest stays"),
        "unchanged": _("passes unchanged"),
        "value": _("value"),
        "scale": _("scale"),
        "shift": _("shift"),
        "normalised": _("normalised"),
        "agrees": _("the network computed {own}"),
        "differs": _("but the network computed {own}"),
        "inputs": _("Input"),
        "weight": _("weight"),
        "product": _("product"),
        "others": _("the other {count}"),
        "flattened": _("{place}: map {map}, row {row}, column {column}"),
        "flattenedFrom": _("Taken from position"),
        "class": _("Class"),
        "score": _("score"),
        "terms": _("What makes up the score of {name}: the largest products"),
        "softmax": _(
            "Softmax: e to the power of each score, divided by the sum of all. The largest score is taken "
            "off first, which changes nothing and keeps the powers small."
        ),
        "probability": _("probability"),
        "total": _("sum"),
    }
