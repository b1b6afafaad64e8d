"""`cnn.training.recipes`: the eight recipes, and trainings as data."""

import pickle
import re

import pytest
from hypothesis import given

from cnn.data.datasets import shape_of
from cnn.errors import ConfigError
from cnn.training.layers import LayerRow, check_layers, layer_table
from cnn.training.recipes import RECIPES, TrainConfig, check_distortions, config_from, recipe
from tests import strategies

CLASSIC = {
    "conv32-conv32": 600_810,
    "conv32-conv64-dense1000": 3_156_098,
    "conv32": 63_050,
    "conv32-conv64": 1_199_882,
    "conv32-conv64-rmsprop": 1_199_882,
    "lenet-cifar10": 1_626_442,
}


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
    """The eight names that other programs rely on; each says in a sentence what it is."""
    assert set(RECIPES) == {*CLASSIC, "fast", "accurate"}
    assert all(each.about.endswith(".") for each in RECIPES.values())
    with pytest.raises(ConfigError, match=r"no recipe 'slow'.*conv32-conv64-rmsprop"):
        recipe("slow")


def test_the_shapes_of_the_best_known_recipe():
    """The classic picture: 28 to 26 to 24 to 12, then 9,216 values, then 128, then 10."""
    shapes = [row.output_shape for row in table(recipe("conv32-conv64").config)]
    assert shapes == [(26, 26, 32), (24, 24, 64), *[(12, 12, 64)] * 2, (9216,), (128,), (128,), (10,)]


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
    """It begins with the setting's name, as people call it or as it is written, and shows what came."""
    values = recipe("fast").config.model_dump() | {name: value}
    with pytest.raises(ConfigError) as raised:
        config_from(values)
    assert "literal" not in str(raised.value)
    assert re.match(f"(The .*)?{name.replace('_', '(ing)?[_ ]')}", str(raised.value))
    assert repr(raised.value.values["value"]) in str(raised.value)


def test_every_recipe_is_well_within_the_limits():
    """What the project ships can be trained with the settings as they are."""
    for config in (each.config for each in RECIPES.values()):
        assert check_layers(config.layers, shape_of(config.dataset), 10)[1] is None


@pytest.mark.parametrize("shape", [(32, 32, 3), (28, 28, 3), (28, 29, 1)])
def test_only_drawings_are_distorted_as_people_draw(shape):
    """Images that are not grey and 28×28 are refused, with their shape; without distortions any will do."""
    drawn = recipe("fast").config
    check_distortions(drawn, (28, 28, 1))
    check_distortions(drawn.model_copy(update={"as_people_draw": False}), shape)
    with pytest.raises(ConfigError, match=f"not {'×'.join(map(str, shape))}"):
        check_distortions(drawn, shape)
