"""Overfitting, live: one small network and few images, with and without dropout."""

import streamlit as st

from cnn.i18n import _
from cnn.insight import figures
from cnn.training.layers import Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D
from cnn.training.recipes import TrainConfig
from pages.parts.concepts.pair import Run, found, pair, refresh
from pages.parts.concepts.section import in_the_network, look_for

IMAGES = 500
EPOCHS = 30


def _config(recipe: str, layers: tuple[Layer, ...]) -> TrainConfig:
    return TrainConfig(
        recipe=recipe,
        layers=layers,
        train_images=IMAGES,
        epochs=EPOCHS,
        batch_size=50,
        learning_rate=0.002,
    )


# A stride of 2 keeps the many epochs short.
WITHOUT = _config(
    "without-dropout", (Conv2D(filters=16, strides=2), MaxPool2D(), Flatten(), Dense(units=128))
)
WITH = _config(
    "with-dropout",
    (
        Conv2D(filters=16, strides=2),
        MaxPool2D(),
        Dropout(rate=0.25),
        Flatten(),
        Dense(units=128),
        Dropout(rate=0.5),
    ),
)


def overfitting() -> None:
    """Both trainings, and their curves over each other."""
    st.markdown(
        _(
            "With {images} images, a network soon knows each of them by heart, and grows surer and surer of "
            "what it gets wrong on images that it has never seen: it **overfits**. **Dropout** sets random "
            "values to zero in every training step, so that none can be relied on alone. Here the same "
            "network is trained twice, for {epochs} epochs, once with dropout."
        ).format(images=IMAGES, epochs=EPOCHS)
    )
    look_for(
        _(
            "without dropout, the loss on the training images goes to zero, while the loss on the test "
            "images turns and rises."
        )
    )
    fragment = st.fragment(_show, run_every=refresh(found(_configs())))
    fragment(refresh(found(_configs())))
    in_the_network("pages/train.py", _("Train with settings of your own"))
    in_the_network("pages/runs.py", _("Compare all your trainings"))


def _configs() -> list[tuple[TrainConfig, str]]:
    return [(WITHOUT, _("Without dropout")), (WITH, _("With dropout"))]


def _show(refreshed: float | None) -> None:
    runs = pair(_configs(), "overfitting_start")
    if refresh(runs) != refreshed:
        # The clock starts or stops with the page.
        st.rerun()
    curves = [
        (f"{run.name}, {what}", [(epoch.epoch, *_measured(epoch, what_of)) for epoch in run.history])
        for run in runs
        if run.history
        for what_of, what in (("", _("training images")), ("val_", _("test images")))
    ]
    if not curves:
        return
    with st.container(key="overfitting_curves"):
        st.plotly_chart(
            figures.overlaid(
                curves,
                names={"loss": _("Loss"), "accuracy": _("Accuracy"), "epoch": _("Epoch")},
                highest_loss=1.0,
            ),
            key="overfitting_chart",
            config={"displayModeBar": False},
            alt=" ".join(_in_words(run) for run in runs if run.history),
        )
    for run in runs:
        if run.history:
            st.markdown(f"- {_in_words(run)}")
    st.caption(
        _(
            "The figures on the training images are taken while the network trains: with dropout, while "
            "values are missing. So they can be worse than those on the test images."
        )
    )


def _measured(epoch: object, prefix: str) -> tuple[float, float]:
    return getattr(epoch, f"{prefix}loss"), getattr(epoch, f"{prefix}accuracy")


def _in_words(run: Run) -> str:
    best = min(run.history, key=lambda epoch: epoch.val_loss)
    last = run.history[-1]
    return _(
        "{name}: after {epochs} epochs, training loss {loss:.3f} and test loss {val_loss:.3f}, "
        "{accuracy:.1%} of the test images right. The test loss was lowest after epoch {best}, at "
        "{lowest:.3f}."
    ).format(
        name=run.name,
        epochs=last.epoch,
        loss=last.loss,
        val_loss=last.val_loss,
        accuracy=last.val_accuracy,
        best=best.epoch,
        lowest=best.val_loss,
    )
