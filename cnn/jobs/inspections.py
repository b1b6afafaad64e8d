"""Looks into networks, as tasks that run in worker processes. Importable without Keras.

The short ones go through `Workers.inspect`, the long ones, which read thousands of images, through
`Workers.begin`.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnn.data import datasets
from cnn.data.datasets import Dataset
from cnn.errors import DataError
from cnn.i18n import N_
from cnn.insight import metrics, numpy_layers
from cnn.insight.activations import Array, Evidence, ForwardPass, LayerFacts, Strongest
from cnn.insight.metrics import Evaluation, Numbers
from cnn.models.folder import ModelFolder
from cnn.models.record import ModelRecord

if TYPE_CHECKING:
    from cnn.network.inspector import Inspector
    from cnn.network.scoring import Neighbours

RESIDENT_INSPECTORS = 8
RESIDENT_NEIGHBOURS = 2
"""Each holds a vector for each training image."""

_log = logging.getLogger(__name__)


def dataset_of(record: ModelRecord) -> Dataset:
    """The data set that a model was trained on; the digits of scikit-learn where MNIST cannot be had.

    Raises:
        DataError: it cannot be had.
    """
    return datasets.load(record.data_name)


def layers(folder: ModelFolder) -> tuple[LayerFacts, ...]:
    """The layers of a network, without their weights: see `weights`.

    Raises:
        ModelError: the model cannot be read, or its layers cannot be shown.
    """
    return tuple(replace(facts, kernel=None, bias=None) for facts in _inspector(folder).layers)


def weights(folder: ModelFolder, layer: int, channel: int) -> tuple[Array, Array]:
    """The kernel and bias that make one map or unit of a layer, as `LayerFacts.weights` gives them.

    Args:
        folder: the model's.
        layer: the number, from 0, of a layer that has weights.
        channel: the map or unit.

    Raises:
        ModelError: as `layers`.
    """
    return _inspector(folder).layers[layer].weights(channel)


def slices(folder: ModelFolder, layer: int, incoming: int | None) -> Array:
    """The kernels of a convolution as they act on one map of its input.

    Args:
        folder: the model's.
        layer: the layer's number, from 0.
        incoming: the map of the input; None for all, which can be much.

    Returns:
        float32 (height, width, channels in, filters), with one channel for one map.

    Raises:
        ModelError: as `layers`.
    """
    kernel = _inspector(folder).layers[layer].kernel
    assert kernel is not None
    return kernel if incoming is None else kernel[:, :, incoming : incoming + 1]


def forward_pass(folder: ModelFolder, image: Array) -> ForwardPass:
    """What every layer makes of a float32 image in [0, 1].

    Raises:
        ModelError: as `layers`.
        PictureError: the image has another shape than the network takes.
    """
    return _inspector(folder).forward_pass(image)


def evidence(folder: ModelFolder, image: Array, class_number: int) -> Evidence:
    """Where on an image a class's score comes from; raises what `forward_pass` does, and `ConfigError`."""
    return _inspector(folder).evidence(image, class_number)


def strongest(folder: ModelFolder, layer: str, channel: int, count: int) -> Strongest:
    """The test images of the model's data set that a map answers most. Takes seconds.

    Raises:
        ModelError, ConfigError, DataError: the model, the map or the images are not there.
    """
    return _inspector(folder).strongest(layer, channel, dataset_of(folder.record()).x_test, count)


def nearest(folder: ModelFolder, image: np.ndarray, count: int) -> tuple[Numbers, Array]:
    """The numbers of the training images that a network sees most alike, and how far they are.

    The first one of a model takes many seconds: all training images go through the network.

    Args:
        folder: the model's.
        image: uint8, as the data set's.
        count: how many.

    Raises:
        ModelError, DataError: the model or the images are not there.
    """
    # `Nearest` stands where Keras is imported, so it cannot cross to a process without it.
    found = _neighbours(*folder.stamped()).nearest(image, count)
    return found.images, found.distances


def shifted_accuracies(
    folders: Sequence[ModelFolder], distances: Sequence[int], count: int
) -> list[list[float]]:
    """How many test images networks still get right when they are shifted, each in the eight directions.

    Takes seconds.

    Args:
        folders: of models trained on the same data set.
        distances: how far the images are shifted, in pixels.
        count: so many test images are read, the first ones.

    Returns:
        for each model, for each distance, the mean accuracy over the directions, in [0, 1].

    Raises:
        ModelError, DataError, PictureError: a model or the images cannot be used.
    """
    from cnn.network.classifier import Classifier

    dataset = dataset_of(folders[0].record())
    images, labels = dataset.x_test[:count], dataset.y_test[:count]
    networks = [Classifier(folder.record(), folder.keras_path()) for folder in folders]

    def accuracy(network: Classifier, distance: int) -> float:
        moved = (numpy_layers.shifted(images, *way) for way in numpy_layers.ways(distance))
        return float(np.mean([network.probabilities(each).argmax(axis=1) == labels for each in moved]))

    return [[accuracy(network, distance) for distance in distances] for network in networks]


def evaluation(folder: ModelFolder, kept: Path, data_sha256: str) -> Evaluation:
    """A model's answers to all test images of its data set, also written to `kept`. Takes seconds.

    Where it cannot be written, that is logged.

    Args:
        folder: the model's.
        kept: the file for the evaluation.
        data_sha256: the hash of the app's data set; `kept` is named by it.

    Raises:
        ModelError, PictureError: the model or the images cannot be used.
        DataError: the data set cannot be had, or is another one here.
    """
    from cnn.network.classifier import Classifier
    from cnn.network.scoring import score

    record = folder.record()
    dataset = dataset_of(record)
    if dataset.sha256 != data_sha256:
        raise DataError(
            N_(
                "The process that scores has other images as {name!r} ({came}…) than the app "
                "({expected}…). Start the app again."
            ),
            name=dataset.name,
            came=dataset.sha256[:8],
            expected=data_sha256[:8],
        )
    made = score(Classifier(record, folder.keras_path()), dataset)
    try:
        metrics.save(made, kept)
    except OSError as error:
        _log.warning("the evaluation of %s cannot be kept: %s", folder.path.name, error)
    return made


def _inspector(folder: ModelFolder) -> "Inspector":
    # The modification time is part of the key: a model saved again under its name is another one.
    return _compiled(*folder.stamped())


@lru_cache(RESIDENT_INSPECTORS)
def _compiled(folder: ModelFolder, _modified_ns: int) -> "Inspector":
    from cnn.network.build import load
    from cnn.network.inspector import Inspector

    return Inspector(load(folder.record(), folder.keras_path()))


@lru_cache(RESIDENT_NEIGHBOURS)
def _neighbours(folder: ModelFolder, _modified_ns: int) -> "Neighbours":
    from cnn.network.build import load
    from cnn.network.scoring import Neighbours

    record = folder.record()
    return Neighbours(load(record, folder.keras_path()), dataset_of(record).x_train)
