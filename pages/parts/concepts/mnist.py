"""What MNIST is: where it came from, its images and their mean, and the labels that one may doubt."""

import numpy as np
import streamlit as st

from cnn.data import datasets
from cnn.data.datasets import Dataset
from cnn.i18n import _
from cnn.insight import metrics, numpy_layers, shades
from cnn.insight.activations import Array
from cnn.jobs.evaluation_cache import evaluation_cache
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from pages.parts.concepts.section import in_the_network, look_for
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.gallery import in_words, named
from pages.parts.widgets.picture import pixels
from pages.parts.widgets.placeholders import on_request

SHOWN = 60
DOUBTFUL = 16


@st.fragment
def mnist() -> None:
    """The data set that most of this app has learned from."""
    st.markdown(
        _(
            "In the early 1990s, the American standards institute NIST collected digits written by employees "
            "of the Census Bureau and by high-school students. Yann LeCun, Corinna Cortes and Christopher "
            "Burges mixed the two into **MNIST**: 60,000 images to train on and 10,000 to test. Each digit "
            "was scaled to fit 20×20 pixels and centred by its mass in 28×28."
        )
    )
    look_for(
        _("the mean of a digit is sharp where all agree how it is written, and blurred where they do not.")
    )
    with error_note():
        dataset = datasets.load("mnist")
        st.markdown(
            _("Here: **{train:,}** training images and **{test:,}** test images.").format(
                train=len(dataset.x_train), test=len(dataset.x_test)
            )
        )
        _mean(dataset)
        _some(dataset)
        _doubtful(dataset)
    in_the_network("pages/mistakes.py", _("All that a network gets wrong, and its doubtful labels"))


@st.cache_resource(max_entries=2, show_spinner=False)
def _mean_images(_dataset: Dataset, sha256: str) -> Array:
    means = numpy_layers.mean_images(_dataset.x_train, _dataset.y_train, _dataset.classes)
    means.setflags(write=False)
    return means


def _mean(dataset: Dataset) -> None:
    st.header(_("The mean of each digit"))
    items = "".join(
        "<li>"
        + pixels(
            mean,
            3,
            alt=_("The mean of all training images labelled {name}").format(name=named(dataset, label)),
        )
        + f"{named(dataset, label)} · {int((dataset.y_train == label).sum()):,}</li>"
        for label, mean in enumerate(_mean_images(dataset, dataset.sha256))
    )
    with st.container(key="means"):
        st.html(f'<ul class="strip">{items}</ul>')
    st.caption(_("Below each: how many training images bear that label."))


def _some(dataset: Dataset) -> None:
    st.header(_("Some of its images"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            _("Label"),
            range(dataset.classes),
            format_func=lambda number: named(dataset, number),
            key="mnist_label",
            width=120,
            persist_state="session",
        )
        st.button(_("Others"), icon=":material/shuffle:", key="mnist_others", on_click=_others)
    seed = st.session_state.get("mnist_seed", 0)
    every = np.flatnonzero(dataset.y_train == label)
    chosen = np.random.default_rng(seed).choice(every, min(SHOWN, len(every)), replace=False)
    alt = _("{count} training images labelled {name}").format(count=len(chosen), name=named(dataset, label))
    with st.container(key="some_images"):
        st.html(pixels(shades.tiles(dataset.x_train[chosen], columns=15), 1.7, alt=alt))


def _others() -> None:
    st.session_state["mnist_seed"] = st.session_state.get("mnist_seed", 0) + 1


def _doubtful(dataset: Dataset) -> None:
    st.header(_("Labels that one may doubt"))
    st.markdown(
        _(
            "Not every label is beyond doubt. Look at the test images that the shipped model reads as "
            "something else than their label, the surest first. Sometimes the network errs; would you read "
            "them all as labelled?"
        )
    )
    model = model_store().record(SHIPPED)
    evaluation = on_request(
        "mnist_doubtful",
        dataset.sha256,
        _("Find them"),
        lambda: evaluation_cache().of(model, dataset),
        _("The network reads all {count:,} test images, once; this takes some seconds.").format(
            count=len(dataset.x_test)
        ),
    )
    if evaluation is None:
        return
    numbers = metrics.mistakes(evaluation)
    items = "".join(
        f"<li>{pixels(dataset.x_test[number], 3, alt=in_words(number, evaluation, dataset))}"
        + _("labelled {label}, read {read}").format(
            label=named(dataset, evaluation.labels[number]),
            read=named(dataset, evaluation.predictions[number]),
        )
        + "</li>"
        for number in map(int, numbers[:DOUBTFUL])
    )
    with st.container(key="doubtful"):
        st.html(f'<ul class="strip">{items}</ul>')
    st.caption(
        _("{shown} of {count} such images, the most surely read otherwise first.").format(
            shown=min(DOUBTFUL, len(numbers)), count=len(numbers)
        )
    )
