"""Two trainings that belong together: begun with one button, watched, and found again afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cnn.i18n import _
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from cnn.training.announcements import Epoch
from cnn.training.recipes import TrainConfig
from pages.parts.server import visitor
from pages.parts.train.monitor import REFRESH_SECONDS, state_name
from pages.parts.widgets.error_note import error_note


@dataclass(frozen=True)
class Run:
    """One of the two as it stands.

    Attributes:
        config: what is trained, its seed aside.
        name: what people read.
        training: in the queue or ended; None where the queue no longer knows it.
        record: the saved model, once there is one.
    """

    config: TrainConfig
    name: str
    training: Training | None
    record: ModelRecord | None

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.training is not None and not self.training.ended

    @property
    def history(self) -> tuple[Epoch, ...]:
        """The whole epochs so far."""
        if self.training is not None and (self.active or self.record is None):
            return self.training.history
        return self.record.history if self.record else ()


def pair(configs: Sequence[tuple[TrainConfig, str]], key: str) -> list[Run]:
    """Show where the visitor's trainings of these configurations stand, and what begins them.

    While one of them is at work, the page runs again by itself once it has ended; what shows its progress
    belongs into a fragment with `refresh`.

    Args:
        configs: each with what to call it; `recipe` tells them from all other trainings.
        key: of the button.
    """
    runs = found(configs)
    if not any(run.active for run in runs):
        again = any(run.record or run.training for run in runs)
        label = _("Train both again, from another start") if again else _("Train both")
        if st.button(label, key=key, type="secondary" if again else "primary", icon=":material/play_arrow:"):
            with error_note():
                _begin(runs, again)
            runs = found(configs)
    for run in runs:
        _state(run, key)
    return runs


def refresh(runs: Sequence[Run]) -> float | None:
    """After how many seconds to look again; None where nothing is at work."""
    return REFRESH_SECONDS if any(run.active for run in runs) else None


def found(configs: Sequence[tuple[TrainConfig, str]]) -> list[Run]:
    """The visitor's latest training of each, in the queue or among the saved models."""
    owner = visitor.owner()
    mine = training_queue().of(owner)
    models = [model for model in model_store().usable(owner) if model.owner == owner]
    runs = []
    for config, name in configs:
        queued = [training for training in mine if training.config.recipe == config.recipe]
        # The newest model comes first.
        record = next((model for model in models if model.recipe == config.recipe), None)
        runs.append(Run(config, name, queued[-1] if queued else None, record))
    return runs


def _begin(runs: Sequence[Run], again: bool) -> None:
    """Queue both.

    Raises:
        ConfigError: the visitor has no room for both; then neither is queued.
    """
    seeds = [run.record.config.seed for run in runs if run.record and run.record.config]
    seed = max(seeds, default=-1) + 1 if again else 0
    # One without the other tells nothing.
    training_queue().submit_all(
        visitor.owner(), [run.config.model_copy(update={"seed": seed}) for run in runs]
    )


def _state(run: Run, key: str) -> None:
    training = run.training
    if training is None or (training.ended and training.error is None):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if training.error is not None:
            st.error(f"{run.name}: {training.error}")
            return
        done = len(training.history) / training.config.epochs
        text = f"{run.name}: {state_name(training)}"
        if training.place is not None:
            text += " · " + _("In the queue: place {place}.").format(place=training.place)
        st.progress(min(done, 1.0), text)
        st.button(
            _("Stop"),
            key=f"{key}_stop_{training.id}",
            icon=":material/stop_circle:",
            disabled=training.state in {"stopping", "scoring"},
            on_click=training_queue().stop,
            args=(training,),
        )
