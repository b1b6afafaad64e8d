"""Precision, recall, F1 and support of each class, as a table whose cells are bars."""

from html import escape

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight.metrics import Evaluation


def class_report(evaluation: Evaluation, names: list[str]) -> None:
    """Show the table; the bars begin at a share that the caption names."""
    measures = [evaluation.precision, evaluation.recall, evaluation.f1]
    lowest = _floor(np.concatenate(measures))
    heads = [_("Class"), _("Precision"), _("Recall"), _("F1"), _("Images")]
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(_bar(float(measure[label]), lowest) for measure in measures)
        + f"<td>{evaluation.support[label]:,}</td></tr>"
        for label, name in enumerate(names)
    )
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    with st.container(key="report"):
        st.html(
            f'<table class="report"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
            width="stretch",
        )
        st.caption(
            _(
                "Precision: how many of those read as this class are of it. Recall: how many of this class "
                "were read as it. F1: their harmonic mean. The bars begin at {lowest:.0%}."
            ).format(lowest=lowest)
        )


def _floor(shares: np.ndarray) -> float:
    """The step of five per cent below all shares, at most 95 %."""
    return min(0.95, float(np.floor(shares.min() * 20) / 20))


def _bar(share: float, lowest: float) -> str:
    width = 100 * (share - lowest) / (1 - lowest)
    return f'<td class="bar"><span style="width:{width:.1f}%"></span>{share:.2%}</td>'
