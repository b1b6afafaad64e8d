"""Inside a trained network: its weights, what each layer makes of an image, where the evidence lies."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnn.errors import ConfigError, ModelBroken, PictureError
from cnn.i18n import N_
from cnn.insight.activations import (
    Array,
    Evidence,
    ForwardPass,
    LayerFacts,
    LayerValues,
    Strongest,
    same_padding,
)
from cnn.network.batches import by_batches, with_channels
from cnn.network.build import LAYERS

# Steps of the sum that stands for the integral. With 32 of them the parts of a network of ReLUs add up
# to the whole within a few per cent; with 64 within one or two.
STEPS = 64
_GRADIENT_PARTS = 3

KINDS = {kind: name for name, kind in LAYERS.items()}


class Inspector:
    """Looks into one network. Compiled on first use, then quick; keep it as long as the network.

    Args:
        model: as `cnn.network.build` makes them: one layer after another.

    Attributes:
        layers: the network's layers as they are for every image.

    Raises:
        ModelBroken: the network has branches or layers of other kinds.
    """

    def __init__(self, model: keras.Model) -> None:
        if not isinstance(model, keras.Sequential):
            raise ModelBroken(
                N_("This model is no sequence of layers, so its layers cannot be shown one by one.")
            )
        self._model = model
        self.layers = tuple(_facts(layer) for layer in model.layers)
        shape = (None, *self.layers[0].input_shape)
        self._traced = _compiled(self._trace, shape)
        self._gradients = tf.function(
            self._gradients_of,
            input_signature=[tf.TensorSpec(shape, tf.float32), tf.TensorSpec((), tf.int32)],
            autograph=False,
        )
        self._answers: dict[int, Callable[[Any], tf.Tensor]] = {}

    def forward_pass(self, image: Array) -> ForwardPass:
        """What every layer makes of one image, in one call.

        Args:
            image: float32 (height, width, channels) in [0, 1]; grey ones also (height, width).

        Raises:
            PictureError: the image has another shape than the network takes.
        """
        batch = self._batch(image)
        values = self._traced(batch)
        return ForwardPass(
            image=batch[0],
            layers=tuple(LayerValues(before.numpy()[0], after.numpy()[0]) for before, after in values),
        )

    def evidence(self, image: Array, class_number: int) -> Evidence:
        """Where on the image the score of a class comes from: integrated gradients from black.

        The gradient of the class's score (before softmax) with respect to the pixels, averaged on
        the straight way from a black image to this one, times the pixels. Where nothing is drawn
        there is no evidence. Source: Sundararajan, Taly, Yan, "Axiomatic attribution for deep
        networks", https://arxiv.org/abs/1703.01365.

        Args:
            image: as in `forward_pass`.
            class_number: the class, from 0.

        Raises:
            PictureError: the image has another shape than the network takes.
            ConfigError: there is no such class.
        """
        batch = self._batch(image)
        classes = self.layers[-1].output_shape[0]
        if not 0 <= class_number < classes:
            raise ConfigError(
                N_("There is no class {number}: the network tells {classes} apart, from 0 on."),
                number=class_number,
                classes=classes,
            )
        # The middles of equal steps, and both ends for their scores.
        way = np.r_[(np.arange(STEPS) + 0.5) / STEPS, 0, 1].astype(np.float32)
        # A large network keeps much of each image until its gradient is known: some at a time.
        parts = [
            self._gradients(part[:, None, None, None] * batch, np.int32(class_number))
            for part in np.array_split(way, _GRADIENT_PARTS)
        ]
        scores, gradients = (np.concatenate(each) for each in zip(*parts, strict=True))
        pixels = gradients[:STEPS].mean(axis=0) * batch[0]
        black_score, score = scores[STEPS:]
        return Evidence(class_number, pixels.sum(axis=-1), float(score), float(black_score))

    def strongest(self, layer: str, channel: int, images: np.ndarray, count: int = 16) -> Strongest:
        """The images that a channel of a layer answers most, by its largest output on each.

        Args:
            layer: the name of a layer that gives maps.
            channel: the number of the map, from 0.
            images: uint8 (N, height, width) or (N, height, width, channels).
            count: how many images at most.

        Raises:
            ConfigError: there is no such layer or no such map.
        """
        number = self._number_of_maps(layer, channel)
        if number not in self._answers:
            shape = (None, *self.layers[0].input_shape)
            self._answers[number] = _compiled(lambda batch: self._peaks(batch, number), shape)

        def answers(batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            peaks, pixels = self._answers[number](with_channels(batch).astype(np.float32) / 255)
            return peaks.numpy()[:, channel], pixels.numpy()[:, channel]

        values, pixels = map(np.concatenate, zip(*by_batches(answers, images), strict=True))
        order = np.argsort(-values, kind="stable")[:count]
        width = self.layers[number].output_shape[1]
        return Strongest(order, values[order], np.stack(np.divmod(pixels[order], width), axis=1))

    def _batch(self, image: Array) -> Array:
        expected = self.layers[0].input_shape
        batch = with_channels(np.asarray(image, np.float32)[np.newaxis])
        if batch.shape[1:] != expected:
            raise PictureError(
                N_("The picture is {got}, but this network takes {expected}."),
                got="×".join(map(str, image.shape)),
                expected="×".join(map(str, expected)),
            )
        return batch

    def _number_of_maps(self, layer: str, channel: int) -> int:
        names = [facts.name for facts in self.layers if len(facts.output_shape) == 3]
        if layer not in names:
            raise ConfigError(
                N_("There is no layer {layer} with maps. Layers with maps are: {names}."),
                layer=layer,
                names=", ".join(names),
            )
        number = [facts.name for facts in self.layers].index(layer)
        maps = self.layers[number].output_shape[-1]
        if not 0 <= channel < maps:
            raise ConfigError(
                N_("The layer {layer} has {maps} maps, numbered from 0; there is no map {channel}."),
                layer=layer,
                maps=maps,
                channel=channel,
            )
        return number

    def _trace(self, batch: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
        values = []
        for layer in self._model.layers:
            before = _before_activation(layer, batch)
            batch = before if before is None or not hasattr(layer, "activation") else layer.activation(before)
            values.append((before, batch))
        return values

    def _gradients_of(self, batch: tf.Tensor, class_number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(batch)
            scores = tf.gather(self._trace(batch)[-1][0], class_number, axis=1)
        return scores, tape.gradient(scores, batch)

    def _peaks(self, batch: tf.Tensor, number: int) -> tuple[tf.Tensor, tf.Tensor]:
        for layer in self._model.layers[: number + 1]:
            batch = layer(batch, training=False)
        flat = tf.reshape(batch, [tf.shape(batch)[0], -1, batch.shape[-1]])
        return tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1)


def _compiled(function: Callable[..., Any], shape: tuple[int | None, ...]) -> Callable[..., Any]:
    compiled: Callable[..., Any] = tf.function(
        function, input_signature=[tf.TensorSpec(shape, tf.float32)], autograph=False
    )
    return compiled


def _before_activation(layer: keras.Layer, batch: tf.Tensor) -> tf.Tensor:
    """The layer's output before its activation; its output where it has none."""
    if isinstance(layer, keras.layers.Conv2D):
        return layer.convolution_op(batch, layer.kernel) + layer.bias
    if isinstance(layer, keras.layers.Dense):
        return tf.matmul(batch, layer.kernel) + layer.bias
    return layer(batch, training=False)


def _facts(layer: keras.Layer) -> LayerFacts:
    kind = KINDS.get(type(layer))
    if kind is None:
        raise ModelBroken(
            N_("The layer {layer} is a {kind}, which cannot be shown."),
            layer=layer.name,
            kind=type(layer).__name__,
        )
    facts: dict[str, Any] = {
        "name": layer.name,
        "kind": kind,
        "input_shape": layer.input.shape[1:],
        "output_shape": layer.output.shape[1:],
    }
    match kind:
        case "conv2d":
            facts |= _window(layer, layer.kernel_size[0]) | _weights(layer.kernel, layer.bias)
        case "max_pool2d" | "average_pool2d":
            facts |= _window(layer, layer.pool_size[0])
        case "dense":
            facts |= _weights(layer.kernel, layer.bias)
        case "batch_normalization":
            facts |= _normalisation(layer)
    if kind in {"conv2d", "dense"}:
        facts["activation"] = layer.activation.__name__
    return LayerFacts(**facts)


def _window(layer: keras.Layer, side: int) -> dict[str, Any]:
    stride = layer.strides[0]
    padding = (0, 0)
    if layer.padding == "same":
        height, width = (same_padding(size, side, stride) for size in layer.input.shape[1:3])
        padding = (height, width)
    return {"window": side, "stride": stride, "padding": padding}


def _weights(kernel: keras.Variable, bias: keras.Variable) -> dict[str, Any]:
    return {"kernel": np.array(kernel.numpy()), "bias": np.array(bias.numpy())}


def _normalisation(layer: keras.Layer) -> dict[str, Any]:
    """What normalising comes to once training is over: a scale and a shift for each channel."""
    gamma, beta = layer.gamma.numpy(), layer.beta.numpy()
    mean, variance = layer.moving_mean.numpy(), layer.moving_variance.numpy()
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return {"kernel": scale, "bias": beta - mean * scale}
