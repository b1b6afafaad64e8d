"""Watching a training: where it stands, and how its curves grow."""

import streamlit as st

from cnn import figures, shades
from cnn.i18n import _, ngettext
from cnn.overfitting import turning_point
from cnn.progress import Epoch, Progress, Scoring
from cnn.trainings import Training, trainings
from pages.parts.models import in_markdown
from pages.parts.outcome import outcome
from pages.parts.picture import pixels
from pages.parts.told import told

REFRESH_SECONDS = 0.5


def watch(training: Training) -> None:
    """Make this training the one that the page shows."""
    st.session_state["watched_training"] = training.id


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
    return f"{number} · {training.record.name if training.record else training.config.recipe}"


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
    """Show one training; while it is not over, this part alone runs again by itself."""
    fragment = st.fragment(_show, run_every=None if training.ended else REFRESH_SECONDS)
    fragment(training.id, training.ended)


def _show(training_id: str, ended_before: bool) -> None:
    training = trainings().get(training_id)
    if training is None or training.ended != ended_before:
        # The whole page once more: it then picks another training, or no longer watches by the clock.
        st.rerun()
    with st.container(key="train_progress"):
        _show_state(training)
    if not training.ended:
        st.button(
            _("Stop"),
            key="train_stop",
            icon=":material/stop_circle:",
            disabled=training.state in {"stopping", "scoring"},
            on_click=trainings().stop,
            args=(training,),
        )
    _show_curves(training)
    if training.ended:
        # In here, as this part also runs without the page around it.
        with told():
            outcome(training)


def _show_state(training: Training) -> None:
    if training.goes_on_from:
        name, epochs = training.goes_on_from
        text = ngettext(
            "Goes on from {name} after {epochs} epoch.", "Goes on from {name} after {epochs} epochs.", epochs
        )
        st.caption(":material/resume: " + text.format(name=in_markdown(name), epochs=epochs))
    if training.starts > 1:
        st.warning(_told_about_restart(training))
    if training.away:
        st.warning(
            _(
                "The processes that train cannot be reached. This training waits for them, and goes on by "
                "itself once they are back."
            )
        )
    match training.state:
        case "waiting":
            st.info(_("In the queue: place {place}.").format(place=training.place))
        case "starting":
            st.info(_("A training process is starting; this takes some seconds."))
        case "scoring":
            assert training.scoring is not None
            st.progress(training.scoring.done / training.scoring.images, _scoring(training.scoring))
        case "failed":
            st.error(str(training.error))
        case "finished":
            assert training.record or training.trained
            st.success(_finished(training))
        case _:
            _show_progress(training)


def _told_about_restart(training: Training) -> str:
    if training.epochs_kept:
        return _("The training's process was lost. It goes on after epoch {epoch}.").format(
            epoch=training.epochs_kept
        )
    return _("The training's process was lost. The training has begun again.")


def _scoring(scoring: Scoring) -> str:
    text = (
        _("Stopped. Measuring it on the {count:,} test images…")
        if scoring.stopped
        else _("Trained. Measuring it on the {count:,} test images…")
    )
    return text.format(count=scoring.images)


def _finished(training: Training) -> str:
    model = training.record or training.trained
    assert model is not None
    return _("{how} after {seconds:.0f} s: {accuracy:.2%} of the test images right, loss {loss:.4f}.").format(
        how=_("Stopped") if model.stopped else _("Trained"),
        seconds=model.fit_seconds,
        accuracy=model.test_accuracy,
        loss=model.test_loss,
    )


def _show_progress(training: Training) -> None:
    progress = training.progress
    if training.loading is not None:
        done, total = training.loading.done, training.loading.total
        st.progress(done / total if total else 0.0, _("Fetching the data: {mb:.1f} MB").format(mb=done / 1e6))
    elif progress is None:
        st.info(_("Preparing the network and its data."))
    else:
        within = progress.batch / progress.batches
        st.progress(min((progress.epoch - 1 + within) / progress.epochs, 1.0), _overall(progress, training))
        st.progress(
            min(within, 1.0),
            _("Within the epoch: batch {batch} of {batches}").format(
                batch=progress.batch, batches=progress.batches
            ),
        )
        st.caption(_pace(progress))


def _overall(progress: Progress, training: Training) -> str:
    text = _("Epoch {epoch} of {epochs}").format(epoch=progress.epoch, epochs=progress.epochs)
    return text + " · " + _("stopping") if training.state == "stopping" else text


def _pace(progress: Progress) -> str:
    left = (
        _("{seconds:.0f} s left").format(seconds=progress.seconds_left)
        if progress.seconds_left is not None
        else _("time left not known yet")
    )
    return _("{speed:,.0f} images a second · {left} · loss {loss:.4f} · accuracy {accuracy:.2%}").format(
        speed=progress.images_per_second, left=left, loss=progress.loss, accuracy=progress.accuracy
    )


def _show_curves(training: Training) -> None:
    if not training.points and not training.history:
        return
    history = training.history
    with st.container(key="train_curves"):
        st.plotly_chart(
            figures.curves(
                training.points or [(epoch.epoch, epoch.loss, epoch.accuracy) for epoch in history],
                [(epoch.epoch, epoch.val_loss, epoch.val_accuracy) for epoch in history],
                names={
                    "loss": _("Loss"),
                    "accuracy": _("Accuracy"),
                    "epoch": _("Epoch"),
                    "training": _("Training"),
                    "validation": _("Validation"),
                },
                mark=training.goes_on_from[1] if training.goes_on_from else None,
            ),
            key=f"curves_{training.id}",
            config={"displayModeBar": False},
            alt=_curves_in_words(history),
        )
    _show_turning_point(training)
    if training.filters is not None and training.filters.shape[2] in (1, 3):
        with st.container(key="train_filters"):
            sheet = shades.tiles(shades.kernel_pictures(training.filters), columns=16)
            st.html(
                pixels(sheet, 8, alt=_("The first layer's filters as they stand"))
                + f"<small>{_('The first layer’s filters, as they form')}</small>"
            )


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


def _curves_in_words(history: tuple[Epoch, ...]) -> str:
    if not history:
        return _("Loss and accuracy over the epochs; no epoch is whole yet.")
    last = history[-1]
    return _(
        "Loss and accuracy over the epochs. After epoch {epoch}: training loss {loss:.4f}, accuracy "
        "{accuracy:.2%}; validation loss {val_loss:.4f}, accuracy {val_accuracy:.2%}."
    ).format(
        epoch=last.epoch,
        loss=last.loss,
        accuracy=last.accuracy,
        val_loss=last.val_loss,
        val_accuracy=last.val_accuracy,
    )
