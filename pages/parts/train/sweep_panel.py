"""A sweep: several values for some settings, all combinations trained, one table that fills."""

import hashlib
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnn.errors import CnnError
from cnn.i18n import _
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from cnn.models import comparison
from cnn.training import sweeps
from cnn.training.recipes import OPTIMIZERS, TrainConfig
from pages.parts.train import setting_words
from pages.parts.train.monitor import REFRESH_SECONDS, state_name, watch, watched

_NUMBERS = ("learning_rate", "batch_size", "epochs", "train_images", "seed")


def sweep_form(config: TrainConfig, owner: str) -> None:
    """Let the visitor give several values for some settings of a training, and train them all.

    Args:
        config: what they share.
        owner: whose trainings they become.
    """
    labels = setting_words.labels()
    with st.expander(_("A sweep: several values at once"), icon=":material/grid_on:"):
        st.caption(_("Write values with commas between them. What stays empty is as set above."))
        try:
            values: dict[str, Sequence[Any]] = {
                name: sweeps.numbers(
                    st.text_input(
                        labels[name],
                        key=f"sweep_{name}",
                        max_chars=200,
                        placeholder=_placeholder(config, name),
                    )
                )
                for name in _NUMBERS
            }
            # As above, 0 stands for all of them.
            values["train_images"] = [count or None for count in values["train_images"]]
            values["optimizer"] = st.multiselect(labels["optimizer"], OPTIMIZERS, key="sweep_optimizer")
            configs = sweeps.combinations(config, values, training_queue().room_for(owner))
        except CnnError as error:
            st.error(str(error))
            return
        few = len(configs) < 2
        text = _("Give a setting two values at least.") if few else _("Train all {count}")
        if st.button(text.format(count=len(configs)), key="sweep_start", disabled=few):
            try:
                watch(training_queue().sweep(owner, configs)[0])
            except CnnError as error:
                st.error(str(error))


def _placeholder(config: TrainConfig, name: str) -> str:
    value = getattr(config, name)
    return _("all") if value is None else f"{value:g}"


def sweep_table(name: str, mine: Sequence[Training]) -> None:
    """Show one of the visitor's sweeps; the table fills while its trainings run, and a row opens one.

    Args:
        name: the sweep's.
        mine: the visitor's trainings, one of which the page shows.
    """
    running = any(training.sweep == name and not training.ended for training in mine)
    st.fragment(_show, run_every=REFRESH_SECONDS if running else None)(name, mine[0].owner, watched())


def _show(name: str, owner: str, shown: str | None) -> None:
    members = [training for training in training_queue().of(owner) if training.sweep == name]
    if watched() != shown:
        # What the page shows of it stands outside this part.
        st.rerun()
    if not members:
        return
    with st.container(key="sweep_table"):
        _table(members)
        active = [training for training in members if not training.ended]
        if active:
            st.button(
                _("Stop all"),
                key="sweep_stop_all",
                icon=":material/stop_circle:",
                disabled=all(training.state in {"stopping", "scoring"} for training in active),
                on_click=_stop,
                args=(active,),
            )


def _table(members: list[Training]) -> None:
    ids = [training.id for training in members]
    # Rows are picked by their place: where the rows have changed, it is another table.
    key = "sweep_rows_" + hashlib.sha256(" ".join(ids).encode()).hexdigest()[:8]
    now = watched()
    if now in ids and _picked(key) != [ids.index(now)]:
        st.session_state[key] = {"selection": {"rows": [ids.index(now)]}}
    varied = sorted(
        comparison.differing([training.config.model_dump(exclude={"layers"}) for training in members])
    )
    number, labels = st.column_config.NumberColumn, setting_words.labels()
    st.dataframe(
        _columns(members, varied),
        hide_index=True,
        key=key,
        on_select=lambda: _open(members, _picked(key)),
        selection_mode="single-row-required",
        column_config={
            **{field: labels[field] for field in varied},
            "state": _("State"),
            "validation": number(_("Validation"), format="%.2f%%"),
            "test": number(_("Test"), format="%.2f%%"),
            "best": st.column_config.TextColumn(_("Best"), width=60),
            "seconds": number(_("Seconds"), format="%.0f"),
        },
        placeholder="–",
        alt=_("The trainings of this sweep with their results"),
    )
    st.caption(_("Pick a row, and its training stands below."))


def _picked(key: str) -> list[int]:
    """The places of the rows that are picked in a table."""
    return list(st.session_state.get(key, {}).get("selection", {}).get("rows", []))


def _open(members: list[Training], rows: list[int]) -> None:
    if rows:
        watch(members[rows[0]])


def _columns(members: list[Training], varied: list[str]) -> dict[str, list[object]]:
    records = [training.record for training in members]
    best = max((record.test_accuracy for record in records if record), default=None)
    return {
        **{
            field: [setting_words.of(field, getattr(training.config, field)) for training in members]
            for field in varied
        },
        "state": [state_name(training) for training in members],
        "validation": [
            100 * training.history[-1].val_accuracy if training.history else None for training in members
        ],
        "test": [record and 100 * record.test_accuracy for record in records],
        "best": ["★" if record and record.test_accuracy == best else "" for record in records],
        "seconds": [record and record.fit_seconds for record in records],
    }


def _stop(chosen: list[Training]) -> None:
    # From the end of the queue: what waits must not begin only to be stopped.
    for training in reversed(chosen):
        training_queue().stop(training)
