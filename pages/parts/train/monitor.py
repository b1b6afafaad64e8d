"""Watching a training: where it stands, and how its curves grow."""

import streamlit as st

from cnn.i18n import _, ngettext
from cnn.insight.turning_point import turning_point
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from pages.parts.model.picker import in_markdown
from pages.parts.train import live
from pages.parts.train.outcome import outcome
from pages.parts.train.snapshot import has_curves, has_filters, is_moving
from pages.parts.widgets.error_note import error_note

_PROGRESS, _BEGUN = "train_progress", "training_begun"

REFRESH_SECONDS = 1.0
"""After so long the parts look again that show several trainings in tables of Streamlit's."""


def watch(training: Training) -> None:
    """Make this training the one that the page shows."""
    st.session_state["watched_training"] = training.id


def begin(training: Training) -> None:
    """Show the training that the visitor has just begun, and bring it into sight."""
    watch(training)
    st.session_state[_BEGUN] = training.id


def watched() -> str | None:
    """The id of the training that the page shows."""
    return st.session_state.get("watched_training")


def choose_training(mine: list[Training]) -> Training:
    """The training to show: the visitor picks where there are several, the latest one first."""
    by_id = {training.id: training for training in mine}
    shown = watched()
    if shown not in by_id:
        shown = mine[-1].id
    if len(mine) > 1:
        numbers = {training.id: number for number, training in enumerate(mine, start=1)}
        shown = st.selectbox(
            _("Training"),
            list(by_id),
            index=list(by_id).index(shown),
            format_func=lambda training_id: _label(numbers[training_id], by_id[training_id]),
        )
    watch(by_id[shown])
    return by_id[shown]


def _label(number: int, training: Training) -> str:
    # The state changes while the page, and with it this name, stands still.
    name = training.record.name if training.record else training.config.recipe
    epochs = training.config.epochs
    return ngettext("{number}: {name}, {epochs} epoch", "{number}: {name}, {epochs} epochs", epochs).format(
        number=number, name=name, epochs=epochs
    )


def state_name(training: Training) -> str:
    """The state of a training in a word."""
    states = {
        "waiting": _("waiting"),
        "starting": _("starting"),
        "running": _("running"),
        "stopping": _("stopping"),
        "scoring": _("measuring"),
        "finished": _("finished"),
        "failed": _("failed"),
    }
    model = training.record or training.trained
    return _("stopped") if model is not None and model.stopped else states[training.state]


def monitor(training: Training) -> None:
    """Show one training; while it is not over, what is shown follows it."""
    st.fragment(_show)(training.id, training.ended)


def _show(training_id: str, ended_before: bool) -> None:
    training = training_queue().get(training_id)
    if training is None or training.ended != ended_before:
        # The whole page once more: it then picks another training, or no longer follows this one.
        st.rerun()
    with st.container(key=_PROGRESS):
        _show_state(training)
        if not training.ended:
            # The Train button may be far from here on the page.
            just_begun = st.session_state.pop(_BEGUN, None) == training.id
            live.progress(training, _PROGRESS if just_begun else None)
    if not training.ended:
        st.button(
            _("Stop"),
            key="train_stop",
            icon=":material/stop_circle:",
            disabled=training.state in {"stopping", "scoring"},
            on_click=training_queue().stop,
            args=(training,),
        )
    _show_curves(training)
    if training.ended:
        # In here, as this part also runs without the page around it.
        with error_note():
            outcome(training)


def _show_state(training: Training) -> None:
    if training.goes_on_from:
        name, epochs = training.goes_on_from
        text = ngettext(
            "Goes on from {name} after {epochs} epoch.", "Goes on from {name} after {epochs} epochs.", epochs
        )
        st.caption(":material/resume: " + text.format(name=in_markdown(name), epochs=epochs))
    for mishap in filter(None, (_restart(training), _stand_in(training), _absence(training))):
        st.warning(mishap)
    match training.state:
        case "waiting":
            st.info(
                _(
                    "In the queue: place {place}. It begins by itself when those before it have ended, "
                    "your own too."
                ).format(place=training.place)
            )
        case "starting":
            st.info(_("A training process is starting; this takes some seconds."))
        case "failed":
            st.error(str(training.error))
        case "finished":
            assert training.record or training.trained
            st.success(_finished(training))
        case "stopping" if not is_moving(training):
            st.info(_("The training is being stopped."))
        case _ if not is_moving(training):
            st.info(_("Preparing the network and its data."))


def _restart(training: Training) -> str | None:
    if training.starts > 1:
        text = (
            _("The training's process was lost. It goes on after epoch {epoch}.")
            if training.epochs_kept
            else _("The training's process was lost. The training has begun again.")
        )
    elif training.taken_up and not training.ended:
        text = (
            _("The app was started again. This training goes on after epoch {epoch}.")
            if training.epochs_kept
            else _("The app was started again, and this training with it.")
        )
    else:
        return None
    return text.format(epoch=training.epochs_kept)


def _stand_in(training: Training) -> str | None:
    if training.stand_in is None:
        return None
    text = _("MNIST could not be had; the small set of UCI digits stands in for it here. {reason}")
    return text.format(reason=training.stand_in.reason)


def _absence(training: Training) -> str | None:
    if not training.away:
        return None
    return _(
        "The processes that train cannot be reached. This training waits for them, and goes on by itself "
        "once they are back."
    )


def _finished(training: Training) -> str:
    model = training.record or training.trained
    assert model is not None
    epochs = len(model.history)
    text = (
        ngettext(
            "Stopped after {seconds:.0f} s and {epochs} whole epoch: {accuracy:.2%} of the test images "
            "right, loss {loss:.4f}.",
            "Stopped after {seconds:.0f} s and {epochs} whole epochs: {accuracy:.2%} of the test images "
            "right, loss {loss:.4f}.",
            epochs,
        )
        if model.stopped
        else _("Trained after {seconds:.0f} s: {accuracy:.2%} of the test images right, loss {loss:.4f}.")
    )
    return text.format(
        seconds=model.fit_seconds, epochs=epochs, accuracy=model.test_accuracy, loss=model.test_loss
    )


def _show_curves(training: Training) -> None:
    if not has_curves(training):
        return
    with st.container(key="train_curves"):
        live.curves(training)
    _show_turning_point(training)
    if has_filters(training):
        with st.container(key="train_filters"):
            live.filters(training)


def _show_turning_point(training: Training) -> None:
    """Say when validation has turned up, and what can be done."""
    best = turning_point(training.history)
    if best is None:
        return
    with st.container(key="train_overfitting"):
        st.caption(
            ":material/info: "
            + _(
                "Since epoch {epoch} the validation loss rises while the training loss still falls: the "
                "network learns its training images by heart (overfitting). What helps: more dropout, fewer "
                "parameters, more or distorted images, “Stop early”, and “Keep the best epoch”."
            ).format(epoch=best.epoch)
        )
