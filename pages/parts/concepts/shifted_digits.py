"""A dense and a convolutional network, trained on the same digits and shown shifted ones."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn.data import datasets
from cnn.data.datasets import Dataset
from cnn.i18n import _
from cnn.insight import figures, numpy_layers
from cnn.jobs import inspections
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from cnn.training.layers import BatchNormalization, Conv2D, Dense, Flatten, Layer, MaxPool2D
from cnn.training.recipes import TrainConfig
from pages.parts.concepts.pair import Run, found, pair, refresh
from pages.parts.concepts.section import in_the_network, look_for
from pages.parts.inside.image_choice import Picture, image_choice
from pages.parts.inside.questions import outputs
from pages.parts.model.probabilities import probability_bars
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.picture import pixels
from pages.parts.widgets.placeholders import awake, on_request

DISTANCES = range(7)
READ = 1000

DENSE: tuple[Layer, ...] = (Flatten(), Dense(units=128))
# Pooled down to one pixel a map, the last convolution tells what is there and no longer where.
CONVOLUTIONAL: tuple[Layer, ...] = (
    Conv2D(filters=12, kernel_size=5),
    MaxPool2D(),
    Conv2D(filters=32),
    MaxPool2D(),
    BatchNormalization(),
    Conv2D(filters=64),
    BatchNormalization(),
    MaxPool2D(pool_size=3),
    Flatten(),
)


def shifted_digits() -> None:
    """Both trainings, one digit to shift, and both accuracies over the distance."""
    st.markdown(
        _(
            "A **dense** network has a weight for every place; it learns each digit where it stood in the "
            "training images, which is in the middle. A **convolutional** network looks for the same strokes "
            "everywhere, and pooling forgets where it found them. Train both on the same images, none of "
            "them shifted; then shift."
        )
    )
    look_for(
        _(
            "both read digits in the middle; some pixels off, the dense one guesses long before the other "
            "does."
        )
    )
    fragment = st.fragment(_train, run_every=refresh(found(_configs())))
    fragment(refresh(found(_configs())))
    runs = found(_configs())
    records = [run.record for run in runs if run.record and not run.active]
    if len(records) == len(runs):
        with error_note():
            _shift([run.name for run in runs], records)
    in_the_network(
        "pages/draw.py", _("Draw away from the middle: what the app does before its network looks")
    )


def _configs() -> list[tuple[TrainConfig, str]]:
    # The few digits that stand in for MNIST must be seen more often.
    epochs = 1 if datasets.find("mnist") else 15
    names = (
        ("dense", DENSE, _("Dense network")),
        ("convolutional", CONVOLUTIONAL, _("Convolutional network")),
    )
    return [
        (
            TrainConfig(
                recipe=recipe,
                layers=layers,
                epochs=epochs,
                batch_size=64,
                learning_rate=0.01,
                schedule="one_cycle",
            ),
            name,
        )
        for recipe, layers, name in names
    ]


def _train(refreshed: float | None) -> None:
    runs = pair(_configs(), "shifted_start")
    if refresh(runs) != refreshed:
        # The clock starts or stops with the page.
        st.rerun()
    for run in runs:
        if run.record and not run.active:
            st.markdown(_trained(run, run.record))


def _trained(run: Run, record: ModelRecord) -> str:
    return _("- {name}: {parameters:,} parameters, **{accuracy:.2%}** of the test images right").format(
        name=run.name, parameters=record.parameters, accuracy=record.test_accuracy
    )


@st.fragment
def _shift(names: Sequence[str], records: Sequence[ModelRecord]) -> None:
    dataset = datasets.load("mnist")
    with error_note():
        picture = image_choice(dataset)
        if awake():
            _one(picture, names, records)
    st.header(_("Many digits, in all directions"))
    with error_note():
        _all(names, records, dataset)


def _one(picture: Picture, names: Sequence[str], records: Sequence[ModelRecord]) -> None:
    with st.container(horizontal=True):
        right = st.slider(_("Pixels to the right"), -8, 8, 4, key="shift_right", persist_state="session")
        down = st.slider(_("Pixels down"), -8, 8, 0, key="shift_down", persist_state="session")
    moved = numpy_layers.shifted(picture.image, down, right)
    seen, *answers = st.columns([1, 1, 1], gap="large")
    with seen, st.container(key="shifted"):
        about = f"{picture.about} {_moved(right, down)}"
        st.html(pixels(moved, 8, alt=about))
        st.caption(about)
    for place, name, record in zip(answers, names, records, strict=True):
        with place:
            st.markdown(f"**{name}**")
            given = workers().answer(model_store().folder_of(record.id), moved)
            probability_bars(np.asarray(given.probabilities), outputs(record))


def _moved(right: int, down: int) -> str:
    """Where a digit was moved to, in words."""
    ways = {
        _("{count} px to the right"): right,
        _("{count} px to the left"): -right,
        _("{count} px down"): down,
        _("{count} px up"): -down,
    }
    said = [way.format(count=count) for way, count in ways.items() if count > 0]
    return _("Shifted: {ways}.").format(ways=", ".join(said)) if said else _("Not shifted.")


def _all(names: Sequence[str], records: Sequence[ModelRecord], dataset: Dataset) -> None:
    count = min(READ, len(dataset.x_test))
    measured = on_request(
        "shifted_accuracies",
        tuple(record.id for record in records),
        _("Shift {count:,} test images").format(count=count),
        lambda: workers().begin(
            inspections.shifted_accuracies,
            [model_store().folder_of(record.id) for record in records],
            list(DISTANCES),
            count,
        ),
        _("Both networks read {count:,} test images, shifted in eight directions.").format(count=count),
    )
    if measured is None:
        return
    runs = [(name, list(DISTANCES), shares) for name, shares in zip(names, measured, strict=True)]
    with st.container(key="shifted_accuracies"):
        st.plotly_chart(
            figures.lines(
                runs, x_title=_("Shifted by, in pixels"), y_title=_("Test images right"), as_share=True
            ),
            key="shifted_chart",
            config={"displayModeBar": False},
            alt="; ".join(
                f"{name}: " + ", ".join(f"{share:.0%}" for share in shares) for name, _x, shares in runs
            ),
        )
    st.markdown(_verdict(names, measured))


def _verdict(names: Sequence[str], measured: Sequence[Sequence[float]]) -> str:
    """Where the two stand furthest apart, in numbers."""
    first, second = measured
    distance = max(DISTANCES, key=lambda each: abs(second[each] - first[each]))
    return _(
        "They are furthest apart at {distance} pixels. Read right: {first} **{first_share:.1%}**, {second} "
        "**{second_share:.1%}**. Neither was ever shown a shifted digit. The convolutional one gets worse, "
        "too: its pooling windows do not move along, and fewer of them see what comes near the border."
    ).format(
        distance=distance,
        first=names[0],
        first_share=first[distance],
        second=names[1],
        second_share=second[distance],
    )
