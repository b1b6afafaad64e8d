"""How well a model reads what people draw: the figures, measured on writers and drawings kept for it."""

import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn.data import datasets
from cnn.models.folder import ModelFolder
from cnn.network import drawings
from cnn.network.calibration import calibration_error
from cnn.network.classifier import Classifier
from cnn.pictures import strokes
from cnn.pictures.preparation import prepare_drawing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figures:
    """What was measured; shares in [0, 1].

    Attributes:
        screen: unseen writers' digits read right, over places, sizes and pens.
        worst_writer: the same for the writer who is read worst.
        mnist: MNIST's test images read right.
        mnist_prepared: the same when each goes through `prepare_drawing` first.
        passed: unseen writers' digits that are taken for digits.
        turned_away: unseen characters and doodles that are not.
        turned_away_of: the same for each kind.
        doubted: unseen characters and doodles that are not answered "sure".
        doubted_digits: the same for unseen writers' digits.
        calibration: the expected calibration error over 15 bins on unseen writers' digits.
        milliseconds: for one answer, the median.
        megabytes: of the `.keras` file.
        parameters: of the network.
    """

    screen: float
    worst_writer: float
    mnist: float
    mnist_prepared: float
    passed: float
    turned_away: float
    turned_away_of: dict[str, float]
    doubted: float
    doubted_digits: float
    calibration: float
    milliseconds: float
    megabytes: float
    parameters: int


def measure(classifier: Classifier, keras_file: Path, folder: Path, *, times: int = 5) -> Figures:
    """Measure a model with the data in `folder`; each unseen digit is drawn so many times."""
    rng = np.random.default_rng(2024)
    digits = [
        digit
        for digit in strokes.load(folder / "screen_digits.json")
        if digit.writer in drawings.UNSEEN_WRITERS
    ]
    screen = drawings.written(digits, rng, times=times)
    writers = np.tile([digit.writer for digit in digits], times)
    probabilities = classifier.probabilities(screen.images)
    right = probabilities.argmax(axis=1) == screen.labels
    mnist = datasets.load("mnist")
    others = {
        "characters": drawings.characters(folder / "characters.npz", rng, unseen=True, times=2),
        "doodles": drawings.doodles(folder / "doodles.npz", rng, unseen=True),
    }
    turned = {name: ~_passes(classifier, part.images) for name, part in others.items()}
    again = drawings.prepared(zip(mnist.x_test, mnist.y_test, strict=True))
    return Figures(
        screen=float(right.mean()),
        worst_writer=min(float(right[writers == writer].mean()) for writer in set(writers)),
        mnist=_accuracy(classifier, mnist.x_test, mnist.y_test),
        mnist_prepared=_accuracy(classifier, again.images, again.labels),
        passed=float(_passes(classifier, screen.images).mean()),
        turned_away=float(np.concatenate(list(turned.values())).mean()),
        turned_away_of={name: float(part.mean()) for name, part in turned.items()},
        doubted=_doubted(classifier, np.concatenate([part.images for part in others.values()])),
        doubted_digits=_doubted(classifier, screen.images),
        calibration=calibration_error(probabilities.max(axis=1), right),
        milliseconds=_milliseconds(classifier, screen.images[0]),
        megabytes=keras_file.stat().st_size / 1e6,
        parameters=classifier.record.parameters,
    )


def _accuracy(classifier: Classifier, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> float:
    return float((classifier.probabilities(images).argmax(axis=1) == labels).mean())


def _passes(classifier: Classifier, images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    outputs = classifier.outputs(images)
    if classifier.record.reject_class:
        return np.asarray(outputs[:, -1] < classifier.record.reject_threshold)
    return np.ones(len(outputs), np.bool_)


def _doubted(classifier: Classifier, images: NDArray[np.uint8]) -> float:
    return float(np.mean([answer.verdict != "sure" for answer in classifier.answers(images)]))


def _milliseconds(classifier: Classifier, picture: NDArray[np.uint8], repeats: int = 300) -> float:
    image = prepare_drawing(picture).image
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        classifier.classify(image)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken) * 1000)


def main(model: ModelFolder, folder: Path) -> Figures:
    """Measure a model and log its figures, one a line."""
    figures = measure(Classifier(model.record(), model.keras_path()), model.keras_path(), folder)
    for name, value in asdict(figures).items():
        log.info("%-16s %s", name, value)
    return figures
