"""The table of runs: one row for each training that left a model, and for each that has not yet."""

import hashlib
from typing import Any

import streamlit as st

from cnn.i18n import _
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from cnn.models import comparison
from cnn.models.record import ModelRecord
from cnn.models.shipped_model import SHIPPED
from cnn.training.recipes import TrainConfig
from pages.parts.model.picker import data_title, shown_name
from pages.parts.train.monitor import state_name

_PICKED = "runs_picked"


def run_table(found: list[ModelRecord], owner: str) -> list[ModelRecord]:
    """Show the runs; the table sorts by its heads and searches by itself.

    Returns:
        the runs that the visitor has picked.
    """
    _show_unfinished(owner, _unfinished(owner))
    picked = _picked_before(found)
    shown = _filtered(found, owner)
    if not shown:
        st.info(_("There is no run here yet. Train a network, and it appears."))
        st.page_link("pages/train.py", label=_("Train a network"), icon=":material/arrow_forward:")
        return []
    ids = [record.id for record in shown]
    table = st.dataframe(
        _columns(shown, owner),
        hide_index=True,
        # Rows are picked by their place: where the rows have changed, it is another table.
        key="runs_table_" + hashlib.sha256(" ".join(ids).encode()).hexdigest()[:8],
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(name) for name in picked if name in ids]}},
        column_config=_formats(),
        alt=_("The runs with their settings and results"),
    )
    rows = table["selection"]["rows"]
    chosen = [shown[row] for row in rows]
    st.session_state[_PICKED] = [record.id for record in chosen]
    if not chosen:
        st.caption(_("Pick one run to publish it, or several to compare them."))
    return chosen


def _picked_before(found: list[ModelRecord]) -> list[str]:
    """The runs that the visitor has picked; where one of them has gone meanwhile, that is said."""
    picked = st.session_state.get(_PICKED, [])
    there = [record.id for record in found if record.id in picked]
    if len(there) < len(picked):
        st.info(_("A run that you had picked is gone: it has been deleted, or its owner has withdrawn it."))
        st.session_state[_PICKED] = there
    return there


def _filtered(found: list[ModelRecord], owner: str) -> list[ModelRecord]:
    whose = {"all": _("All"), "mine": _("Mine"), "room": _("The room's")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            _("Whose"), list(whose), default="all", required=True, format_func=whose.__getitem__, key="whose"
        )
        datasets = sorted({record.data_name for record in found})
        wanted = st.multiselect(
            _("Data"), datasets, format_func=data_title, key="runs_data", placeholder=_("All data sets")
        )
    return [
        record
        for record in found
        if (chosen == "all" or (record.owner == owner) == (chosen == "mine"))
        and (not wanted or record.data_name in wanted)
    ]


def _columns(shown: list[ModelRecord], owner: str) -> dict[str, list[object]]:
    configs = [record.config for record in shown]
    return {
        "name": [shown_name(record, owner) for record in shown],
        "whose": [_whose(record, owner) for record in shown],
        "data": [data_title(record.data_name) for record in shown],
        "recipe": [record.recipe for record in shown],
        "accuracy": [100 * record.test_accuracy for record in shown],
        "loss": [record.test_loss for record in shown],
        "parameters": [record.parameters for record in shown],
        "seconds": [record.fit_seconds for record in shown],
        "epochs": [len(record.history) for record in shown],
        "batch": [config and config.batch_size for config in configs],
        "optimizer": [config and config.optimizer for config in configs],
        "rate": [config and config.learning_rate for config in configs],
        "validation": [config and _validation(config) for config in configs],
        "network": [config and comparison.network_of(config) for config in configs],
        "when": [record.created for record in shown],
    }


def _whose(record: ModelRecord, owner: str) -> str:
    if record.owner == owner:
        return _("mine, published") if record.published else _("mine")
    return _("came with the app") if record.id == SHIPPED else _("the room's")


def _validation(config: TrainConfig) -> str:
    return _("test images") if config.validation == "test" else f"{config.validation:.0%}"


def _formats() -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    # Widths in pixels: a table that fits its columns itself cuts off the words in them.
    return {
        "name": text(_("Name"), pinned=True, width=150),
        "whose": text(_("Whose"), width=145),
        "data": text(_("Data"), width=110),
        "recipe": text(_("Recipe"), width=150),
        "network": text(_("Network"), width=300),
        "accuracy": number(_("Test accuracy"), format="%.2f%%"),
        "loss": number(_("Test loss"), format="%.4f"),
        "parameters": number(_("Parameters"), format="localized"),
        "seconds": number(_("Seconds"), format="%.0f"),
        "epochs": number(_("Epochs")),
        "batch": number(_("Batch size")),
        "optimizer": _("Optimizer"),
        "rate": number(_("Learning rate"), format="%g"),
        "validation": _("Validated on"),
        "when": st.column_config.DatetimeColumn(_("When"), format="distance"),
    }


def _unfinished(owner: str) -> list[Training]:
    """The visitor's trainings that have left no model: those under way, and those that failed."""
    return [training for training in training_queue().of(owner) if training.record is None]


@st.fragment(run_every=2)
def _show_unfinished(owner: str, before: list[Training]) -> None:
    """Show them as they stand; what has left a model since `before` belongs into the table."""
    unfinished = _unfinished(owner)
    if {training.id for training in unfinished} != {training.id for training in before}:
        st.rerun()
    if not unfinished:
        return
    with st.container(key="unfinished"):
        for training in unfinished:
            st.caption(_told(training))


def _told(training: Training) -> str:
    text = f"{training.config.recipe}: {state_name(training)}"
    if training.progress is not None and not training.ended:
        epoch = _("epoch {epoch} of {epochs}")
        text += ", " + epoch.format(epoch=training.progress.epoch, epochs=training.progress.epochs)
    return text + (f". {training.error}" if training.error else "")
