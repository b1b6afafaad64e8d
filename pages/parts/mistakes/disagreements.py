"""Two models side by side: what one gets right and the other wrong."""

import numpy as np
import streamlit as st

from cnn.data.datasets import Dataset
from cnn.i18n import _
from cnn.insight import metrics
from cnn.insight.metrics import Evaluation
from cnn.jobs.evaluation_cache import evaluation_cache
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from pages.parts.model.picker import in_markdown, shown_name
from pages.parts.server import visitor
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.gallery import in_words, named
from pages.parts.widgets.picture import pixels
from pages.parts.widgets.placeholders import wait

SHOWN = 24


@st.fragment
def disagreements(model: ModelRecord, dataset: Dataset, evaluation: Evaluation) -> None:
    """Let the visitor pick a second model of the same images, and show where the two differ."""
    # In here: what leaves a fragment as an error ends the whole page's run.
    with error_note():
        _compare(model, dataset, evaluation)


def _compare(model: ModelRecord, dataset: Dataset, evaluation: Evaluation) -> None:
    others = {
        other.id: other
        for other in model_store().usable(visitor.owner())
        if other.id != model.id and other.data_name == model.data_name
    }
    if not others:
        st.info(_("There is no other model of these images yet. Train one, then compare."))
        return
    other = st.selectbox(
        _("The other model"),
        list(others),
        index=None,
        placeholder=_("Choose a model"),
        format_func=lambda model_id: _("{name} · {accuracy:.2%}").format(
            name=shown_name(others[model_id], visitor.owner()), accuracy=others[model_id].test_accuracy
        ),
        key="mistakes_other",
    )
    if other is None:
        return
    future = evaluation_cache().of(others[other], dataset)
    if not future.done():
        wait(future, _("The other network reads the test images."))
        return
    second = future.result()
    both = int(((evaluation.predictions != evaluation.labels) & (second.predictions != second.labels)).sum())
    st.markdown(_("Both wrong on **{count:,}** images.").format(count=both))
    ours, theirs = st.columns(2, gap="large")
    with ours:
        only = metrics.only_first_right(evaluation, second)
        st.markdown(_only_right(model, len(only)))
        _strip(only, second, dataset)
    with theirs:
        only = metrics.only_first_right(second, evaluation)
        st.markdown(_only_right(others[other], len(only)))
        _strip(only, evaluation, dataset)
    st.caption(_("What each image shows → what the one that errs took it for."))


def _only_right(model: ModelRecord, count: int) -> str:
    name = in_markdown(shown_name(model, visitor.owner()))
    return _("Only “{name}” is right: **{count:,}**").format(name=name, count=count)


def _strip(numbers: np.ndarray, wrong: Evaluation, dataset: Dataset) -> None:
    """Some of the images, with what the model that errs took them for."""
    items = []
    for number in map(int, numbers[:SHOWN]):
        picture = pixels(dataset.x_test[number], 2, alt=in_words(number, wrong, dataset))
        truth, read = (named(dataset, label[number]) for label in (wrong.labels, wrong.predictions))
        items.append(f"<li>{picture}{truth} → {read}</li>")
    st.html(f'<ul class="strip">{"".join(items)}</ul>')
    if len(numbers) > SHOWN:
        st.caption(_("The first {count} of them.").format(count=SHOWN))
