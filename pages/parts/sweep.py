"""A sweep: several values for some settings, all combinations trained, one table that fills."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from cnn import runs, sweeps
from cnn.errors import CnnError
from cnn.i18n import _
from cnn.recipes import TrainConfig
from cnn.trainings import Training, trainings
from pages.parts.monitor import REFRESH_SECONDS, state_name, watch
from pages.parts.run_comparison import setting_labels

_OPTIMIZERS = ("adam", "rmsprop", "adadelta", "sgd")
_NUMBERS = ("learning_rate", "batch_size", "epochs", "train_images", "seed")


def sweep_form(config: TrainConfig, owner: str) -> None:
    """Let the visitor give several values for some settings of a training, and train them all.

    Args:
        config: what they share.
        owner: whose trainings they become.
    """
    labels = setting_labels()
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
            values["optimizer"] = st.multiselect(labels["optimizer"], _OPTIMIZERS, key="sweep_optimizer")
            configs = sweeps.combinations(config, values, trainings().room_for(owner))
        except CnnError as error:
            st.error(str(error))
            return
        few = len(configs) < 2
        text = _("Give a setting two values at least.") if few else _("Train all {count}")
        if st.button(text.format(count=len(configs)), key="sweep_start", disabled=few):
            try:
                watch(trainings().sweep(owner, configs)[0])
            except CnnError as error:
                st.error(str(error))


def _placeholder(config: TrainConfig, name: str) -> str:
    value = getattr(config, name)
    return _("all") if value is None else f"{value:g}"


def sweep_table(name: str, mine: Sequence[Training]) -> None:
    """Show one of the visitor's sweeps; the table fills while its trainings run."""
    running = any(training.sweep == name and not training.ended for training in mine)
    st.fragment(_show, run_every=REFRESH_SECONDS if running else None)(name, mine[0].owner)


def _show(name: str, owner: str) -> None:
    members = [training for training in trainings().of(owner) if training.sweep == name]
    if not members:
        return
    varied = sorted(runs.differing([training.config.model_dump(exclude={"layers"}) for training in members]))
    labels = setting_labels()
    heads = [*(labels[field] for field in varied), _("State"), _("Validation"), _("Test"), _("Seconds")]
    best = max((training.record.test_accuracy for training in members if training.record), default=None)
    rows = "".join(_row(training, varied, best) for training in members)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    with st.container(key="sweep_table"):
        st.html(
            f'<div class="wide"><table class="report"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
        _stops([training for training in members if not training.ended], varied)


def _row(training: Training, varied: list[str], best: float | None) -> str:
    record = training.record
    last = training.history[-1] if training.history else None
    cells = [
        *(f"{getattr(training.config, field)}" for field in varied),
        state_name(training) + (f": {training.error}" if training.error else ""),
        f"{last.val_accuracy:.2%}" if last else "–",
        f"{record.test_accuracy:.2%}" + (" ★" if record.test_accuracy == best else "") if record else "–",
        f"{record.fit_seconds:.0f}" if record else "–",
    ]
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _stops(active: list[Training], varied: list[str]) -> None:
    if not active:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.selectbox(
            _("Stop one"),
            [training.id for training in active],
            format_func={training.id: _described(training, varied) for training in active}.get,
            key="sweep_one",
        )
        chosen = [training for training in active if training.id == which]
        st.button(_("Stop it"), key="sweep_stop_one", on_click=_stop, args=(chosen,))
        st.button(_("Stop all"), key="sweep_stop_all", on_click=_stop, args=(active,))


def _described(training: Training, varied: list[str]) -> str:
    return ", ".join(f"{getattr(training.config, field)}" for field in varied) or training.config.recipe


def _stop(chosen: list[Training]) -> None:
    # From the end of the queue: what waits must not begin only to be stopped.
    for training in reversed(chosen):
        trainings().stop(training)
