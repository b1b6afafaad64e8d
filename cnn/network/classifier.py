"""A trained network, compiled for answering."""

import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.errors import PictureError
from cnn.i18n import N_
from cnn.insight.answers import Answer, answer_from
from cnn.insight.metrics import given_a_class
from cnn.models.record import ModelRecord
from cnn.network import build, compat
from cnn.network.batches import by_batches

# Softmax outputs below this are taken for this, so that they have a logarithm.
_LEAST = 1e-9


class Classifier:
    """Reads a saved model once and answers many times; may be shared by threads.

    The probabilities are those of the network after temperature scaling (Guo et al., "On calibration of
    modern neural networks", https://arxiv.org/abs/1706.04599), with the temperature of its record.

    Args:
        record: the model's record.
        keras_file: its `.keras` file.

    Raises:
        ModelBroken: the file does not hold the weights of the network in the record.
    """

    def __init__(self, record: ModelRecord, keras_file: Path) -> None:
        self.record = record
        self._shape = tuple(record.input_shape)
        self._model = build.load(record, keras_file)

        def outputs(images: tf.Tensor) -> tf.Tensor:
            scores = tf.math.log(tf.maximum(self._model(images, training=False), _LEAST))
            return tf.nn.softmax(scores / record.temperature)

        signature = tf.TensorSpec([None, *self._shape], tf.float32)
        self._outputs = tf.function(outputs, input_signature=[signature], autograph=False)
        # Tracing and the kernels' first run take far longer than an answer.
        self._outputs(tf.zeros([1, *self._shape]))

    def classify(self, image: NDArray[np.float32]) -> Answer:
        """What one picture shows.

        Args:
            image: float32 (28, 28) in [0, 1], light ink on dark, as `prepare_drawing` gives it; for a model
                of other pictures, of its `input_shape`.

        Raises:
            PictureError: the picture has another shape.
        """
        return self.answers(image[np.newaxis])[0]

    def answers(self, images: NDArray[Any]) -> list[Answer]:
        """What each of several pictures shows; takes and raises what `probabilities` does."""
        return [
            answer_from(
                outputs,
                reject_class=self.record.reject_class,
                reject_threshold=self.record.reject_threshold,
            )
            for outputs in self.outputs(images)
        ]

    def probabilities(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """The probability of each class given that the picture shows one, float32 (N, classes).

        Args:
            images: (N, height, width) or (N, height, width, channels), float32 in [0, 1] or uint8.

        Raises:
            PictureError: the pictures have another shape than the model's.
        """
        return given_a_class(self.outputs(images), len(self.record.class_names))

    def outputs(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """What the network puts out, "not a digit" included where it has that, float32 (N, outputs).

        Takes and raises what `probabilities` does.
        """
        results = by_batches(lambda batch: self._outputs(self._checked(batch)).numpy(), images)
        units = len(self.record.class_names) + self.record.reject_class
        return np.concatenate([np.empty((0, units), np.float32), *results])

    def h5(self) -> bytes:
        """The network as the bytes of an HDF5 file, for programs that read Keras's older format."""
        content = io.BytesIO()
        with h5py.File(content, "w") as file:
            compat.write_h5(self._model, file)
        return content.getvalue()

    def _checked(self, images: NDArray[Any]) -> NDArray[np.float32]:
        if images.ndim == 3:
            images = images[..., np.newaxis]
        if images.shape[1:] != self._shape:
            raise PictureError(
                N_("The picture has shape {shape}, but the model {name} reads {expected}."),
                shape="×".join(map(str, images.shape[1:])),
                name=self.record.name,
                expected="×".join(map(str, self._shape)),
            )
        scale = np.float32(1 / 255) if images.dtype == np.uint8 else np.float32(1)
        return np.asarray(images * scale, np.float32)
