"""What a network gets wrong: how much, which for which, and each image."""

import streamlit as st

from cnn.i18n import _
from cnn.jobs import inspections
from cnn.jobs.evaluation_cache import evaluation_cache
from cnn.models.record import ModelRecord
from pages.parts.mistakes.class_report import class_report
from pages.parts.mistakes.csv_files import csv_files
from pages.parts.mistakes.disagreements import disagreements
from pages.parts.mistakes.explorer import explore
from pages.parts.model.picker import picker
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.gallery import named
from pages.parts.widgets.look_inside import look_inside_style
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
    explore(model, dataset, evaluation)
    with st.expander(_("Precision and recall, class by class"), icon=":material/table_chart:"):
        class_report(evaluation, names)
    with st.expander(_("Compare with another model"), icon=":material/compare:"):
        disagreements(model, dataset, evaluation)
    csv_files(model, evaluation, names)


look_inside_style()
st.title(_("What it gets wrong"))
if record := picker():
    with error_note():
        mistakes(record)
