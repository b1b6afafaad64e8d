"""Networks and how they are trained, as data: `TrainConfig`, the named recipes, the layer table.

Nothing here needs Keras. `cnn.network.build` turns a `TrainConfig` into a `keras.Model`; the layer
table is computed by formula, and the tests hold the two against each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import ceil, prod
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cnn.errors import ConfigError, LayerError
from cnn.i18n import N_
from cnn.settings import settings

Activation = Literal["relu", "linear", "tanh", "sigmoid", "elu", "gelu", "swish"]
Padding = Literal["valid", "same"]
Optimizer = Literal["adam", "rmsprop", "adadelta", "sgd"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
MOST_LAYERS = 60
Shape = tuple[int, ...]

# Where a one-cycle training begins and how much of it the learning rate climbs, as in L. N. Smith,
# "A disciplined approach to neural network hyper-parameters", https://arxiv.org/abs/1803.09820.
START_SHARE = 0.1
CLIMB_SHARE = 0.25


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
    """Each channel brought to zero mean and unit variance, then scaled and shifted."""

    kind: Literal["batch_normalization"] = "batch_normalization"


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


class TrainConfig(_Frozen):
    """One training, whole: what network, on which data, how.

    `layers` ends before the output: a softmax with one unit for each class always follows. It must
    contain what makes a vector of the maps (`Flatten`).
    """

    recipe: str = Field("custom", max_length=60)
    dataset: Literal["mnist", "fashion_mnist", "cifar10"] = "mnist"
    layers: tuple[Layer, ...] = Field(max_length=MOST_LAYERS)
    optimizer: Optimizer = "adam"
    learning_rate: float = Field(0.001, gt=0, le=10)
    schedule: Literal["constant", "one_cycle"] = "constant"
    batch_size: int = Field(128, ge=1, le=4096)
    epochs: int = Field(12, ge=1, le=200)
    validation: Literal["test"] | Annotated[float, Field(gt=0, lt=1)] = Field(
        "test", description='"test" for the test images, or the share of the training images.'
    )
    train_images: int | None = Field(None, ge=100, description="How many training images; None for all.")
    seed: int = Field(0, ge=0, lt=2**31)
    early_stopping: bool = False
    patience: int = Field(10, ge=1, le=200)
    keep_best: bool = Field(
        False, description="Keep the epoch with the lowest validation loss, not the last."
    )
    as_people_draw: bool = Field(
        False, description="Distort the training images the way drawings on a screen differ from MNIST."
    )


_REASONS = MappingProxyType(
    {
        "greater_than": N_("it must be above {gt:g}"),
        "greater_than_equal": N_("it must be at least {ge:g}"),
        "less_than": N_("it must be below {lt:g}"),
        "less_than_equal": N_("it must be at most {le:g}"),
        "int_from_float": N_("it must be a whole number"),
    }
)
"""What Pydantic finds wrong with a number that a person has written, by its name for it."""


def _reason(mistake: Any) -> Any:
    """Why a value cannot be: translated where it is shown, or else as Pydantic says it."""
    template = _REASONS.get(mistake["type"])
    return ConfigError(template, **mistake.get("ctx", {})) if template else mistake["msg"]


def config_from(values: dict[str, Any]) -> TrainConfig:
    """`TrainConfig(**values)`, where a wrong value is a `ConfigError` that names it.

    Raises:
        ConfigError: the first value out of range, with what came and what was expected.
    """
    try:
        return TrainConfig(**values)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            N_("{name} is {value!r}: {reason}."),
            name=".".join(str(part) for part in first["loc"]),
            value=first["input"],
            reason=_reason(first),
        ) from error


def check_distortions(config: TrainConfig, image_shape: Shape) -> None:
    """Refuse distortions of drawings where the images, (height, width, channels), are no drawings.

    Raises:
        ConfigError: `as_people_draw` is asked for, and the images are not grey and 28×28.
    """
    if config.as_people_draw and image_shape != (28, 28, 1):
        raise ConfigError(
            N_(
                "Images can be distorted as people draw only where they are grey and 28×28, not {shape}. "
                "Switch it off for this data set."
            ),
            shape="×".join(map(str, image_shape)),
        )


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


def check(
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
        case BatchNormalization() | Flatten():
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


@dataclass(frozen=True)
class Recipe:
    """A named training.

    Attributes:
        name: as other programs write it.
        about: one sentence for people.
        config: the training.
        published: the accuracies on the test images that its authors report, lowest and highest, in [0, 1].
    """

    name: str
    about: str
    config: TrainConfig
    published: tuple[float, float] | None = None


_CONV32_CONV64: tuple[Layer, ...] = (
    Conv2D(filters=32),
    Conv2D(filters=64),
    MaxPool2D(),
    Dropout(rate=0.25),
    Flatten(),
    Dense(units=128),
    Dropout(rate=0.5),
)


def _recipes() -> Iterable[Recipe]:
    yield Recipe(
        "fast",
        N_("Ours: 99 % after one short epoch."),
        TrainConfig(
            recipe="fast",
            layers=(
                Conv2D(filters=12, kernel_size=5),
                MaxPool2D(),
                Conv2D(filters=32),
                MaxPool2D(),
                # Normalising only where the maps are small costs little and still lets the steps be large.
                BatchNormalization(),
                Conv2D(filters=64),
                BatchNormalization(),
                Flatten(),
            ),
            learning_rate=0.01,
            schedule="one_cycle",
            batch_size=64,
            epochs=1,
            as_people_draw=True,
        ),
    )
    yield Recipe(
        "accurate",
        N_("Ours: batch normalisation and distorted images, for 99.6 %."),
        TrainConfig(
            recipe="accurate",
            layers=(
                Conv2D(filters=32, kernel_size=5),
                MaxPool2D(),
                BatchNormalization(),
                Conv2D(filters=64),
                BatchNormalization(),
                Conv2D(filters=64),
                BatchNormalization(),
                Dropout(rate=0.3),
                Conv2D(filters=128),
                BatchNormalization(),
                Conv2D(filters=128),
                BatchNormalization(),
                Dropout(rate=0.4),
                Conv2D(filters=128, kernel_size=4),
                BatchNormalization(),
                Dropout(rate=0.5),
                Flatten(),
            ),
            learning_rate=0.006,
            schedule="one_cycle",
            batch_size=100,
            epochs=14,
            as_people_draw=True,
        ),
    )
    yield Recipe(
        "conv32",
        N_("The smallest classic: one convolution, then the answer."),
        TrainConfig(
            recipe="conv32",
            layers=(Conv2D(filters=32, padding="same"), MaxPool2D(), Dropout(rate=0.25), Flatten()),
            optimizer="rmsprop",
            batch_size=100,
            epochs=3,
        ),
        published=(0.9833, 0.9833),
    )
    yield Recipe(
        "conv32-conv32",
        N_("Two convolutions of 32 filters, a dense layer, two dropouts."),
        TrainConfig(
            recipe="conv32-conv32",
            layers=(
                Conv2D(filters=32),
                Conv2D(filters=32),
                MaxPool2D(),
                Dropout(rate=0.25),
                Flatten(),
                Dense(units=128),
                Dropout(rate=0.5),
            ),
            batch_size=128,
            epochs=12,
        ),
        published=(0.9909, 0.9925),
    )
    yield Recipe(
        "conv32-conv64",
        N_("32, then 64 filters; stops by itself when validation no longer improves."),
        TrainConfig(
            recipe="conv32-conv64",
            layers=_CONV32_CONV64,
            batch_size=200,
            epochs=30,
            early_stopping=True,
            patience=10,
            keep_best=True,
        ),
    )
    yield Recipe(
        "conv32-conv64-rmsprop",
        N_("The same network with RMSprop, validated on a fifth of the training images."),
        TrainConfig(
            recipe="conv32-conv64-rmsprop",
            layers=_CONV32_CONV64,
            optimizer="rmsprop",
            batch_size=128,
            epochs=10,
            validation=0.2,
        ),
    )
    yield Recipe(
        "conv32-conv64-dense1000",
        N_("Large first filters and a wide dense layer: three million parameters."),
        TrainConfig(
            recipe="conv32-conv64-dense1000",
            layers=(
                Conv2D(filters=32, kernel_size=5, padding="same"),
                MaxPool2D(),
                Conv2D(filters=64, kernel_size=2, padding="same"),
                MaxPool2D(),
                Dropout(rate=0.25),
                Flatten(),
                Dense(units=1000),
            ),
            batch_size=32,
            epochs=5,
        ),
        published=(0.9917, 0.9917),
    )
    yield Recipe(
        "lenet-cifar10",
        N_("The same network for small colour photographs."),
        TrainConfig(
            recipe="lenet-cifar10",
            dataset="cifar10",
            layers=_CONV32_CONV64,
            optimizer="adadelta",
            # Keras's default when the recipe was published; today's 0.001 hardly moves the weights.
            learning_rate=1.0,
            batch_size=128,
            epochs=10,
            validation=0.2,
        ),
    )


RECIPES: MappingProxyType[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _recipes()})


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        ConfigError: there is none; the message lists those there are.
    """
    if name not in RECIPES:
        raise ConfigError(
            N_("There is no recipe {name!r}. Take one of: {names}."), name=name, names=", ".join(RECIPES)
        )
    return RECIPES[name]
