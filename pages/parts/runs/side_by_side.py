"""Several runs side by side: curves, accuracies with what chance allows, settings."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from cnn.i18n import _
from cnn.insight import figures
from cnn.models import comparison
from cnn.models.record import ModelRecord
from pages.parts.model.picker import data_title, in_markdown, shown_name
from pages.parts.server import visitor
from pages.parts.train import setting_words

_LONG = 40


def side_by_side(picked: list[ModelRecord]) -> None:
    """Compare the runs that were picked."""
    owner = visitor.owner()
    names = [shown_name(record, owner) for record in picked]
    with st.container(key="comparison"):
        _accuracies(picked, names)
        _curves(picked, names)
        _settings(picked, names)


def _accuracies(picked: list[ModelRecord], names: list[str]) -> None:
    st.header(_("Test accuracy, and what chance allows"))
    spans = [comparison.accuracy_interval(record.test_accuracy, record.test_images) for record in picked]
    rows = [
        (name, record.test_accuracy, low, high)
        for name, record, (low, high) in zip(names, picked, spans, strict=True)
    ]
    st.plotly_chart(
        figures.intervals(rows, title=_("Test accuracy")),
        key="accuracy_intervals",
        config={"displayModeBar": False},
        alt="; ".join(f"{name}: {share:.2%} ({low:.2%} – {high:.2%})" for name, share, low, high in rows),
    )
    st.caption(
        _(
            "The bars are 95% intervals: with other test images, as many as these, the accuracy would "
            "rarely lie outside."
        )
    )
    st.markdown(_verdict(picked, names))


def _verdict(picked: list[ModelRecord], names: list[str]) -> str:
    """Whether the best is better than the next by more than chance."""
    if len(set(map(comparison.data_of, picked))) > 1:
        return _("They were tested on different data, so their accuracies cannot be compared.")
    ranked = sorted(zip(picked, names, strict=True), key=lambda run: -run[0].test_accuracy)
    (best, best_name), (second, second_name) = ranked[:2]
    spans = [comparison.accuracy_interval(run.test_accuracy, run.test_images) for run in (best, second)]
    text = (
        _("{best} is ahead of {second}, but the intervals overlap: this may be chance.")
        if comparison.may_be_chance(*spans)
        else _("{best} is better than {second}; the intervals do not overlap.")
    )
    return text.format(best=in_markdown(best_name), second=in_markdown(second_name))


def _curves(picked: list[ModelRecord], names: list[str]) -> None:
    st.header(_("Validation, epoch by epoch"))
    curves = [
        (name, [(epoch.epoch, epoch.val_loss, epoch.val_accuracy) for epoch in record.history])
        for name, record in zip(names, picked, strict=True)
    ]
    st.plotly_chart(
        figures.overlaid(curves, names={"loss": _("Loss"), "accuracy": _("Accuracy"), "epoch": _("Epoch")}),
        key="runs_curves",
        config={"displayModeBar": False},
        alt="; ".join(
            _("{name}: validation accuracy {accuracy:.2%} after {epochs} epochs").format(
                name=name, accuracy=curve[-1][2], epochs=len(curve)
            )
            for name, curve in curves
            if curve
        ),
    )
    if without := [in_markdown(name) for name, curve in curves if not curve]:
        st.caption(_("Without a whole epoch there is no curve: {names}.").format(names=", ".join(without)))


def _settings(picked: list[ModelRecord], names: list[str]) -> None:
    st.header(_("Settings"))
    each = [comparison.settings_of(record) | {"dataset": data_title(record.data_name)} for record in picked]
    done = [len(record.history) for record in picked]
    if done != [values.get("epochs") for values in each]:
        # Some were stopped, or stopped early.
        each = [values | {"done": epochs} for values, epochs in zip(each, done, strict=True)]
    marked = comparison.differing(each)
    labels = setting_words.labels()
    fields = [name for name in labels if any(name in values for values in each)]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        f"<tr{' class=differs' if field in marked else ''}>"
        f'<th scope="row">{"≠ " if field in marked else ""}{escape(labels[field])}</th>'
        + "".join(_cell(values, field) for values in each)
        + "</tr>"
        for field in fields
    )
    st.html(
        f'<div class="wide"><table class="report settings"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
    st.caption(_("≠ marks what is not the same in all of them."))


def _cell(values: Mapping[str, comparison.Value], field: str) -> str:
    text = setting_words.of(field, values[field]) if field in values else "–"
    long = ' class="long"' if len(text) > _LONG else ""
    return f"<td{long}>{escape(text)}</td>"
