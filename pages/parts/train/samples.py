"""What a network is given to learn from: images, their range of values, and the label as it is compared."""

from html import escape

import numpy as np
import streamlit as st

from cnn.data import datasets
from cnn.data.datasets import Dataset
from cnn.i18n import _
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.gallery import named
from pages.parts.widgets.picture import pixels


@st.fragment
def samples(name: str) -> None:
    """Let the visitor open a look at a data set's training images, before anything is trained.

    Nothing is loaded while it is closed, and nothing is ever fetched for it.
    """
    shown = st.expander(_("What the network is given"), key="given", on_change="rerun")
    if not shown.open:
        return
    with shown, error_note():
        if datasets.find(name) is None:
            st.info(_("These images are not on this computer yet. The first training fetches them."))
            return
        dataset = datasets.load(name)
        turn = st.session_state.setdefault("given_turn", 0)
        chosen = _one_of_each(dataset, turn)
        st.html(_samples(dataset, chosen))
        st.button(_("Others"), icon=":material/shuffle:", key="given_others", on_click=_next)
        st.markdown(_pixels_in_words(dataset))
        st.markdown(_label_in_words(dataset, int(dataset.y_train[chosen[turn % len(chosen)]])))


def _next() -> None:
    st.session_state["given_turn"] += 1


def _one_of_each(dataset: Dataset, turn: int) -> list[int]:
    """The numbers of training images, one of each class that has any; other ones at each turn."""
    places = (np.flatnonzero(dataset.y_train == label) for label in range(dataset.classes))
    return [int(of_class[turn % len(of_class)]) for of_class in places if len(of_class)]


def _samples(dataset: Dataset, numbers: list[int]) -> str:
    figures = []
    for number in numbers:
        name = named(dataset, int(dataset.y_train[number]))
        alt = _("Training image {number}: {name}").format(number=number, name=name)
        picture = pixels(dataset.x_train[number], 2, alt=alt)
        figures.append(f"<figure>{picture}<figcaption>{escape(name)}</figcaption></figure>")
    return f'<div class="samples">{"".join(figures)}</div>'


def _pixels_in_words(dataset: Dataset) -> str:
    return _(
        "**The images:** {count:,} to train with, {shape} numbers each. Their pixels are bytes from {low} to "
        "{high}; the network gets each divided by 255, so from {least:g} to {most:g}."
    ).format(
        count=len(dataset.x_train),
        shape=" × ".join(map(str, dataset.image_shape)),
        low=dataset.x_train.min(),
        high=dataset.x_train.max(),
        least=dataset.x_train.min() / 255,
        most=dataset.x_train.max() / 255,
    )


def _label_in_words(dataset: Dataset, label: int) -> str:
    one_hot = " ".join(str(int(number == label)) for number in range(dataset.classes))
    return _(
        "**The label:** “{name}” is class {label}. The network compares its {classes} outputs with "
        "`{one_hot}`: one place for each class, a 1 at the right one (one-hot)."
    ).format(name=named(dataset, label), label=label, classes=dataset.classes, one_hot=one_hot)
