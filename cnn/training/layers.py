"""The layers of a network as data, and the layer table: what becomes of an image on its way through them.

Nothing here needs Keras. The table is computed by formula; `cnn.network.build` makes the same layers of
Keras's, and the tests hold the two against each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import ceil, prod
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cnn.errors import LayerError
from cnn.i18n import N_
from cnn.settings import settings

Activation = Literal["relu", "linear", "tanh", "sigmoid", "elu", "gelu", "swish"]
Padding = Literal["valid", "same"]
Shape = tuple[int, ...]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Conv2D(_Frozen):
    """A convolution with square kernels."""

    kind: Literal["conv2d"] = "conv2d"
    filters: int = Field(32, ge=1, le=1024)
    kernel_size: int = Field(3, ge=1, le=32)
    strides: int = Field(1, ge=1, le=8)
    padding: Padding = "valid"
    activation: Activation = "relu"


class MaxPool2D(_Frozen):
    """The largest value of each window; the stride is the window's size."""

    kind: Literal["max_pool2d"] = "max_pool2d"
    pool_size: int = Field(2, ge=1, le=16)


class AveragePool2D(_Frozen):
    """The mean of each window; the stride is the window's size."""

    kind: Literal["average_pool2d"] = "average_pool2d"
    pool_size: int = Field(2, ge=1, le=16)


class BatchNormalization(_Frozen):
    """Each channel brought to zero mean and unit variance, then scaled and shifted.

    What an answer is normalised by is a running mean of the batches that were trained on, of which each step
    keeps the share `momentum`. Keras's own 0.99 forgets its beginning over hundreds of steps, and a short
    training on few images has no more: so the mean moves faster here.
    """

    kind: Literal["batch_normalization"] = "batch_normalization"
    momentum: float = Field(0.9, ge=0, lt=1)


class Dropout(_Frozen):
    """A share `rate` of the values set to zero, in training only."""

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(0.25, ge=0, lt=1)


class Flatten(_Frozen):
    """Maps laid out as one vector."""

    kind: Literal["flatten"] = "flatten"


class Dense(_Frozen):
    """Every input connected with every unit."""

    kind: Literal["dense"] = "dense"
    units: int = Field(128, ge=1, le=8192)
    activation: Activation = "relu"


Layer = Annotated[
    Conv2D | MaxPool2D | AveragePool2D | BatchNormalization | Dropout | Flatten | Dense,
    Field(discriminator="kind"),
]
KERAS_CLASSES = MappingProxyType(
    {
        "conv2d": "Conv2D",
        "max_pool2d": "MaxPooling2D",
        "average_pool2d": "AveragePooling2D",
        "batch_normalization": "BatchNormalization",
        "dropout": "Dropout",
        "flatten": "Flatten",
        "dense": "Dense",
    }
)
"""The name of the class in `keras.layers` for each `kind` of layer."""


@dataclass(frozen=True)
class LayerRow:
    """One row of the layer table.

    Attributes:
        kind: the layer's Keras class, as "Conv2D".
        detail: its settings in short, as "32 × 3×3, valid, relu".
        output_shape: without the batch, as (26, 26, 32).
        parameters: how many numbers it learns or keeps.
        multiply_adds: multiplications with an addition for one image.
    """

    kind: str
    detail: str
    output_shape: Shape
    parameters: int
    multiply_adds: int


def layer_table(layers: Iterable[Layer], input_shape: Shape, classes: int) -> list[LayerRow]:
    """Every layer with its output's shape, parameters and multiply-adds, the softmax output last.

    Args:
        layers: the network up to its output.
        input_shape: (height, width, channels).
        classes: the output's units.

    Raises:
        LayerError: a layer cannot stand where it stands.
    """
    rows, mistake = _rows(tuple(layers), input_shape, classes)
    if mistake is not None:
        raise mistake
    return rows


def check_layers(
    layers: Iterable[Layer], input_shape: Shape, classes: int
) -> tuple[list[LayerRow], LayerError | None]:
    """The layer table as far as it goes, and what keeps the network from being trained.

    The mistake is the first layer that cannot stand where it stands, or, in a network that is larger than
    the settings allow, the layer that has the largest part in it. The rows are those before a layer that
    cannot stand, or all.

    Args:
        layers, input_shape, classes: as for `layer_table`.
    """
    layers = tuple(layers)
    rows, mistake = _rows(layers, input_shape, classes)
    return rows, mistake or _too_large(rows)


_LIMITS: tuple[tuple[str, Callable[[LayerRow], int], str], ...] = (
    (
        "max_parameters",
        lambda row: row.parameters,
        N_(
            "Layer {number} ({kind}) has {own:,} of the network's {whole:,} parameters, and at most "
            "{allowed:,} are allowed. Make it smaller, or pool before it."
        ),
    ),
    (
        "max_values",
        lambda row: prod(row.output_shape),
        N_(
            "Layer {number} ({kind}) gives {own:,} of the network's {whole:,} values for one image, and "
            "at most {allowed:,} are allowed. Make it smaller, or pool before it."
        ),
    ),
    (
        "max_multiply_adds",
        lambda row: row.multiply_adds,
        N_(
            "Layer {number} ({kind}) needs {own:,} of the network's {whole:,} multiply-adds for one "
            "image, and at most {allowed:,} are allowed. Make it smaller, or pool before it."
        ),
    ),
)
"""The settings that bound a network's memory and time, what each bounds, and what is said beyond it."""


def _too_large(rows: list[LayerRow]) -> LayerError | None:
    for setting, measure, text in _LIMITS:
        sizes, allowed = [measure(row) for row in rows], getattr(settings(), setting)
        if sum(sizes) > allowed:
            number, own = max(enumerate(sizes, start=1), key=lambda numbered: numbered[1])
            kind = rows[number - 1].kind
            return LayerError(text, number=number, kind=kind, own=own, whole=sum(sizes), allowed=allowed)
    return None


def _rows(
    layers: tuple[Layer, ...], input_shape: Shape, classes: int
) -> tuple[list[LayerRow], LayerError | None]:
    """The rows before the first layer that cannot stand where it stands, and what is wrong with it."""
    if not layers:
        return [], LayerError(
            N_("The network has no layers yet. Add some, with a Flatten to make a vector of the maps."),
            number=1,
        )
    rows: list[LayerRow] = []
    shape = input_shape
    for number, layer in enumerate([*layers, Dense(units=classes, activation="linear")], start=1):
        try:
            rows.append(_row(layer, shape, number))
        except LayerError as mistake:
            return rows, mistake
        shape = rows[-1].output_shape
    rows[-1] = replace(rows[-1], detail=f"{classes}, softmax")
    return rows, None


def kind_of(layer: Layer) -> str:
    """The layer's Keras class."""
    return KERAS_CLASSES[layer.kind]


def detail_of(layer: Layer) -> str:
    """The layer's settings in short, as "32 × 3×3, valid, relu"."""
    match layer:
        case Conv2D():
            size = layer.kernel_size
            detail = f"{layer.filters} × {size}×{size}, {layer.padding}, {layer.activation}"
            return detail + (f", stride {layer.strides}" if layer.strides > 1 else "")
        case MaxPool2D() | AveragePool2D():
            return f"{layer.pool_size}×{layer.pool_size}"
        case Dropout():
            return f"{layer.rate:g}"
        case Dense():
            return f"{layer.units}, {layer.activation}"
        case BatchNormalization():
            return f"momentum {layer.momentum:g}"
        case Flatten():
            return ""


def _row(layer: Layer, shape: Shape, number: int) -> LayerRow:
    match layer:
        case Conv2D():
            output, parameters, multiply_adds = _convolved(
                layer, _maps(shape, number, kind_of(layer)), number
            )
        case MaxPool2D() | AveragePool2D():
            height, width, channels = _maps(shape, number, kind_of(layer))
            size = layer.pool_size
            _fits(size, height, width, number)
            output, parameters, multiply_adds = (height // size, width // size, channels), 0, 0
        case BatchNormalization():
            output, parameters, multiply_adds = shape, 4 * shape[-1], prod(shape)
        case Dropout():
            output, parameters, multiply_adds = shape, 0, 0
        case Flatten():
            output, parameters, multiply_adds = (prod(shape),), 0, 0
        case Dense():
            multiply_adds = _vector(shape, number) * layer.units
            output, parameters = (layer.units,), multiply_adds + layer.units
    return LayerRow(kind_of(layer), detail_of(layer), output, parameters, multiply_adds)


def _maps(shape: Shape, number: int, kind: str) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise LayerError(
            N_(
                "Layer {number} ({kind}) gets a vector of {size} values, but needs maps. "
                "Move it before the Flatten."
            ),
            number=number,
            kind=kind,
            size=shape[0],
        )
    height, width, channels = shape
    return height, width, channels


def _vector(shape: Shape, number: int) -> int:
    if len(shape) != 1:
        raise LayerError(
            N_(
                "Layer {number} (Dense) gets maps of shape {shape}, but needs a vector. "
                "Put a Flatten before it."
            ),
            number=number,
            shape="×".join(map(str, shape)),
        )
    return shape[0]


def _convolved(layer: Conv2D, shape: tuple[int, int, int], number: int) -> tuple[Shape, int, int]:
    """Output shape, parameters and multiply-adds."""
    height, width, channels = shape
    size, stride = layer.kernel_size, layer.strides
    if layer.padding == "same":
        rows, columns = ceil(height / stride), ceil(width / stride)
    else:
        _fits(size, height, width, number)
        rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
    weights = size * size * channels * layer.filters
    return (rows, columns, layer.filters), weights + layer.filters, weights * rows * columns


def _fits(size: int, height: int, width: int, number: int) -> None:
    if size > min(height, width):
        raise LayerError(
            N_(
                "Layer {number} has a window of {size}×{size}, but only {height}×{width} is left. "
                "Make the window smaller or take a layer before it away."
            ),
            number=number,
            size=size,
            height=height,
            width=width,
        )
