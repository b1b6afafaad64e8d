"""Going through a model's mistakes: the matrix and the gallery that it filters, and one image picked."""

import secrets
from collections.abc import Callable
from html import escape
from typing import Literal

import streamlit as st

from cnn.data.datasets import Dataset
from cnn.i18n import _, ngettext
from cnn.insight import metrics
from cnn.insight.metrics import Evaluation, Numbers, Order
from cnn.jobs import inspections
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from pages.parts.mistakes.confusion import Cell, confusion
from pages.parts.model.probabilities import probability_bars
from pages.parts.server.navigation import lead_to
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.gallery import A_PAGE, PICKED, gallery, in_words, named
from pages.parts.widgets.paging import Paging
from pages.parts.widgets.picture import pixels
from pages.parts.widgets.placeholders import on_request

Choice = Order | Literal["doubtful"]
"""Which images, and the order they come in."""

ANY = -1
"""In the place of a class: whichever it is."""

ALIKE = 8
RANDOM = 16

_TRUTH, _READ, _ORDER, _PAGE, _IMAGE, _SEED, _MODEL = (
    f"mistakes_{name}" for name in ("truth", "read", "order", "page", "image", "seed", "model")
)


_FOUND = "mistakes_found"


@st.fragment
def explore(model: ModelRecord, dataset: Dataset, evaluation: Evaluation) -> None:
    """The confusion matrix beside the gallery; below, the image that is picked."""
    if st.session_state.get(_MODEL) != model.id:
        # Another model has other mistakes: its gallery begins with the first of them.
        _close()
        _first_page()
        st.session_state[_MODEL] = model.id
    names = [named(dataset, label) for label in range(dataset.classes)]
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        confusion(evaluation.confusion, names, _cell(), _pick_cell, _FOUND)
    with right, st.container(key=_FOUND):
        numbers = _filtered(evaluation, names)
        _gallery(numbers, dataset, evaluation, names)
    image = st.session_state.get(_IMAGE)
    if image is not None and image < len(evaluation.labels):
        with st.container(border=True, key=PICKED), error_note():
            _one(image, model, dataset, evaluation, names)


def _cell() -> Cell | None:
    truth, read = st.session_state.get(_TRUTH, ANY), st.session_state.get(_READ, ANY)
    return None if ANY in {truth, read} else (truth, read)


def _pick_cell(cell: Cell | None) -> None:
    st.session_state[_TRUTH], st.session_state[_READ] = cell or (ANY, ANY)
    _first_page()


def _first_page() -> None:
    st.session_state.pop(_PAGE, None)


def _filtered(evaluation: Evaluation, names: list[str]) -> Numbers:
    """The widgets that choose images, and the images they choose."""
    classes = [ANY, *range(len(names))]
    cell = _cell()
    read_right = cell is not None and cell[0] == cell[1]
    orders: dict[Choice, str] = {
        "surest": _("Most sure") if read_right else _("Most surely wrong"),
        "least_sure": _("Least sure"),
        "number": _("By number"),
        "random": _("Random {count}").format(count=RANDOM),
        "doubtful": _("Doubtful labels"),
    }

    def label(number: int) -> str:
        return _("any") if number == ANY else names[number]

    with st.container(horizontal=True, vertical_alignment="bottom"):
        truth = st.selectbox(
            _("Shows"), classes, format_func=label, key=_TRUTH, on_change=_first_page, width=110
        )
        read = st.selectbox(
            _("Taken for"), classes, format_func=label, key=_READ, on_change=_first_page, width=110
        )
        order = st.selectbox(
            _("Order"),
            list(orders),
            format_func=orders.__getitem__,
            key=_ORDER,
            on_change=_first_page,
            width=200,
        )
        if order == "random":
            st.button(_("Others"), icon=":material/shuffle:", key="mistakes_shuffle", on_click=_reshuffle)
    numbers = _chosen(evaluation, order, truth, read)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_told(numbers, order, read_right=read_right))
        if truth != ANY or read != ANY:
            st.button(
                _("All mistakes"),
                icon=":material/filter_alt_off:",
                key="mistakes_all",
                on_click=_pick_cell,
                args=(None,),
            )
    return numbers[:RANDOM] if order == "random" else numbers


def _chosen(evaluation: Evaluation, order: Choice, truth: int, read: int) -> Numbers:
    if order == "doubtful":
        numbers = metrics.doubtful(evaluation)
        if truth != ANY:
            numbers = numbers[evaluation.labels[numbers] == truth]
        if read != ANY:
            numbers = numbers[evaluation.predictions[numbers] == read]
        return numbers
    seed = _seed()
    if truth == read != ANY:
        return metrics.cell(evaluation, truth, read, order, seed=seed)
    truth_asked, read_asked = (None if label == ANY else label for label in (truth, read))
    return metrics.mistakes(evaluation, order, truth=truth_asked, predicted=read_asked, seed=seed)


def _seed() -> int:
    """What shuffles the images until others are asked for; each session begins with its own."""
    return int(st.session_state.setdefault(_SEED, secrets.randbits(32)))


def _reshuffle() -> None:
    st.session_state[_SEED] = secrets.randbits(32)
    _first_page()


def _told(numbers: Numbers, order: Choice, *, read_right: bool) -> str:
    count = len(numbers)
    if order == "doubtful":
        return _(
            "{count:,} images whose label may itself be wrong: the network gives it less than {share:.0%}. "
            "The least likely label comes first. The better the network, the better the hint."
        ).format(count=count, share=metrics.DOUBT)
    if order == "random" and count > RANDOM:
        return _("{shown} of {count:,} images").format(shown=RANDOM, count=count)
    if read_right:
        return ngettext("{count:,} image read right", "{count:,} images read right", count).format(
            count=count
        )
    return ngettext("{count:,} image", "{count:,} images", count).format(count=count)


def _gallery(numbers: Numbers, dataset: Dataset, evaluation: Evaluation, names: list[str]) -> None:
    if not len(numbers):
        with st.container(key="gallery"):
            st.info(_nothing(st.session_state[_ORDER], names))
        return
    paging = Paging(_PAGE, len(numbers), A_PAGE)
    shown = numbers[paging.shown()]
    gallery(shown, evaluation, dataset, st.session_state.get(_IMAGE), _pick_image, _note(evaluation))
    paging.pager()


def _nothing(order: Choice, names: list[str]) -> str:
    cell = _cell()
    if cell is None or order == "doubtful":
        return _("There is no such image.")
    return _("No {truth} was taken for {read}.").format(truth=names[cell[0]], read=names[cell[1]])


def _note(evaluation: Evaluation) -> Callable[[int], str]:
    """What stands on each card beside what it shows: that by which the images are ordered."""
    order: Choice = st.session_state[_ORDER]
    if order == "number":
        return lambda number: _("No. {number}").format(number=number)
    if order == "doubtful":
        return lambda number: _("label {share:.1%}").format(
            share=float(evaluation.probabilities[number, evaluation.labels[number]])
        )
    return lambda number: ""


def _pick_image(number: int) -> None:
    st.session_state[_IMAGE] = number


def _close() -> None:
    st.session_state.pop(_IMAGE, None)


def _one(number: int, model: ModelRecord, dataset: Dataset, evaluation: Evaluation, names: list[str]) -> None:
    about = in_words(number, evaluation, dataset)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{about}**", width="content")
        st.button(_("Close"), icon=":material/close:", key="mistakes_close", type="tertiary", on_click=_close)
    seen, probabilities, alike = st.columns([0.8, 1, 1.4], gap="medium")
    with seen:
        st.html(pixels(dataset.x_test[number], 7, alt=about))
        if st.button(_("Look inside"), key="mistakes_look_inside", icon=":material/layers:", type="primary"):
            st.session_state["looked_at"] = {"kind": "test", "index": number}
            lead_to("feature_maps")
    with probabilities:
        probability_bars(evaluation.probabilities[number], names)
    with alike:
        _alike(number, model, dataset)


def _alike(number: int, model: ModelRecord, dataset: Dataset) -> None:
    st.markdown(_("**What it resembles**"))
    st.caption(
        _(
            "The training images that the network sees most alike, in its last hidden layer, often tell why. "
            "The first search of a model reads all training images."
        )
    )
    folder = model_store().folder_of(model.id)
    result = on_request(
        "mistakes_alike",
        (*folder.stamped(), number),
        _("Find them"),
        lambda: workers().begin(inspections.nearest, folder, dataset.x_test[number], ALIKE),
        _("The network reads all {count:,} training images, once; this takes a minute or so.").format(
            count=len(dataset.x_train)
        ),
    )
    if result is None:
        return
    found, _distances = result
    items = "".join(_training_image(int(image), dataset) for image in found)
    st.html(f'<ul class="strip">{items}</ul>')
    st.caption(_("The nearest first."))


def _training_image(number: int, dataset: Dataset) -> str:
    name = named(dataset, dataset.y_train[number])
    alt = _("Training image {number}, labelled {name}").format(number=number, name=name)
    return f"<li>{pixels(dataset.x_train[number], 2, alt=alt)}{escape(name)}</li>"
