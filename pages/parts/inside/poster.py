"""The network from left to right as one picture: the image, what each layer makes of it, the answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades
from cnn.insight.activations import ForwardPass, LayerFacts
from pages.parts.inside.questions import title
from pages.parts.model.layer_table import shape_in_words
from pages.parts.widgets.component import component
from pages.parts.widgets.picture import pixels

MAPS = 6
UNITS = 96

_component = component(Path(__file__).with_suffix(".js"), '<ol class="poster"></ol>')


def poster(
    layers: tuple[LayerFacts, ...], forward: ForwardPass, picked: int, on_pick: Callable[[int], None]
) -> None:
    """Show each layer's first maps in a column; `on_pick` is called with the layer that was pressed."""

    def pressed() -> None:
        on_pick(int(st.session_state["poster_layers"].picked))

    columns = [_image(forward), *(_layer(layers, forward, number) for number in range(len(layers)))]
    with st.container(key="poster"):
        _component(
            key="poster_layers",
            data={"columns": columns, "picked": picked, "label": _("The network, layer by layer")},
            on_picked_change=pressed,
        )


def _image(forward: ForwardPass) -> dict[str, Any]:
    image = forward.image[..., 0] if forward.image.shape[2] == 1 else forward.image
    return {
        "pictureHtml": pixels(image, 1, alt=_("The image")),
        "title": _("Image"),
        "shape": " × ".join(map(str, forward.image.shape)),
        "number": -1,
    }


def _strongest(units: np.ndarray) -> np.ndarray:
    """float32 (n,), at most `UNITS`: of neighbours that share a place, the one farthest from zero."""
    if len(units) <= UNITS:
        return units
    return np.array([part[np.abs(part).argmax()] for part in np.array_split(units, UNITS)])


def _layer(layers: tuple[LayerFacts, ...], forward: ForwardPass, number: int) -> dict[str, Any]:
    output = forward.layers[number].output
    limit, below_zero = float(np.abs(output).max()), bool(output.min() < 0)
    if output.ndim == 3:
        maps = np.moveaxis(output[..., :MAPS], -1, 0)
        sheet = shades.tiles(shades.shaded(maps, limit, below_zero), columns=1)
    else:
        column = shades.shaded(_strongest(output)[:, np.newaxis], limit, below_zero)
        # As wide as a column of maps would be.
        sheet = np.repeat(column, -(-len(column) // MAPS), axis=1)
    # The button around it names the layer and its shape.
    about = _("Values from {lowest:.2f} to {largest:.2f}").format(lowest=output.min(), largest=output.max())
    return {
        "pictureHtml": pixels(sheet, 1, alt=about),
        "title": title(layers, number),
        "shape": shape_in_words(layers[number].output_shape),
        "number": number,
    }
