"""What a convolutional network is made of, one idea at a time, in numbers that can be followed.

Plain NumPy on small arrays; needs no Keras. Layers are described as those of trained networks are, by
`cnn.insight.activations.LayerFacts`, so that whatever shows the one shows the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cnn.errors import ConfigError
from cnn.i18n import N_
from cnn.insight.activations import Array, ForwardPass, LayerFacts, LayerValues, same_padding
from cnn.training.layers import AveragePool2D, Conv2D, Flatten, Layer, MaxPool2D, layer_table

Kind = TypeVar("Kind", bound=np.generic)

Window = Conv2D | MaxPool2D | AveragePool2D
"""A layer that looks at its input through a window."""

Padding = Literal["valid", "same"] | int
"""No zeros around the image, as many as keep its size at stride 1, or so many on each side."""


def _kernel(*rows: tuple[float, float, float], over: float = 1) -> Array:
    values = np.array(rows, np.float32) / over
    values.setflags(write=False)
    return values


KERNELS: MappingProxyType[str, Array] = MappingProxyType(
    {
        "horizontal": _kernel((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
        "vertical": _kernel((1, 0, -1), (1, 0, -1), (1, 0, -1)),
        "diagonal": _kernel((0, 1, 1), (-1, 0, 1), (-1, -1, 0)),
        "blur": _kernel((1, 1, 1), (1, 1, 1), (1, 1, 1), over=9),
        "sharpen": _kernel((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    }
)
"""Kernels that people made before networks learned theirs: float32 (3, 3), for light ink on dark."""


def zeros_around(size: int, window: int, stride: int, padding: Padding) -> tuple[int, int]:
    """How many zeros a padding puts before and after the `size` pixels of a row or column.

    "same" is Keras's: the output has size / stride pixels, rounded up, and an odd zero comes after.
    """
    match padding:
        case "valid":
            return 0, 0
        case "same":
            rows = -(-size // stride)
            before = same_padding(size, window, stride)
            return before, max((rows - 1) * stride + window - size, 0) - before
        case _:
            return padding, padding


def output_size(size: int, window: int, stride: int, zeros: tuple[int, int]) -> int:
    """At how many places a window stands along `size` pixels with `zeros` before and after them.

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning",
    https://arxiv.org/abs/1603.07285, relationship 6.

    Raises:
        ConfigError: the window is larger than all of them.
    """
    around = size + sum(zeros)
    if window > around:
        raise ConfigError(
            N_("A window of {window} pixels does not fit into {around}. Make it smaller, or pad more."),
            window=window,
            around=around,
        )
    return (around - window) // stride + 1


def convolution(image: Array, kernel: Array, stride: int = 1, padding: Padding = "valid") -> LayerFacts:
    """A layer with one filter, without bias and activation, for an image.

    Args:
        image: float32 (height, width, channels).
        kernel: float32 (side, side), for every channel the same.
        stride: by how many pixels the window moves.
        padding: the zeros around the image.

    Raises:
        ConfigError: the kernel does not fit into the image.
    """
    height, width, channels = image.shape
    side = len(kernel)
    around = [zeros_around(size, side, stride, padding) for size in (height, width)]
    rows, columns = (
        output_size(size, side, stride, zeros) for size, zeros in zip((height, width), around, strict=True)
    )
    return LayerFacts(
        name="conv2d",
        kind="conv2d",
        input_shape=image.shape,
        output_shape=(rows, columns, 1),
        window=side,
        stride=stride,
        padding=(around[0][0], around[1][0]),
        kernel=np.repeat(kernel[:, :, np.newaxis, np.newaxis], channels, axis=2).astype(np.float32),
        bias=np.zeros(1, np.float32),
    )


def stack(layers: Iterable[Window], input_shape: tuple[int, ...]) -> tuple[LayerFacts, ...]:
    """Layers upon each other as `LayerFacts`, without weights.

    Args:
        layers: convolutions and poolings, the first one next to the image.
        input_shape: (height, width, channels) of the image.

    Raises:
        LayerError: a window is larger than what the layers before have left.
    """
    layers = tuple(layers)
    whole: tuple[Layer, ...] = (*layers, Flatten())
    shapes = [input_shape, *(row.output_shape for row in layer_table(whole, input_shape, 1))]
    return tuple(
        _facts(layer, before, after) for layer, before, after in zip(layers, shapes, shapes[1:], strict=False)
    )


def _facts(layer: Window, before: tuple[int, ...], after: tuple[int, ...]) -> LayerFacts:
    if not isinstance(layer, Conv2D):
        return LayerFacts(
            layer.kind, layer.kind, before, after, window=layer.pool_size, stride=layer.pool_size
        )
    side, stride = layer.kernel_size, layer.strides
    top, left = (zeros_around(size, side, stride, layer.padding)[0] for size in before[:2])
    return LayerFacts(
        layer.kind,
        layer.kind,
        before,
        after,
        activation=layer.activation,
        window=side,
        stride=stride,
        padding=(top, left),
    )


def through(facts: LayerFacts, image: Array) -> ForwardPass:
    """An image on its way through one convolution without activation, or one max-pooling.

    Args:
        facts: as `convolution` or `stack` makes it; of a convolution with its kernel.
        image: float32 of the layer's input shape.
    """
    windows = _windows(facts, image)
    if facts.kind == "max_pool2d":
        output = windows.max(axis=(-2, -1))
    else:
        assert facts.kernel is not None
        assert facts.bias is not None
        output = np.einsum("yxcij,ijcf->yxf", windows, facts.kernel) + facts.bias
    return ForwardPass(image, (LayerValues(output, output),))


def _windows(facts: LayerFacts, image: Array) -> Array:
    """What the window sees at each of its places: float32 (rows, columns, channels, window, window)."""
    after = [
        max((count - 1) * facts.stride + facts.window - before - size, 0)
        for count, before, size in zip(facts.output_shape, facts.padding, image.shape, strict=False)
    ]
    padded = np.pad(image, ((facts.padding[0], after[0]), (facts.padding[1], after[1]), (0, 0)))
    every = sliding_window_view(padded, (facts.window, facts.window), axis=(0, 1))
    rows, columns = facts.output_shape[:2]
    return every[:: facts.stride, :: facts.stride][:rows, :columns]


def shifted(images: NDArray[Kind], down: int, right: int) -> NDArray[Kind]:
    """Images moved by whole pixels; what leaves is lost, and zeros come in.

    Args:
        images: (..., height, width) of any kind.
        down, right: pixels, negative for up and left.

    Returns:
        the same shape and kind.
    """
    height, width = images.shape[-2:]
    down, right = int(np.clip(down, -height, height)), int(np.clip(right, -width, width))
    moved = np.zeros_like(images)
    moved[..., max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = images[
        ..., max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return moved


def ways(distance: int) -> list[tuple[int, int]]:
    """The eight shifts (down, right) by so many pixels, straight and slanting; for 0 the one that is none."""
    steps = (-distance, 0, distance)
    return sorted({(down, right) for down in steps for right in steps if (down, right) != (0, 0)}) or [(0, 0)]


def alike(first: Array, second: Array) -> float:
    """How alike two pictures of light on dark are: the cosine between them, 1 for the same and 0 for none.

    Args:
        first, second: float of one shape, none negative; 0 where one of them is all zero.
    """
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.vdot(first, second)) / size if size else 0.0


@dataclass(frozen=True)
class Connections:
    """Three ways from the same inputs to the same outputs.

    Attributes:
        inputs: how many numbers go in.
        outputs: how many come out, as (rows, columns, filters).
        dense: parameters where every output sees every input.
        local: where each output sees its window only, with weights of its own.
        shared: where all places of a filter use the same weights: a convolution.
    """

    inputs: int
    outputs: tuple[int, int, int]
    dense: int
    local: int
    shared: int


def connections(side: int, channels: int, window: int, filters: int) -> Connections:
    """The parameters, biases too, that lead from a square image to the maps of a convolution without padding.

    Raises:
        ConfigError: the window does not fit into the image.
    """
    places = output_size(side, window, 1, (0, 0))
    inputs, outputs = side * side * channels, places * places * filters
    of_one = window * window * channels + 1
    return Connections(
        inputs=inputs,
        outputs=(places, places, filters),
        dense=(inputs + 1) * outputs,
        local=of_one * outputs,
        shared=of_one * filters,
    )


def one_hot(number: int, classes: int) -> NDArray[np.float64]:
    """The probabilities of whoever knows the class: 1 for it, 0 for all others; float64 (classes,)."""
    truth = np.zeros(classes)
    truth[number] = 1
    return truth


@dataclass(frozen=True, eq=False)
class SoftmaxSteps:
    """From scores to probabilities.

    Attributes:
        scores: float64 (classes,).
        exponentials: e to the power of (score - largest score): so they stay in (0, 1], and the
            quotients are the same.
        probabilities: the exponentials, divided by their sum.
    """

    scores: NDArray[np.float64]
    exponentials: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def softmax_steps(scores: Array) -> SoftmaxSteps:
    """From the scores (classes,) of the last layer to its probabilities."""
    precise = scores.astype(np.float64)
    exponentials = np.exp(precise - precise.max())
    return SoftmaxSteps(precise, exponentials, exponentials / exponentials.sum())


def cross_entropy(truth: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """-sum of truth * ln(probability), in nats: how surprised whoever gave the probabilities is.

    Args:
        truth: float64 (classes,), one-hot or any probabilities.
        probabilities: float64 (classes,); infinite where the truth has a class that they exclude.
    """
    possible = truth > 0
    with np.errstate(divide="ignore"):
        return float(-(truth[possible] * np.log(probabilities[possible])).sum()) + 0.0


def mean_images(images: NDArray[np.uint8], labels: NDArray[np.int64], classes: int) -> Array:
    """The mean image of each class.

    Args:
        images: uint8 (N, height, width).
        labels: int64 (N,) in [0, classes), each class at least once.

    Returns:
        float32 (classes, height, width) in [0, 1].
    """
    return np.stack([images[labels == label].mean(axis=0) / 255 for label in range(classes)]).astype(
        np.float32
    )
