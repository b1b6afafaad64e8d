"""The model that ships: `python -m cnn.network.shipped --data FOLDER` makes it and reports its figures.

It learns from MNIST and from digits written on a screen, all of them distorted, from digits in styles of
the world, and from drawings that are no digits, which its eleventh output stands for. The folder needs
mnist.npz, screen_digits.json, characters.npz and doodles.npz; each says in its docstring what it is.
"""

import argparse
import logging
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.data import datasets
from cnn.insight.metrics import evaluation_of, given_a_class
from cnn.models.record import ModelRecord
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import ModelStore
from cnn.network import batches, build, drawings, recognition
from cnn.network.calibration import temperature_of
from cnn.network.distortions import distort
from cnn.network.drawings import NOT_A_DIGIT, Pictures
from cnn.pictures import strokes
from cnn.settings import settings
from cnn.training.announcements import Epoch, TrainedModel
from cnn.training.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from cnn.training.recipes import TrainConfig

log = logging.getLogger(__name__)

CONFIG = TrainConfig(
    recipe="shipped",
    layers=(
        Conv2D(filters=32, kernel_size=5, padding="same"),
        MaxPool2D(),
        BatchNormalization(momentum=0.99),
        Conv2D(filters=48, padding="same"),
        BatchNormalization(momentum=0.99),
        Conv2D(filters=64, padding="same"),
        MaxPool2D(),
        BatchNormalization(momentum=0.99),
        Conv2D(filters=128, padding="same"),
        BatchNormalization(momentum=0.99),
        Flatten(),
        Dropout(rate=0.4),
        Dense(units=128),
        BatchNormalization(momentum=0.99),
        Dropout(rate=0.3),
    ),
    learning_rate=0.004,
    schedule="one_cycle",
    batch_size=128,
    epochs=10,
    as_people_draw=True,
)


@dataclass(frozen=True)
class Stage:
    """A part of the training.

    Attributes:
        epochs: how many.
        learning_rate: the highest of its one cycle.
        untouched: as in `distort`.
        drawings: the share of all pictures but MNIST's that it learns from.
    """

    epochs: int
    learning_rate: float
    untouched: float
    drawings: float


# Distorted pictures teach what people draw; then half of them stay as they are, for MNIST's sharp edges.
STAGES = (Stage(CONFIG.epochs, CONFIG.learning_rate, 0.0, 1.0), Stage(4, 0.0008, 0.5, 0.25))
# MNIST's last training images decide, with the tuning writers, on temperature and threshold.
_MNIST_TUNING = 4000
# The share of the tuning digits that are taken for digits.
_DIGITS_THAT_PASS = 0.99


def mnist_pictures(mnist: datasets.Dataset) -> Pictures:
    """MNIST's training images without those that the tuning takes."""
    return Pictures(mnist.x_train[:-_MNIST_TUNING], mnist.y_train[:-_MNIST_TUNING])


def drawn_pictures(folder: Path, mnist: datasets.Dataset, rng: np.random.Generator, size: float) -> Pictures:
    """All that the model learns from beside MNIST; `size` times the usual number of drawings."""
    seen = [digit for digit in _screen_digits(folder) if digit.writer not in drawings.TUNING_WRITERS]
    own = mnist_pictures(mnist)
    scanned = rng.choice(len(own.labels), round(12_000 * size), replace=False)
    times = max(1, round(4 * size))
    parts = {
        "MNIST, prepared again": drawings.enlarged(own.images[scanned], own.labels[scanned], rng),
        "screen digits": drawings.written(seen, rng, times=times),
        "screen digits, rewritten": drawings.written(seen, rng, times=times, strength=1.0),
        "styles": drawings.styled(rng, each=round(1000 * size)),
        "characters": drawings.characters(folder / "characters.npz", rng, unseen=False, times=times),
        "doodles": drawings.doodles(folder / "doodles.npz", rng, unseen=False, times=max(1, times // 2)),
        "invented": drawings.invented(rng, round(20_000 * size)),
    }
    for name, part in parts.items():
        log.info("%6d pictures: %s", len(part.labels), name)
    return sum(parts.values(), Pictures(np.empty((0, 28, 28), np.uint8), np.empty(0, np.int64)))


def tuning_pictures(folder: Path, mnist: datasets.Dataset, rng: np.random.Generator) -> Pictures:
    """The digits that decide on temperature and threshold."""
    writers = [digit for digit in _screen_digits(folder) if digit.writer in drawings.TUNING_WRITERS]
    kept = Pictures(mnist.x_train[-_MNIST_TUNING:], mnist.y_train[-_MNIST_TUNING:])
    return kept + drawings.written(writers, rng, times=5)


def _screen_digits(folder: Path) -> list[strokes.ScreenDigit]:
    digits = strokes.load(folder / "screen_digits.json")
    return [digit for digit in digits if digit.writer not in drawings.UNSEEN_WRITERS]


def fit(mnist: Pictures, drawn: Pictures, tuning: Pictures) -> tuple[keras.Model, list[Epoch]]:
    """Train stage by stage; the tuning digits are only watched.

    Returns:
        The network and its epochs, whose seconds count from the first stage's start.
    """
    keras.utils.set_random_seed(CONFIG.seed)
    model: keras.Model | None = None
    history: list[Epoch] = []
    rng = np.random.default_rng(CONFIG.seed)
    for stage in STAGES:
        count = len(drawn.labels)
        chosen = rng.choice(count, round(stage.drawings * count), replace=False)
        pictures = mnist + Pictures(drawn.images[chosen], drawn.labels[chosen])
        model = fit_stage(stage, pictures, tuning, model, history)
    return model, history


def fit_stage(
    stage: Stage, pictures: Pictures, tuning: Pictures, before: keras.Model | None, history: list[Epoch]
) -> keras.Model:
    """One stage of the training: the network goes on from the stage `before`, epochs go into `history`."""
    config = CONFIG.model_copy(update={"epochs": stage.epochs, "learning_rate": stage.learning_rate})
    steps = -(-len(pictures.labels) // config.batch_size) * stage.epochs
    model = build.build(config, (28, 28, 1), NOT_A_DIGIT + 1, steps=steps)
    if before is not None:
        model.set_weights(before.get_weights())
    done, earlier = len(history), history[-1].seconds if history else 0.0
    started = time.perf_counter()

    def note(epoch: int, logs: dict[str, float]) -> None:
        seconds = earlier + time.perf_counter() - started
        loss, accuracy = float(logs["loss"]), float(logs["accuracy"])
        val_loss, val_accuracy = float(logs["val_loss"]), float(logs["val_accuracy"])
        history.append(Epoch(done + epoch + 1, loss, accuracy, val_loss, val_accuracy, seconds))
        log.info("%s", history[-1])

    def distorted(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return distort(images, untouched=stage.untouched), labels

    learned = batches.training_batches(pictures.images, pictures.labels, config.batch_size)
    model.fit(
        learned.map(distorted, num_parallel_calls=2).prefetch(4),
        validation_data=batches.evaluation_batches(tuning.images, tuning.labels),
        epochs=stage.epochs,
        verbose=0,
        shuffle=False,  # the batches are shuffled already
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=note)],
    )
    return model


def threshold_of(outputs: NDArray[np.float32], temperature: float) -> float:
    """The last output's value below which `_DIGITS_THAT_PASS` of the digits stay."""
    scaled = np.maximum(outputs, 1e-9) ** (1 / temperature)
    return float(np.quantile(scaled[:, NOT_A_DIGIT] / scaled.sum(axis=1), _DIGITS_THAT_PASS))


def make(folder: Path, *, size: float, destination: Path) -> ModelRecord:
    """Make the shipped model out of the data in `folder` and save it under `destination`."""
    rng = np.random.default_rng(0)
    mnist = datasets.load("mnist")
    tuning = tuning_pictures(folder, mnist, rng)
    drawn = drawn_pictures(folder, mnist, rng, size)
    model, history = fit(mnist_pictures(mnist), drawn, tuning)
    return save(model, history, tuning, mnist, destination)


def save(
    model: keras.Model,
    history: list[Epoch],
    tuning: Pictures,
    mnist: datasets.Dataset,
    destination: Path,
) -> ModelRecord:
    """Calibrate the network on the tuning digits and keep it under `destination`."""
    outputs = _outputs(model, tuning.images)
    temperature = temperature_of(outputs[:, :NOT_A_DIGIT], tuning.labels)
    # As elsewhere, the figures are about the ten digits.
    figures = evaluation_of(given_a_class(_outputs(model, mnist.x_test), NOT_A_DIGIT), mnist.y_test)
    trained = TrainedModel(
        config=CONFIG.model_copy(update={"epochs": len(history)}),
        keras_file=_without_optimizer(model),
        history=tuple(history),
        filters=None,
        test_accuracy=figures.accuracy,
        test_loss=figures.loss,
        parameters=model.count_params(),
        fit_seconds=history[-1].seconds,
        data_name=mnist.name,
        data_sha256=mnist.sha256,
        input_shape=mnist.image_shape,
        class_names=mnist.class_names,
        stopped=False,
        temperature=temperature,
    )
    return ModelStore(destination).save(
        SHIPPED,
        trained,
        reject_class=True,
        reject_threshold=threshold_of(outputs, temperature),
    )


def _outputs(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    scaled = images[..., None] / np.float32(255)
    return np.asarray(model.predict(scaled, batch_size=500, verbose=0), np.float32)


def _without_optimizer(model: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        # The same layers in a model that was never compiled have no optimizer to save.
        keras.Sequential([keras.Input((28, 28, 1)), *model.layers]).save(path)
        return path.read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m cnn.network.shipped", description=__doc__)
    parser.add_argument("--data", type=Path, default=settings().data_dir, help="the folder with the data")
    parser.add_argument("--models", type=Path, default=settings().models_dir, help="where the model goes")
    parser.add_argument("--size", type=float, default=1.0, help="times the usual number of drawings")
    parser.add_argument("--report", action="store_true", help="only measure the model that is there")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("name the folder with the data: --data FOLDER, or CNN_DATA_DIR")
    os.environ["CNN_DATA_DIR"] = str(arguments.data)
    settings.cache_clear()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not arguments.report:
        make(arguments.data, size=arguments.size, destination=arguments.models)
    recognition.main(ModelStore(arguments.models).folder_of(SHIPPED), arguments.data)


if __name__ == "__main__":
    main()
