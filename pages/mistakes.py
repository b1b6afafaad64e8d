"""What a network gets wrong: how much, which for which, and each image."""

from pathlib import Path

import streamlit as st

from cnn.i18n import _
from cnn.jobs import inspections
from cnn.jobs.evaluation_cache import evaluation_cache
from cnn.models.record import ModelRecord
from pages.parts.mistakes.class_report import report
from pages.parts.mistakes.csv_files import downloads
from pages.parts.mistakes.disagreements import compare
from pages.parts.mistakes.explorer import browse
from pages.parts.model.picker import picker
from pages.parts.widgets.error_note import told
from pages.parts.widgets.gallery import named
from pages.parts.widgets.placeholders import wait


def mistakes(model: ModelRecord) -> None:
    """All about one model's mistakes, or a word on waiting while they are counted."""
    dataset = inspections.dataset_of(model)
    future = evaluation_cache().of(model, dataset)
    if not future.done():
        wait(
            future,
            _("The network reads all {count:,} test images, once; this takes some seconds.").format(
                count=len(dataset.x_test)
            ),
            height=480,
        )
        return
    evaluation = future.result()
    names = [named(dataset, label) for label in range(dataset.classes)]
    wrong = int((evaluation.predictions != evaluation.labels).sum())
    st.markdown(
        _(
            "**{wrong:,} of {count:,}** test images wrong · accuracy **{accuracy:.2%}** · loss **{loss:.4f}**"
        ).format(
            wrong=wrong,
            count=len(evaluation.labels),
            accuracy=evaluation.accuracy,
            loss=evaluation.loss,
        )
    )
    browse(model, dataset, evaluation)
    with st.expander(_("Precision and recall, class by class"), icon=":material/table_chart:"):
        report(evaluation, names)
    with st.expander(_("Compare with another model"), icon=":material/compare:"):
        compare(model, dataset, evaluation)
    downloads(model, evaluation, names)


st.html(Path(__file__).parent / "parts" / "frame" / "look_inside.css")
st.title(_("What it gets wrong"))
if record := picker():
    with told():
        mistakes(record)
