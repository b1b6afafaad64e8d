"""A gallery: images with what they show and what they were taken for, each a button."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from cnn.data.datasets import Dataset
from cnn.i18n import _
from cnn.insight.metrics import Evaluation, Numbers
from pages.parts.widgets.component import component
from pages.parts.widgets.picture import pixels

A_PAGE = 30
PICKED = "one_mistake"
"""The key of the container in which a picked image is shown."""

_component = component(Path(__file__).with_suffix(".js"), '<ul class="gallery"></ul>')


def gallery(  # noqa: PLR0913, PLR0917 - what is shown of each image, and what a press does
    numbers: Numbers,
    evaluation: Evaluation,
    dataset: Dataset,
    picked: int | None,
    on_pick: Callable[[int], None],
    note: Callable[[int], str],
) -> None:
    """Show test images, at most one page of them.

    Args:
        numbers: int64 (n,), of the images, in order; one at least.
        evaluation: what they were taken for.
        dataset: theirs.
        picked: the image to mark.
        on_pick: is called with the number of the image that was pressed.
        note: a short line for an image's card, by its number; "" for none.
    """

    def pressed() -> None:
        on_pick(int(st.session_state["gallery_cards"].picked))

    with st.container(key="gallery"):
        _component(
            key="gallery_cards",
            data={
                "cards": [_card(number, evaluation, dataset, note(number)) for number in map(int, numbers)],
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


def _card(number: int, evaluation: Evaluation, dataset: Dataset, note: str) -> dict[str, Any]:
    about = in_words(number, evaluation, dataset)
    words = _("is <b>{truth}</b>, read <b>{read}</b><small>{sureness:.1%} sure</small>").format(
        truth=escape(named(dataset, evaluation.labels[number])),
        read=escape(named(dataset, evaluation.predictions[number])),
        sureness=float(evaluation.probabilities[number].max()),
    )
    return {
        "number": number,
        "about": about,
        "pictureHtml": pixels(dataset.x_test[number], 2, alt=about),
        "wordsHtml": f"{words}<small>{escape(note)}</small>" if note else words,
    }
