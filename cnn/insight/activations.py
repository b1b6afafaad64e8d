"""What one sees inside a network, in plain arrays. Needs no Keras.

`cnn.network.inspector` fills these from a trained network, `cnn.insight.numpy_layers` from small examples;
pages show them.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from cnn.errors import ConfigError
from cnn.i18n import N_

Array = NDArray[np.float32]
Pixel = tuple[int, ...]
"""A place in a layer's output: (row, column, channel) in maps, (unit,) in a vector."""


@dataclass(frozen=True, eq=False)
class LayerFacts:
    """A layer as it is for every image.

    Attributes:
        name: stable, as "conv2d_1"; the last layer is "output".
        kind: "conv2d", "max_pool2d", "average_pool2d", "batch_normalization", "dropout", "flatten"
            or "dense".
        input_shape, output_shape: (height, width, channels) or (units,).
        activation: as "relu", "linear", "softmax"; "linear" where the layer has none.
        window: the side of the kernel or the pool; 1 for layers that take each value by itself.
        stride: by how many pixels the window moves.
        padding: rows above and columns to the left of the input that count as zero.
        kernel: float32 (window, window, channels in, channels out) of a convolution, (inputs,
            units) of a dense layer, (channels,) scales of a normalisation; else None.
        bias: float32, one for each channel or unit; None where there is no kernel.
    """

    name: str
    kind: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    activation: str = "linear"
    window: int = 1
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    kernel: Array | None = None
    bias: Array | None = None

    def weights(self, channel: int) -> tuple[Array, Array]:
        """The kernel and bias of one map or unit, shaped as all of them, the last axis 1.

        Args:
            channel: the map or unit of a layer that has weights.
        """
        assert self.kernel is not None
        assert self.bias is not None
        return self.kernel[..., channel : channel + 1], self.bias[channel : channel + 1]


@dataclass(frozen=True, eq=False)
class LayerValues:
    """What one layer makes of one image.

    Attributes:
        before: float32, what stands before the activation; the output itself where there is none.
        output: float32 of the layer's output shape.
    """

    before: Array
    output: Array


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """One image on its way through all layers.

    Attributes:
        image: float32 (height, width, channels) in [0, 1].
        layers: one entry for each layer, in their order.
    """

    image: Array
    layers: tuple[LayerValues, ...]

    def input_of(self, layer: int) -> Array:
        """What the layer of that number, from 0, gets: float32 of its input shape."""
        return self.image if layer == 0 else self.layers[layer - 1].output

    @property
    def probabilities(self) -> Array:
        """float32 (classes,) summing to 1."""
        return self.layers[-1].output


@dataclass(frozen=True, eq=False)
class Evidence:
    """Where on an image the score of one class comes from.

    Attributes:
        class_number: the class.
        pixels: float32 (height, width): what each pixel adds to the score, negative where it speaks
            against the class. Their sum is `score` - `black_score`.
        score: the class's score, before softmax, for the image.
        black_score: the same for a black image.
    """

    class_number: int
    pixels: Array
    score: float
    black_score: float


@dataclass(frozen=True, eq=False)
class Strongest:
    """The images that a filter answers most.

    Attributes:
        images: int64, their numbers, the strongest first.
        values: float32, the filter's largest output on each.
        pixels: int64 (images, 2), row and column of it in the layer's output.
    """

    images: NDArray[np.int64]
    values: Array
    pixels: NDArray[np.int64]


def receptive_field(layers: tuple[LayerFacts, ...], layer: int, pixel: Pixel) -> tuple[int, int, int, int]:
    """The part of the input image that the value at `pixel` of a layer depends on.

    It grows with each layer back: a window of k pixels at distance s turns rows a to b into rows
    a*s - padding to b*s - padding + k - 1; see Dumoulin and Visin, "A guide to convolution arithmetic
    for deep learning", https://arxiv.org/abs/1603.07285.

    Args:
        layers: the network.
        layer: the layer's number, from 0.
        pixel: a place in its output.

    Returns:
        (top, left, bottom, right) on the input image, ends not included, within its borders.

    Raises:
        ConfigError: there is no such place.
    """
    _check_pixel(layers[layer], pixel)
    field: tuple[range, range] | None = None
    if len(pixel) == 3:
        field = range(pixel[0], pixel[0] + 1), range(pixel[1], pixel[1] + 1)
    unit: int | None = pixel[0]
    for facts in reversed(layers[: layer + 1]):
        if field is not None:
            field = _seen_through(facts, field)
        elif facts.kind == "flatten" and unit is not None and len(facts.input_shape) == 3:
            row, column, _ = (int(place) for place in np.unravel_index(unit, facts.input_shape))
            field = range(row, row + 1), range(column, column + 1)
        elif facts.kind == "dense":
            unit = None
        if field is None and len(facts.input_shape) == 3:
            field = range(facts.input_shape[0]), range(facts.input_shape[1])
    assert field is not None
    rows, columns = field
    return rows.start, columns.start, rows.stop, columns.stop


def same_padding(size: int, window: int, stride: int) -> int:
    """How many zeros "same" puts before the input; after it there may be one more."""
    return max((ceil(size / stride) - 1) * stride + window - size, 0) // 2


def _seen_through(facts: LayerFacts, field: tuple[range, range]) -> tuple[range, range]:
    rows, columns = (
        range(
            max(0, along.start * facts.stride - padding),
            min(size, (along.stop - 1) * facts.stride - padding + facts.window),
        )
        for along, padding, size in zip(field, facts.padding, facts.input_shape[:2], strict=True)
    )
    return rows, columns


def _check_pixel(facts: LayerFacts, pixel: Pixel) -> None:
    fits = len(pixel) == len(facts.output_shape)
    if not fits or not all(0 <= place < size for place, size in zip(pixel, facts.output_shape, strict=True)):
        raise ConfigError(
            N_("There is no value {pixel} in the layer {layer}, whose output is {shape}."),
            pixel=pixel,
            layer=facts.name,
            shape="×".join(map(str, facts.output_shape)),
        )
