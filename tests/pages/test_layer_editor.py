"""Building a network on the Train page: layers added, removed, moved, changed, and mistakes at their row."""

from itertools import starmap

import pytest

from cnn.jobs.queue import training_queue
from cnn.training.layers import (
    KERAS_CLASSES,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    MaxPool2D,
    layer_table,
)
from cnn.training.recipes import RECIPES
from pages.parts.train.own_layers import Row
from tests.pages.conftest import OWNER

CONV32 = RECIPES["conv32"].config.layers


@pytest.fixture
def page(visit):
    """The Train page with the editor open on the recipe `conv32`."""
    page = visit("train")
    page.selectbox(key="recipe").select("conv32").run()
    return page.toggle(key="build_network").set_value(True).run()


def lines(page):
    """The layers' lines, as they stand."""
    return [button.label for button in page.button if button.key.endswith("_open")]


def press(page, key):
    return page.button(key=key).click().run()


def open_layer(page, number):
    """Open the layer that had this number, from 0, when it came into the network."""
    return press(page, f"layer_conv32_{number}_open")


def trained_layers(page):
    """The layers of the training that Train starts."""
    press(page, "train_start")
    [training] = training_queue().of(OWNER)
    return training.config.recipe, training.config.layers


def test_a_recipe_is_where_one_starts(page):
    """The editor begins with the recipe's layers, each with its output's shape and its parameters."""
    rows = layer_table(CONV32, (28, 28, 1), 10)
    assert [line.split("**")[1] for line in lines(page)] == ["1", "2", "3", "4"]
    for line, row in zip(lines(page), rows, strict=False):
        assert f"{row.kind} {row.detail}".rstrip() in line
        assert " × ".join(map(str, row.output_shape)) in line
    assert "320 parameters" in lines(page)[0]
    assert any("**63,050 parameters**" in text.value for text in page.markdown)
    assert trained_layers(page) == ("conv32", CONV32)


@pytest.mark.parametrize(
    ("number", "field", "value", "expected"),
    [
        (0, "filters", 7, Conv2D(filters=7, padding="same")),
        (0, "kernel_size", 5, Conv2D(kernel_size=5, padding="same")),
        (0, "strides", 2, Conv2D(strides=2, padding="same")),
        (0, "padding", "valid", Conv2D()),
        (0, "activation", "tanh", Conv2D(padding="same", activation="tanh")),
        (1, "pool_size", 4, MaxPool2D(pool_size=4)),
        (2, "rate", 0.4, Dropout(rate=0.4)),
    ],
)
def test_each_setting_of_a_layer_can_be_changed(page, number, field, value, expected):
    """What is set in a layer's field is trained; its line and the sum follow at once."""
    open_layer(page, number)
    widget = page.selectbox if isinstance(value, str) else page.number_input
    widget(key=f"layer_conv32_{number}_{field}").set_value(value).run()
    changed = (*CONV32[:number], expected, *CONV32[number + 1 :])
    total = sum(row.parameters for row in layer_table(changed, (28, 28, 1), 10))
    assert any(f"**{total:,} parameters**" in text.value for text in page.markdown)
    assert trained_layers(page) == ("custom", changed)


def test_layers_are_added_where_they_fit(page):
    """A layer for maps goes before the Flatten, another one to the end; each is open and can be set."""
    press(page, "add_conv2d")
    page.number_input(key="layer_conv32_4_filters").set_value(16).run()
    press(page, "add_dense")
    page.number_input(key="layer_conv32_5_units").set_value(50).run()
    assert trained_layers(page) == ("custom", (*CONV32[:3], Conv2D(filters=16), CONV32[3], Dense(units=50)))


def test_every_kind_of_layer_can_be_added(page):
    """Each of the seven buttons brings a layer of its kind."""
    kinds = [button.key for button in page.button if button.key.startswith("add_")]
    for key in kinds:
        press(page, key)
    assert len(kinds) == 7
    for name in KERAS_CLASSES.values():
        assert sum(f"** {name}" in line for line in lines(page)) == 1 + (
            name in {"Conv2D", "MaxPooling2D", "Dropout", "Flatten"}
        )


def test_layers_are_moved_and_removed(page):
    """Up and Down change places with a neighbour and end at the ends; Remove takes one away."""
    open_layer(page, 0)
    assert page.button(key="layer_conv32_0_up").disabled
    press(page, "layer_conv32_0_down")
    open_layer(page, 3)
    assert page.button(key="layer_conv32_3_down").disabled
    press(page, "layer_conv32_3_up")
    open_layer(page, 2)
    press(page, "layer_conv32_2_remove")
    assert trained_layers(page) == ("custom", (CONV32[1], CONV32[0], CONV32[3]))


def test_a_mistake_is_named_at_its_row_before_any_training(page):
    """A kernel is too large: its row says so, Train is disabled and says why, until it is mended."""
    open_layer(page, 0)
    page.selectbox(key="layer_conv32_0_padding").select("valid").run()
    page.number_input(key="layer_conv32_0_kernel_size").set_value(29).run()
    [sentence] = [error.value for error in page.error]
    assert sentence.startswith("Layer 1 has a window of 29×29, but only 28×28")
    assert page.button(key="train_start").disabled
    assert any(caption.value == sentence for caption in page.caption)
    page.number_input(key="layer_conv32_0_kernel_size").set_value(3).run()
    assert not page.error
    assert not page.button(key="train_start").disabled


@pytest.mark.parametrize(
    ("removed", "added", "said"),
    [
        ([3], [], "Layer 4 (Dense) gets maps of shape 14×14×32"),
        ([0, 1, 2, 3], [], "The network has no layers yet"),
        ([3], ["flatten", "flatten", "conv2d", "dense", "dense"], None),
        ([], ["dense", "batch_normalization"], None),
    ],
)
def test_what_cannot_be_is_a_sentence(page, removed, added, said):
    """No Flatten before the output, no layer at all: one sentence; what can be has none."""
    for number in removed:
        press(open_layer(page, number), f"layer_conv32_{number}_remove")
    for kind in added:
        press(page, f"add_{kind}")
    assert [error.value.startswith(said) for error in page.error] == ([True] if said else [])
    assert page.button(key="train_start").disabled == bool(said)
    assert not page.exception


def test_too_many_parameters_are_named_at_the_largest_layer(page):
    """Above the limit, the largest layer's row says the sum and the limit."""
    press(page, "add_dense")
    page.number_input(key="layer_conv32_4_units").set_value(8192).run()
    [sentence] = [error.value for error in page.error]
    assert sentence.startswith("Layer 5 (Dense) has 51,388,416 of the network's 51,470,666 parameters")
    assert "20,000,000" in sentence
    assert page.button(key="train_start").disabled


def test_a_network_ends_at_sixty_layers(page):
    """With sixty layers there is no button to add one, and the page says why."""
    layers = (*[BatchNormalization()] * 55, *CONV32)
    page.session_state["layers_conv32"] = tuple(starmap(Row, enumerate(layers)))
    page.run()
    assert len(lines(page)) == 59
    assert not page.button(key="add_conv2d").disabled
    press(page, "add_batch_normalization")
    assert len(lines(page)) == 60
    assert page.button(key="add_conv2d").disabled
    assert any("at most 60 layers" in caption.value for caption in page.caption)


def test_the_layers_are_there_after_another_page(page):
    """A changed network survives a look at another page, and the recipe's come back when asked for."""
    open_layer(page, 0)
    page.number_input(key="layer_conv32_0_filters").set_value(9).run()
    page.switch_page("pages/draw.py").run()
    page.switch_page("pages/train.py").run()
    assert "Conv2D 9 × 3×3" in lines(page)[0]
    assert page.number_input(key="layer_conv32_0_filters").value == 9
    press(page, "layers_reset")
    assert "Conv2D 32 × 3×3" in lines(page)[0]
    assert trained_layers(page) == ("conv32", CONV32)


def test_each_recipe_has_layers_of_its_own(page):
    """What was made of one recipe is still there after a look at another one."""
    press(open_layer(page, 2), "layer_conv32_2_remove")
    page.selectbox(key="recipe").select("conv32-conv32").run()
    assert len(lines(page)) == 7
    page.selectbox(key="recipe").select("conv32").run()
    assert len(lines(page)) == 3


def test_a_recipes_layers_come_back_alone(page):
    """Taking back the layers of `conv32` leaves what was made of a recipe whose name begins with its name."""
    press(open_layer(page, 2), "layer_conv32_2_remove")
    page.selectbox(key="recipe").select("conv32-conv32").run()
    press(press(page, "layer_conv32-conv32_0_open"), "layer_conv32-conv32_0_remove")
    assert len(lines(page)) == 6
    page.selectbox(key="recipe").select("conv32").run()
    press(page, "layers_reset")
    assert len(lines(page)) == 4
    page.selectbox(key="recipe").select("conv32-conv32").run()
    assert len(lines(page)) == 6
    assert not [name for name in RECIPES if "_" in name]


def test_a_changed_network_is_read_in_the_table_too(page):
    """With the editor closed, the table shows the visitor's layers, as far as they can stand."""
    press(open_layer(page, 3), "layer_conv32_3_remove")
    page.toggle(key="build_network").set_value(False).run()
    table = next(text.value for text in page.markdown if text.value.startswith("| Layer"))
    assert "Conv2D" in table
    assert "Flatten" not in table
    assert [error.value.startswith("Layer 4 (Dense)") for error in page.error] == [True]


def test_a_layer_without_settings_says_so(page):
    """Flatten has nothing to set; it can be moved and removed like others."""
    open_layer(page, 3)
    assert any("nothing to set" in caption.value for caption in page.caption)
    assert page.button(key="layer_conv32_3_remove")
