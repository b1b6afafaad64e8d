"""Small networks and data sets, for the tests that train."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cnn.data.datasets import Dataset
from cnn.data.origins import DIGITS, ORIGINS
from cnn.data.uci_digits import uci_digits
from cnn.models.record import ModelRecord
from cnn.models.store import ModelStore
from cnn.training import recipes
from cnn.training.announcements import Epoch, TrainedModel
from cnn.training.layers import AveragePool2D, Conv2D, Dense, Flatten, MaxPool2D
from cnn.training.recipes import TrainConfig
from tests.strategies import HOLLOW

SHAPES = {"mnist": (28, 28, 1), "cifar10": (32, 32, 3)}
"""Of the images that the recipes learn from."""

SMALL = (
    Conv2D(filters=8, strides=2),
    MaxPool2D(),
    Flatten(),
    Dense(units=16),
)


@cache
def digits() -> Dataset:
    """The digits that come with scikit-learn: 1,500 to train, 297 to test; here on every machine."""
    real = uci_digits()
    return Dataset(
        "uci_digits",
        real.x_train,
        real.y_train,
        real.x_test,
        real.y_test,
        tuple("0123456789"),
        real.sha256,
        "scikit-learn",
    )


@cache
def colours() -> Dataset:
    """Images of one colour each, with noise: the class is the colour. Shaped as CIFAR-10."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 600)
    images = random.integers(0, 60, (600, 32, 32, 3)) + 150 * np.eye(3)[labels][:, None, None]
    images = images.astype(np.uint8)
    return Dataset(
        "cifar10",
        images[:500],
        labels[:500],
        images[500:],
        labels[500:],
        ("red", "green", "blue"),
        "0" * 64,
        "made here",
    )


def trained(**changes: Any) -> TrainedModel:
    """What a training might have left, without a network in it."""
    model = TrainedModel(
        config=recipes.recipe("fast").config,
        keras_file=HOLLOW,
        history=(Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0),),
        filters=np.zeros((2, 3, 3, 1, 4), np.float32),
        test_accuracy=0.9,
        test_loss=0.4,
        parameters=100,
        fit_seconds=3.0,
        data_name="mnist",
        data_sha256=str(ORIGINS["mnist"].sha256),
        input_shape=(28, 28, 1),
        class_names=DIGITS,
        stopped=False,
    )
    return replace(model, **changes)


KERNELS = np.arange(2 * 3 * 3 * 1 * 4, dtype=np.float32).reshape(2, 3, 3, 1, 4)
TRAINED = trained(config=recipes.recipe("conv32").config, filters=KERNELS)
"""What a training of `conv32` might have left, with kernels of which no two are alike."""


def small_config(**changes: Any) -> TrainConfig:
    """A training of a second on `digits`."""
    values = {"layers": SMALL, "learning_rate": 0.01, "batch_size": 100, "epochs": 2} | changes
    return TrainConfig(**values)


@cache
def small(config: TrainConfig) -> TrainedModel:
    """A network trained on `digits`, once for all tests: with the same seed it would be the same again."""
    from cnn.network.fitting import fit

    return fit(config, digits())


def keep_small(folder: Path, name: str = "Small", **changes: Any) -> ModelRecord:
    """A network trained for a second on `digits`, among the models of `folder`, for everybody to see."""
    return ModelStore(folder).save(name, small(small_config(**changes)))


def keep_colour(folder: Path) -> ModelRecord:
    """A network for colour images, trained for a second on `colours`, as `keep_small`."""
    from cnn.network.fitting import fit

    layers = (
        Conv2D(filters=6, kernel_size=5, strides=2),
        AveragePool2D(),
        Flatten(),
        Dense(units=8),
    )
    config = small_config(dataset="cifar10", layers=layers, epochs=1)
    return ModelStore(folder).save("Colour", fit(config, colours()))


def random_image(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Noise with a black part, as float32 in [0, 1]."""
    image = np.random.default_rng(seed).random(shape, np.float32)
    image[: shape[0] // 3] = 0
    return image


def stirred(model: Any, seed: int = 0) -> Any:
    """A Keras model with random weights and statistics throughout, so that no bias or scale is trivial."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        layer.set_weights(
            [(random.random(w.shape) * 0.2 - 0.08 + (w.ndim == 1) * 0.1) for w in layer.get_weights()]
        )
    return model
