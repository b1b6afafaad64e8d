"""A gallery: images with what they show and what they were taken for, each a button."""

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from cnn.datasets import Dataset
from cnn.evaluated import Evaluation, Numbers
from cnn.i18n import _
from pages.parts.component import component
from pages.parts.picture import pixels

A_PAGE = 30
PICKED = "one_mistake"
"""The key of the container in which a picked image is shown."""

_component = component("gallery", '<ul class="gallery"></ul>')


def gallery(
    numbers: Numbers,
    evaluation: Evaluation,
    dataset: Dataset,
    picked: int | None,
    on_pick: Callable[[int], None],
) -> None:
    """Show test images, at most one page of them.

    Args:
        numbers: int64 (n,), of the images, in order.
        evaluation: what they were taken for.
        dataset: theirs.
        picked: the image to mark.
        on_pick: is called with the number of the image that was pressed.
    """

    def pressed() -> None:
        on_pick(int(st.session_state["gallery_cards"].picked))

    with st.container(key="gallery"):
        if not len(numbers):
            st.info(_("There is no such image."))
            return
        _component(
            key="gallery_cards",
            data={
                "cards": [_card(int(number), evaluation, dataset) for number in numbers],
                "picked": picked,
                "label": _("Images"),
                "shown": f".st-key-{PICKED}",
            },
            on_picked_change=pressed,
        )


def named(dataset: Dataset, label: int) -> str:
    """What a class is called, in the reader's language."""
    return _(dataset.class_names[label])


def in_words(number: int, evaluation: Evaluation, dataset: Dataset) -> str:
    """One image in a sentence."""
    return _("Test image {number} shows {truth} and was taken for {read}, {sureness:.1%} sure.").format(
        number=number,
        truth=named(dataset, evaluation.labels[number]),
        read=named(dataset, evaluation.predictions[number]),
        sureness=float(evaluation.probabilities[number].max()),
    )


def _card(number: int, evaluation: Evaluation, dataset: Dataset) -> dict[str, Any]:
    about = in_words(number, evaluation, dataset)
    words = _("is <b>{truth}</b>, read <b>{read}</b><small>{sureness:.1%} sure</small>").format(
        truth=escape(named(dataset, evaluation.labels[number])),
        read=escape(named(dataset, evaluation.predictions[number])),
        sureness=float(evaluation.probabilities[number].max()),
    )
    return {
        "number": number,
        "about": escape(about, quote=True),
        "picture": pixels(dataset.x_test[number], 2, alt=about),
        "words": words,
    }
