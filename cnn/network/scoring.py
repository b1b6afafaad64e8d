"""A trained network's answers to many images, and which training images resemble one."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from cnn.data.datasets import Dataset
from cnn.insight.metrics import Evaluation, Numbers, evaluation_of
from cnn.network.batches import by_batches, with_channels
from cnn.network.classifier import Classifier

LONGEST_VECTOR = 256


def score(classifier: Classifier, dataset: Dataset) -> Evaluation:
    """Score a network by its answers to all test images of a data set, with a drawing's probabilities.

    Raises:
        PictureError: the images have another shape than the model takes.
    """
    return evaluation_of(
        classifier.probabilities(dataset.x_test),
        dataset.y_test,
        temperature=classifier.record.temperature,
    )


@dataclass(frozen=True, eq=False)
class Nearest:
    """The images most like one, the most alike first.

    Attributes:
        images: int64 (count,), their numbers.
        distances: float32 (count,), Euclidean, in the units of the layer.
    """

    images: Numbers
    distances: np.ndarray


class Neighbours:
    """Finds images that a network sees alike: near in what its last hidden layer makes of them.

    Args:
        model: as `cnn.network.build` makes them.
        images: uint8 (N, height, width) or (N, height, width, channels), to search in. They go
            through the network once, here.
    """

    def __init__(self, model: keras.Model, images: np.ndarray) -> None:
        from sklearn.neighbors import NearestNeighbors
        from sklearn.random_projection import SparseRandomProjection

        shape = (None, *model.input_shape[1:])
        hidden = keras.Model(model.inputs, model.layers[-1].input)
        self._hidden = tf.function(
            lambda batch: hidden(batch, training=False),
            input_signature=[tf.TensorSpec(shape, tf.float32)],
            autograph=False,
        )
        width = hidden.output_shape[-1]
        self._projection = None
        if width > LONGEST_VECTOR:
            # Keeps distances to about a tenth (Johnson, Lindenstrauss), and of the projection only what is
            # not zero: Li, Hastie, Church, "Very sparse random projections", KDD 2006.
            self._projection = SparseRandomProjection(LONGEST_VECTOR, random_state=0)
            self._projection.fit(np.zeros((1, width), np.float32))
        self._search = NearestNeighbors(algorithm="brute").fit(
            np.concatenate(by_batches(self._vectors, images))
        )

    def nearest(self, image: np.ndarray, count: int = 8) -> Nearest:
        """The `count` images most like this one, uint8 (height, width[, channels])."""
        distances, numbers = self._search.kneighbors(self._vectors(image[np.newaxis]), count)
        return Nearest(numbers[0], distances[0].astype(np.float32))

    def _vectors(self, images: np.ndarray) -> np.ndarray:
        values = self._hidden(with_channels(images).astype(np.float32) / 255).numpy()
        if self._projection is not None:
            values = self._projection.transform(values)
        return np.asarray(values, np.float32)
