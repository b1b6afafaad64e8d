"""What one sees inside a network: plain arrays, and the arithmetic between them. Needs no Keras.

`cnn.network.inspection` fills these from a trained network; pages show them. All arithmetic here is
done again in NumPy, step by step, from the inputs and the weights, so that it can be shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, erf, exp, expm1, sqrt, tanh

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
class Look:
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
class Arithmetic:
    """How one value of a layer comes about.

    Attributes:
        patch: float32, the inputs it is made of: (window, window, channels) with zeros where the
            window stands over the border; (window, window) of its own channel in pooling;
            (inputs,) in a dense layer; (1,) where each value is taken by itself.
        kernel: float32 of the patch's shape; None in pooling, dropout and flattening.
        products: patch times kernel, of the same shape; None without a kernel.
        shares: float32 (channels,), each input channel's sum of products; the products themselves
            in a dense layer; None without a kernel.
        bias: what is added; 0 without one.
        before: the sum of the products and the bias, or the pool's largest or mean value.
        after: `before` through the activation. For softmax it is `before`: see `softmax_steps`.
        frame: (top, left, bottom, right) of the patch in the layer's input, ends not included,
            negative or too large over the border; None in a dense layer.
        chosen: where in the patch the value stands that max-pooling keeps; else None.
    """

    patch: Array
    kernel: Array | None
    products: Array | None
    shares: Array | None
    bias: float
    before: float
    after: float
    frame: tuple[int, int, int, int] | None
    chosen: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class SoftmaxSteps:
    """From scores to probabilities.

    Attributes:
        scores: float64 (classes,).
        exponentials: e to the power of (score - largest score): so they stay in (0, 1], and the
            quotients are the same.
        total: their sum.
        probabilities: exponentials / total.
    """

    scores: NDArray[np.float64]
    exponentials: NDArray[np.float64]
    total: float
    probabilities: NDArray[np.float64]


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


def arithmetic(facts: LayerFacts, inputs: Array, pixel: Pixel) -> Arithmetic:
    """How the value at `pixel` of a layer comes about.

    Args:
        facts: the layer.
        inputs: float32 of the layer's input shape.
        pixel: a place in the layer's output.

    Raises:
        ConfigError: there is no such place.
    """
    _check_pixel(facts, pixel)
    match facts.kind:
        case "conv2d":
            return _convolved(facts, inputs, pixel)
        case "max_pool2d" | "average_pool2d":
            return _pooled(facts, inputs, pixel)
        case "dense":
            return _weighed(facts, inputs, pixel[-1])
    return _by_itself(facts, inputs, pixel)


def softmax_steps(scores: Array) -> SoftmaxSteps:
    """From the scores (classes,) of the last layer to its probabilities."""
    precise = scores.astype(np.float64)
    exponentials = np.exp(precise - precise.max())
    total = float(exponentials.sum())
    return SoftmaxSteps(precise, exponentials, total, exponentials / total)


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


def _convolved(facts: LayerFacts, inputs: Array, pixel: Pixel) -> Arithmetic:
    assert facts.kernel is not None
    assert facts.bias is not None
    frame = _frame(facts, pixel)
    patch = _cut(inputs, frame)
    kernel = facts.kernel[..., pixel[2]]
    products = patch * kernel
    shares = products.sum(axis=(0, 1))
    bias = float(facts.bias[pixel[2]])
    before = float(shares.sum()) + bias
    after = activate(facts.activation, before)
    return Arithmetic(patch, kernel, products, shares, bias, before, after, frame)


def _pooled(facts: LayerFacts, inputs: Array, pixel: Pixel) -> Arithmetic:
    frame = _frame(facts, pixel)
    patch = _cut(inputs, frame)[..., pixel[2]]
    if facts.kind == "average_pool2d":
        value, chosen = float(patch.mean()), None
    else:
        row, column = np.unravel_index(int(patch.argmax()), patch.shape)
        value, chosen = float(patch.max()), (int(row), int(column))
    return Arithmetic(patch, None, None, None, 0.0, value, value, frame, chosen)


def _weighed(facts: LayerFacts, inputs: Array, unit: int) -> Arithmetic:
    assert facts.kernel is not None
    assert facts.bias is not None
    kernel = facts.kernel[:, unit]
    products = inputs * kernel
    bias = float(facts.bias[unit])
    before = float(products.sum()) + bias
    after = activate(facts.activation, before)
    return Arithmetic(inputs, kernel, products, products, bias, before, after, None)


def _by_itself(facts: LayerFacts, inputs: Array, pixel: Pixel) -> Arithmetic:
    value = inputs.reshape(facts.output_shape)[pixel].reshape(1)
    place = pixel if len(facts.input_shape) == 3 else None
    if place is not None and len(pixel) == 1:
        place = tuple(int(i) for i in np.unravel_index(pixel[0], facts.input_shape))
    frame = None if place is None else (place[0], place[1], place[0] + 1, place[1] + 1)
    if facts.kernel is None or facts.bias is None:
        return Arithmetic(value, None, None, None, 0.0, float(value[0]), float(value[0]), frame)
    kernel, bias = facts.kernel[pixel[-1:]].reshape(1), float(facts.bias[pixel[-1]])
    product = value * kernel
    result = float(product[0]) + bias
    return Arithmetic(value, kernel, product, product, bias, result, result, frame)


def _frame(facts: LayerFacts, pixel: Pixel) -> tuple[int, int, int, int]:
    top = pixel[0] * facts.stride - facts.padding[0]
    left = pixel[1] * facts.stride - facts.padding[1]
    return top, left, top + facts.window, left + facts.window


def _cut(inputs: Array, frame: tuple[int, int, int, int]) -> Array:
    """The part of `inputs` within the frame, zeros outside of them."""
    top, left, bottom, right = frame
    patch = np.zeros((bottom - top, right - left, inputs.shape[2]), np.float32)
    # A window may stand on zeros alone.
    inside = inputs[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    row, column = min(max(-top, 0), len(patch)), min(max(-left, 0), patch.shape[1])
    patch[row : row + inside.shape[0], column : column + inside.shape[1]] = inside
    return patch


def activate(name: str, value: float) -> float:
    """One number through an activation, by its definition in Keras. Softmax, which needs all, leaves it."""
    return ACTIVATIONS[name](value) if name in ACTIVATIONS else value


ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "relu": lambda value: max(value, 0.0),
    "tanh": tanh,
    "sigmoid": lambda value: 1 / (1 + exp(-value)),
    "elu": lambda value: value if value > 0 else expm1(value),
    "swish": lambda value: value / (1 + exp(-value)),
    "silu": lambda value: value / (1 + exp(-value)),
    "gelu": lambda value: value * (1 + erf(value / sqrt(2))) / 2,
}
