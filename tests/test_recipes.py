"""`cnn.layers` and `cnn.recipes`: the layer table and the eight recipes."""

import pickle
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.datasets import shape_of
from cnn.errors import ConfigError, LayerError
from cnn.layers import (
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerRow,
    MaxPool2D,
    check_layers,
    layer_table,
)
from cnn.recipes import RECIPES, TrainConfig, config_from, recipe
from tests import strategies

CLASSIC = {
    "conv32-conv32": 600_810,
    "conv32-conv64-dense1000": 3_156_098,
    "conv32": 63_050,
    "conv32-conv64": 1_199_882,
    "conv32-conv64-rmsprop": 1_199_882,
    "lenet-cifar10": 1_626_442,
}


def table_or_error(*network) -> list[LayerRow] | ConfigError:
    try:
        return layer_table(*network)
    except ConfigError as error:
        return error


def table(config: TrainConfig) -> list[LayerRow]:
    shape = (32, 32, 3) if config.dataset == "cifar10" else (28, 28, 1)
    return layer_table(config.layers, shape, 10)


@pytest.mark.parametrize(("name", "parameters"), CLASSIC.items())
def test_the_classic_recipes_have_the_published_size(name, parameters):
    """The totals of the layer table are the parameters that their authors report."""
    assert sum(row.parameters for row in table(recipe(name).config)) == parameters


def test_the_classic_recipes_are_trained_as_published():
    """Optimizer, batch size, epochs, validation and the rest, exactly; without distortions."""
    trained = {
        name: (c.optimizer, c.batch_size, c.epochs, c.validation, c.early_stopping, c.patience, c.keep_best)
        for name, c in ((name, recipe(name).config) for name in CLASSIC)
    }
    assert trained == {
        "conv32-conv32": ("adam", 128, 12, "test", False, 10, False),
        "conv32-conv64-dense1000": ("adam", 32, 5, "test", False, 10, False),
        "conv32": ("rmsprop", 100, 3, "test", False, 10, False),
        "conv32-conv64": ("adam", 200, 30, "test", True, 10, True),
        "conv32-conv64-rmsprop": ("rmsprop", 128, 10, 0.2, False, 10, False),
        "lenet-cifar10": ("adadelta", 128, 10, 0.2, False, 10, False),
    }
    assert not any(recipe(name).config.as_people_draw for name in CLASSIC)
    assert all(recipe(name).config.as_people_draw for name in ("fast", "accurate"))


def test_each_recipe_goes_by_its_own_name():
    """The eight names that other programs rely on; each config knows its own; each says what it is."""
    assert set(RECIPES) == {*CLASSIC, "fast", "accurate"}
    for name, each in RECIPES.items():
        assert (each.name, each.config.recipe) == (name, name)
        assert each.about.endswith(".")
    with pytest.raises(ConfigError, match=r"no recipe 'slow'.*conv32-conv64-rmsprop"):
        recipe("slow")


def test_the_layer_table_of_one_network_by_hand():
    """Each row's shape, parameters and multiply-adds, worked out with paper and pencil."""
    layers = (
        Conv2D(filters=4, kernel_size=5),
        BatchNormalization(),
        MaxPool2D(pool_size=3),
        Conv2D(filters=6, kernel_size=2, strides=3, padding="same", activation="tanh"),
        AveragePool2D(pool_size=2),
        Flatten(),
        Dropout(rate=0.5),
        Dense(units=7),
    )
    assert layer_table(layers, (30, 23, 2), 3) == [
        LayerRow("Conv2D", "4 × 5×5, valid, relu", (26, 19, 4), 204, 98_800),
        LayerRow("BatchNormalization", "", (26, 19, 4), 16, 1_976),
        LayerRow("MaxPooling2D", "3×3", (8, 6, 4), 0, 0),
        LayerRow("Conv2D", "6 × 2×2, same, tanh, stride 3", (3, 2, 6), 102, 576),
        LayerRow("AveragePooling2D", "2×2", (1, 1, 6), 0, 0),
        LayerRow("Flatten", "", (6,), 0, 0),
        LayerRow("Dropout", "0.5", (6,), 0, 0),
        LayerRow("Dense", "7, relu", (7,), 49, 42),
        LayerRow("Dense", "3, softmax", (3,), 24, 21),
    ]


def test_the_shapes_of_the_best_known_recipe():
    """The classic picture: 28 to 26 to 24 to 12, then 9,216 values, then 128, then 10."""
    shapes = [row.output_shape for row in table(recipe("conv32-conv64").config)]
    assert shapes == [(26, 26, 32), (24, 24, 64), *[(12, 12, 64)] * 2, (9216,), (128,), (128,), (10,)]


@given(layers=strategies.proper_layers(), shape=strategies.image_shapes, classes=st.integers(1, 20))
def test_a_table_has_a_row_for_each_layer_or_a_sentence(layers, shape, classes):
    """Layers in a network's order fail for one reason only, a window too large, and else give whole rows."""
    rows = table_or_error(layers, shape, classes)
    if isinstance(rows, ConfigError):
        assert "window" in rows.message
        return
    assert len(rows) == len(layers) + 1
    assert rows[-1].output_shape == (classes,)
    assert all(min(row.output_shape) >= 1 and row.parameters >= 0 for row in rows)
    before = shape
    for layer, row in zip(layers, rows, strict=False):
        if isinstance(layer, Flatten):
            assert row.output_shape == (prod(before),)
        if isinstance(layer, Dropout | BatchNormalization):
            assert row.output_shape == before
        before = row.output_shape


@given(layers=strategies.any_layers, shape=strategies.image_shapes)
def test_layers_in_any_order_raise_nothing_else(layers, shape):
    """Whatever somebody puts together, the table or a sentence with the layer's row comes of it."""
    rows = table_or_error(layers, shape, 10)
    if isinstance(rows, LayerError):
        assert 1 <= rows.number <= len(layers) + 1
        assert str(rows).startswith(f"Layer {rows.number} " if layers else "The network has no layers yet")
    else:
        assert Flatten() in layers
        assert len(rows) == len(layers) + 1


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ((Conv2D(),), r"Layer 2 \(Dense\) gets maps of shape 26×26×32.*Flatten before"),
        ((Flatten(), Conv2D()), r"Layer 2 \(Conv2D\) gets a vector of 784"),
        ((Flatten(), MaxPool2D()), r"Layer 2 \(MaxPooling2D\) gets a vector"),
        ((Conv2D(kernel_size=29), Flatten()), r"Layer 1 has a window of 29×29, but only 28×28"),
        ((MaxPool2D(pool_size=16), MaxPool2D(), Flatten()), r"Layer 2 has a window of 2×2, but only 1×1"),
    ],
)
def test_a_layer_in_the_wrong_place_is_named(layers, said):
    """The sentence says which layer, what it got and what to do."""
    with pytest.raises(ConfigError, match=said):
        layer_table(layers, (28, 28, 1), 10)


@given(layers=strategies.any_layers, shape=strategies.image_shapes)
def test_a_check_goes_as_far_as_the_first_mistake(layers, shape):
    """It gives the whole table, or the rows before the layer that cannot stand, with the table's sentence."""
    rows, mistake = check_layers(layers, shape, 10)
    expected = table_or_error(layers, shape, 10)
    if mistake is None:
        assert rows == expected
    else:
        assert len(rows) == mistake.number - 1
        assert str(mistake) == str(expected)
        # What stands before the mistake is what it would be without the rest.
        before, _ = check_layers((*layers[: len(rows)], Flatten()), shape, 10)
        assert rows == before[: len(rows)]


def test_a_network_above_the_limit_is_named_at_its_largest_layer():
    """The table is whole; the sentence names the layer to shrink, its share, the sum and the limit."""
    layers = (Conv2D(), Flatten(), Dense(units=2000), Dense(units=50))
    rows, mistake = check_layers(layers, (28, 28, 1), 10)
    assert len(rows) == 5
    assert mistake is not None
    assert mistake.number == 3
    own, total = 26 * 26 * 32 * 2000 + 2000, sum(row.parameters for row in rows)
    assert all(
        figure in str(mistake) for figure in (f"{own:,}", f"{total:,}", "20,000,000", "Layer 3 (Dense)")
    )
    assert check_layers((*layers[:2], Dense(units=900)), (28, 28, 1), 10)[1] is None


def test_a_mistake_keeps_its_number_between_processes():
    """Pickled, it still says which layer it is about."""
    _, mistake = check_layers((Flatten(), Conv2D()), (28, 28, 1), 10)
    assert pickle.loads(pickle.dumps(mistake)).number == 2


@given(config=strategies.configs)
def test_a_config_travels_as_json_and_as_a_pickle(config):
    """What a page sends, a worker trains and a file keeps is the same training."""
    assert TrainConfig.model_validate_json(config.model_dump_json()) == config
    assert pickle.loads(pickle.dumps(config)) == config
    assert config_from(config.model_dump()) == config


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 201),
        ("epochs", 1.5),
        ("batch_size", 0),
        ("learning_rate", 0),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("optimizer", "sgdd"),
        ("validation", 1.0),
        ("validation", "some"),
        ("train_images", 5),
        ("seed", -1),
        ("patience", 0),
        ("dataset", "imagenet"),
        ("layers", [{"kind": "lstm"}]),
        ("layers", [{"kind": "conv2d", "filters": 0}]),
        ("colour", "red"),
    ],
)
def test_a_value_out_of_range_is_a_sentence(name, value):
    """It begins with the setting's name, and shows what came."""
    values = recipe("fast").config.model_dump() | {name: value}
    with pytest.raises(ConfigError) as raised:
        config_from(values)
    assert str(raised.value).startswith(name)
    assert repr(raised.value.values["value"]) in str(raised.value)


@pytest.mark.parametrize(
    ("layers", "row", "said"),
    [
        ([Conv2D(filters=4), Flatten(), Dense(units=8192)], 3, "of the network's 22,241,330 parameters"),
        ([Flatten(), *[Dense(units=8192)] * 9], 3, "of the network's 543,449,098 parameters"),
        (
            [Conv2D(filters=512, padding="same")] * 3 + [MaxPool2D(pool_size=16), Flatten()],
            1,
            "values for one",
        ),
        (
            [
                Conv2D(filters=256, padding="same"),
                Conv2D(filters=256, kernel_size=5, padding="same"),
                MaxPool2D(pool_size=16),
                Flatten(),
            ],
            2,
            "multiply-adds for one image",
        ),
    ],
)
def test_a_network_that_would_take_the_machine_down_is_refused(layers, row, said):
    """Parameters, values and multiply-adds are bounded; the largest part is named with the figures."""
    _, mistake = check_layers(tuple(layers), (28, 28, 1), 10)
    assert mistake is not None
    assert mistake.number == row
    assert said in str(mistake)


def test_every_recipe_is_well_within_the_limits():
    """What the project ships can be trained with the settings as they are."""
    for config in (each.config for each in RECIPES.values()):
        assert check_layers(config.layers, shape_of(config.dataset), 10)[1] is None
