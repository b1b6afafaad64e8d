"""`cnn.training.layers`: the layer table, and what keeps a network from being trained."""

import pickle
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.errors import ConfigError, LayerError
from cnn.training.layers import (
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
from tests import strategies


def table_or_error(*network) -> list[LayerRow] | ConfigError:
    try:
        return layer_table(*network)
    except ConfigError as error:
        return error


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
        LayerRow("BatchNormalization", "momentum 0.9", (26, 19, 4), 16, 1_976),
        LayerRow("MaxPooling2D", "3×3", (8, 6, 4), 0, 0),
        LayerRow("Conv2D", "6 × 2×2, same, tanh, stride 3", (3, 2, 6), 102, 576),
        LayerRow("AveragePooling2D", "2×2", (1, 1, 6), 0, 0),
        LayerRow("Flatten", "", (6,), 0, 0),
        LayerRow("Dropout", "0.5", (6,), 0, 0),
        LayerRow("Dense", "7, relu", (7,), 49, 42),
        LayerRow("Dense", "3, softmax", (3,), 24, 21),
    ]


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
