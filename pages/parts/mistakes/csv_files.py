"""An evaluation as CSV files."""

import streamlit as st

from cnn.i18n import _
from cnn.insight import metrics
from cnn.insight.metrics import Evaluation
from cnn.models.record import ModelRecord
from pages.parts.widgets.csv_text import csv_text


def csv_files(model: ModelRecord, evaluation: Evaluation, names: list[str]) -> None:
    """Buttons that give the mistakes, the matrix and the report; the files are written when asked for."""
    files = {
        "mistakes": (_("Mistakes as CSV"), lambda: mistakes_csv(evaluation, names)),
        "confusion": (_("Matrix as CSV"), lambda: confusion_csv(evaluation, names)),
        "report": (_("Report as CSV"), lambda: report_csv(evaluation, names)),
    }
    with st.container(horizontal=True):
        for name, (label, write) in files.items():
            st.download_button(
                label,
                write,
                f"{model.id}-{name}.csv",
                "text/csv",
                key=f"get_{name}",
                icon=":material/download:",
                on_click="ignore",
            )


def mistakes_csv(evaluation: Evaluation, names: list[str]) -> str:
    """Each mistake with its number, classes and probabilities, the most surely wrong first."""
    rows = (
        [
            int(number),
            names[evaluation.labels[number]],
            names[evaluation.predictions[number]],
            *(f"{value:.6f}" for value in evaluation.probabilities[number]),
        ]
        for number in metrics.mistakes(evaluation)
    )
    return csv_text([["image", "shows", "taken_for", *(f"probability_{name}" for name in names)]], rows)


def confusion_csv(evaluation: Evaluation, names: list[str]) -> str:
    """The matrix, what images show down and what they were taken for across."""
    rows = ([name, *map(int, row)] for name, row in zip(names, evaluation.confusion, strict=True))
    return csv_text([["shows", *names]], rows)


def report_csv(evaluation: Evaluation, names: list[str]) -> str:
    """Precision, recall, F1 and support of each class."""
    measures = zip(
        names, evaluation.precision, evaluation.recall, evaluation.f1, evaluation.support, strict=True
    )
    return csv_text([["class", "precision", "recall", "f1", "support"]], measures)
