"""One filter: its weights, what it answers on an image, and which images excite it most."""

from html import escape
from itertools import repeat

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades
from cnn.insight.activations import LayerFacts, receptive_field
from cnn.jobs import inspections
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from pages.parts.inside.filter_grid import Choice
from pages.parts.inside.image_choice import Picture
from pages.parts.inside.questions import forward_pass_of, slices_of, weights_of
from pages.parts.widgets.gallery import named
from pages.parts.widgets.legend import legend
from pages.parts.widgets.numerals import written
from pages.parts.widgets.picture import pixels
from pages.parts.widgets.placeholders import on_request

KEY = "one_filter"
"""Of the container in which a filter is shown."""

EXCITING = 12
LONGEST_SIDE = 7
"""Of a kernel whose weights are written out."""


def weights(model: ModelRecord, choice: Choice, number: int, limit: float) -> None:
    """A filter's weights as a table on their colours, and its bias.

    Args:
        model: whose filter it is.
        choice: the layer, and how it is shown.
        number: the filter.
        limit: the weight that the colours go to, one for all filters of the grid.

    Raises:
        CnnError: they cannot be had.
    """
    kernel = slices_of(model, choice.layer, choice.incoming)[:, :, :, number]
    _kernel, bias = weights_of(model, choice.layer, number)
    if len(kernel) <= LONGEST_SIDE:
        names = [_("Red"), _("Green"), _("Blue")] if choice.incoming is None else [_("Weights")]
        tables = map(_table, names, np.moveaxis(kernel, 2, 0), repeat(limit or 1.0))
        st.html(f'<div class="strip">{"".join(tables)}</div>')
    meaning = (
        _("Blue weights want light, orange ones want dark.")
        if choice.first
        else _("Blue weights are above zero, orange ones below.")
    )
    st.caption(_("Bias {bias}.").format(bias=written(float(bias[0]), ".4f")) + " " + meaning)


def _table(name: str, kernel: np.ndarray, limit: float) -> str:
    """The weights for one map of the input, on colours that go to `limit`."""
    colours = shades.diverging(kernel / limit)
    rows = "".join(
        f"<tr>{''.join(map(_cell, values, row))}</tr>" for values, row in zip(kernel, colours, strict=True)
    )
    return f'<table class="weights-table"><caption>{escape(name)}</caption>{rows}</table>'


def _cell(value: float, colour: np.ndarray) -> str:
    r, g, b = colour
    return f'<td style="background:rgb({r} {g} {b});color:{shades.ink(colour)}">{written(value, ".3f")}</td>'


def answer_to(model: ModelRecord, picture: Picture, layer: int, number: int) -> None:
    """An image and the map that a filter makes of it.

    Raises:
        CnnError: no process answered, or the image has another shape than the network takes.
    """
    maps = forward_pass_of(model, picture.image).layers[layer].output
    limit, below_zero = float(np.abs(maps).max()), bool(maps.min() < 0)
    answer = maps[..., number]
    about = _("What filter {number} answers: from {low:.2f} to {high:.2f}").format(
        number=number, low=float(answer.min()), high=float(answer.max())
    )
    with st.container(key="filter_answer"):
        st.html(
            f'<div class="strip">{pixels(picture.image, 5, alt=picture.about)}'
            f"{pixels(shades.shaded(answer, limit, below_zero), 140 / len(answer), alt=about)}</div>"
        )
    legend(limit, below_zero)
    st.caption(f"{picture.about} {about}. " + _("The scale is one for all filters of the layer."))


def excited_by(model: ModelRecord, layers: tuple[LayerFacts, ...], layer: int, number: int) -> None:
    """On request, the test images on which a filter's largest answer is the largest, each where it is.

    Raises:
        CnnError: the images cannot be had, or the search failed.
    """
    st.markdown(_("**The test images that excite it most**"))
    folder = model_store().folder_of(model.id)
    found = on_request(
        "filter_excited",
        (*folder.stamped(), layer, number),
        _("Find the images"),
        lambda: workers().begin(inspections.strongest, folder, layers[layer].name, number, EXCITING),
        _("The network reads the test images."),
    )
    if found is None:
        return
    dataset = inspections.dataset_of(model)
    items = []
    for image, value, place in zip(found.images, found.values, found.pixels, strict=True):
        name = named(dataset, dataset.y_test[image])
        alt = _("Test image {number}, {name}, answer {value:.2f}").format(
            number=image, name=name, value=float(value)
        )
        field = receptive_field(layers, layer, (int(place[0]), int(place[1]), number))
        items.append(
            f'<li><span class="framed">{pixels(dataset.x_test[image], 2, alt=alt)}'
            f"{_frame(field, dataset.image_shape)}</span>{escape(name)} · {value:.2f}</li>"
        )
    with st.container(key="filter_excited_images"):
        st.html(f'<ul class="strip">{"".join(items)}</ul>')
    st.caption(_("What each shows, and the filter's largest answer; framed: what that depends on."))


def _frame(field: tuple[int, int, int, int], shape: tuple[int, int, int]) -> str:
    top, left, bottom, right = field
    height, width, _channels = shape
    return (
        f'<i style="top:{100 * top / height:.1f}%;left:{100 * left / width:.1f}%;'
        f'height:{100 * (bottom - top) / height:.1f}%;width:{100 * (right - left) / width:.1f}%"></i>'
    )
