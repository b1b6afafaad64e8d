"""The room's models against their size and their time, with what the classic recipes' authors report."""

from collections import Counter
from html import escape

import streamlit as st

from cnn.data import datasets
from cnn.i18n import _, ngettext
from cnn.insight import figures
from cnn.insight.figures import Group
from cnn.models import comparison
from cnn.models.record import ModelRecord
from cnn.training.layers import layer_table
from cnn.training.recipes import RECIPES
from pages.parts.model.picker import data_title, shown_name

_RANKED = 30


def leaderboard(found: list[ModelRecord], owner: str) -> None:
    """Show the published models; the visitor's own are told apart."""
    st.header(_("Leaderboard"))
    public = [record for record in found if record.published or record.owner is None]
    # What the room publishes for comes first: without MNIST, that is what stands in for it.
    published = Counter(record.data_name for record in public if record.published)
    names = sorted(
        {record.data_name for record in public}, key=lambda name: (-published[name], name != "mnist", name)
    )
    if not names:
        st.info(_("Nobody has published a model yet. Pick a run of yours and publish it."))
        return
    data = (
        names[0]
        if len(names) == 1
        else st.segmented_control(
            _("Data"),
            names,
            default=names[0],
            required=True,
            format_func=data_title,
            key="leaderboard_data",
        )
    )
    of_that_name = [record for record in public if record.data_name == data]
    here = _comparable(of_that_name)
    with st.container(key="leaderboard"):
        _plane(here, data, owner)
        _ranking(here, owner)
    if left_out := len(of_that_name) - len(here):
        st.caption(
            ngettext(
                "{count} more model was tested on other data and is not ranked.",
                "{count} more models were tested on other data and are not ranked.",
                left_out,
            ).format(count=left_out)
        )


def _comparable(records: list[ModelRecord]) -> list[ModelRecord]:
    """Those that were tested on the data of the newest, which is that of now; the best first."""
    data = comparison.data_of(max(records, key=lambda record: record.created))
    same = (record for record in records if comparison.data_of(record) == data)
    return sorted(same, key=lambda record: -record.test_accuracy)


def _plane(here: list[ModelRecord], data: str, owner: str) -> None:
    against = {"parameters": _("Parameters"), "fit_seconds": _("Seconds of training")}
    field = st.segmented_control(
        _("Against"),
        list(against),
        default="parameters",
        required=True,
        format_func=against.__getitem__,
        key="leaderboard_against",
    )
    drawn = [
        _group(_("The room"), [record for record in here if record.owner != owner], field),
        _group(_("Mine"), [record for record in here if record.owner == owner], field),
        *([_published(data)] if field == "parameters" else []),
    ]
    points = (point for group in drawn for point in zip(group.labels, group.y, strict=True))
    st.plotly_chart(
        figures.plane(drawn, x_title=against[field], y_title=_("Test accuracy")),
        key="leaderboard_plane",
        config={"displayModeBar": False},
        alt="; ".join(f"{label}: {share:.2%}" for label, share in points),
    )


def _ranking(here: list[ModelRecord], owner: str) -> None:
    heads = [_("Place"), _("Name"), _("Test accuracy"), _("Parameters"), _("Seconds")]
    rows = "".join(_place(place, record, owner) for place, record in enumerate(here[:_RANKED], start=1))
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    st.html(
        f'<div class="wide"><table class="report ranking"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _place(place: int, record: ModelRecord, owner: str) -> str:
    name, kind = escape(shown_name(record, None)), ""
    if record.owner == owner:
        # In words too: a background colour tells a blind reader nothing.
        name, kind = f"{name} <small>({escape(_('mine'))})</small>", " class=mine"
    return (
        f"<tr{kind}><td>{place}</td><th scope=row>{name}</th><td>{record.test_accuracy:.2%}</td>"
        f"<td>{record.parameters:,}</td><td>{record.fit_seconds:,.0f}</td></tr>"
    )


def _group(name: str, records: list[ModelRecord], field: str) -> Group:
    return Group(
        name,
        [shown_name(record, None) for record in records],
        # The axis is logarithmic: nothing takes no time at all.
        [max(float(getattr(record, field)), 1.0) for record in records],
        [record.test_accuracy for record in records],
    )


def _published(data: str) -> Group:
    """The classic recipes at the middle of what their authors report."""
    known = [recipe for recipe in RECIPES.values() if recipe.published and recipe.config.dataset == data]
    shape, classes = datasets.shape_of(data), datasets.classes_of(data)
    sizes = [
        sum(row.parameters for row in layer_table(recipe.config.layers, shape, classes)) for recipe in known
    ]
    middles = [sum(recipe.published or ()) / 2 for recipe in known]
    return Group(_("In the literature"), [recipe.name for recipe in known], sizes, middles)
