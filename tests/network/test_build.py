"""`cnn.network.build`: the network is the one that the config says, and a saved one comes back."""

import io
import zipfile
from contextlib import suppress

import keras
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnn.errors import ConfigError, ModelBroken
from cnn.models.folder import KERAS_FILE
from cnn.models.store import ModelStore
from cnn.network.build import build, load
from cnn.network.fitting import fit
from cnn.training.layers import Dense, Flatten, layer_table
from cnn.training.recipes import RECIPES
from tests.networks import digits, small_config
from tests.strategies import image_shapes, proper_layers

SHAPES = {"mnist": (28, 28, 1), "cifar10": (32, 32, 3)}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A small trained model: its record and its `.keras` file."""
    folder = tmp_path_factory.mktemp("models")
    record = ModelStore(folder).save("small", fit(small_config(epochs=1), digits()))
    return record, folder / record.id / KERAS_FILE


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_built_as_their_layer_table_says(name):
    """Each recipe's network has the shapes and parameters that the table gives by formula."""
    config = RECIPES[name].config
    shape = SHAPES[config.dataset]
    model = build(config, shape, 10)
    table = layer_table(config.layers, shape, 10)
    assert [layer.output.shape[1:] for layer in model.layers] == [row.output_shape for row in table]
    assert [layer.count_params() for layer in model.layers] == [row.parameters for row in table]
    assert [type(layer).__name__ for layer in model.layers] == [row.kind for row in table]


@settings(max_examples=25)
@given(layers=proper_layers(), shape=image_shapes, classes=st.integers(2, 12))
@example(layers=(Dense(),), shape=(28, 28, 1), classes=10)
def test_any_network_is_built_as_the_table_says_or_refused(layers, shape, classes):
    """Keras and the formula agree on every network, and what the formula refuses is a `ConfigError`."""
    config = small_config(layers=layers)
    try:
        table = layer_table(layers, shape, classes)
    except ConfigError:
        with pytest.raises(ConfigError):
            build(config, shape, classes)
        return
    model = build(config, shape, classes)
    assert [layer.output.shape[1:] for layer in model.layers] == [row.output_shape for row in table]
    assert model.count_params() == sum(row.parameters for row in table)


def test_layers_have_stable_names():
    """The same config gives the same names, however many networks this process has built."""
    names = [layer.name for layer in build(RECIPES["conv32-conv64"].config, (28, 28, 1), 10).layers]
    expected = "conv2d_1 conv2d_2 max_pool2d_1 dropout_1 flatten_1 dense_1 dropout_2 output"
    assert names == expected.split()


def test_networks_above_the_limit_are_refused():
    """A network of more parameters than allowed is refused before any memory is taken for it."""
    config = small_config(layers=(Flatten(), *[Dense(units=8192)] * 6))
    with pytest.raises(ConfigError, match="at most 20,000,000"):
        build(config, (28, 28, 1), 10)


def test_one_cycle_climbs_and_falls():
    """The learning rate begins at a tenth of its peak, reaches it after a quarter and ends at nothing."""
    config = small_config(schedule="one_cycle", learning_rate=0.02)
    rate = build(config, (28, 28, 1), 10, steps=400).optimizer._learning_rate
    rates = np.array([float(rate(step)) for step in range(401)])
    assert rates[0] == pytest.approx(0.002)
    assert rates.argmax() == 100
    assert rates[100] == pytest.approx(0.02)
    assert rates[400] == pytest.approx(0, abs=1e-6)
    assert (np.diff(rates[:100]) > 0).all()
    assert (np.diff(rates[100:]) < 0).all()


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "adadelta", "sgd"])
def test_the_optimizer_is_the_one_asked_for(optimizer):
    """Kind and learning rate of the optimizer are the config's."""
    config = small_config(optimizer=optimizer, learning_rate=0.03125)
    built = build(config, (28, 28, 1), 10).optimizer
    assert type(built).__name__.lower() == optimizer
    assert float(built.learning_rate) == 0.03125


def test_a_saved_model_comes_back(saved):
    """A loaded network answers as the file does when plain Keras opens it."""
    record, file = saved
    images = digits().x_test[:20, ..., None] / np.float32(255)
    expected = keras.models.load_model(file).predict(images, verbose=0)
    assert load(record, file).predict(images, verbose=0) == pytest.approx(expected, abs=1e-6)


def test_the_description_in_a_model_file_is_never_followed(saved, tmp_path):
    """A file that describes another network than its record loads all the same: only its numbers are used."""
    record, file = saved
    other = tmp_path / "model.keras"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'"units": 16', b'"units": 99'))
    with pytest.raises(ValueError, match="shape"):
        keras.models.load_model(other)
    images = digits().x_test[:5, ..., None] / np.float32(255)
    expected = load(record, file).predict(images, verbose=0)
    assert (load(record, other).predict(images, verbose=0) == expected).all()


def test_the_class_for_no_digit_is_one_more_output(saved, tmp_path):
    """A record with a reject class describes a network with eleven outputs for ten names."""
    record, file = saved
    config = record.config
    build(config, record.input_shape, 11).save(tmp_path / "model.keras")
    rejecting = record.model_copy(update={"reject_class": True})
    assert load(rejecting, tmp_path / "model.keras").output_shape == (None, 11)
    with pytest.raises(ModelBroken):
        load(rejecting, file)


def test_a_file_of_another_network_is_refused(saved, tmp_path):
    """Weights of other shapes are a `ModelBroken` that names the file."""
    record, _ = saved
    build(RECIPES["conv32"].config, (28, 28, 1), 10).save(tmp_path / "other.keras")
    with pytest.raises(ModelBroken, match=r"other\.keras"):
        load(record, tmp_path / "other.keras")


def test_a_record_without_a_network_is_refused(saved):
    """A record that has no config cannot be built."""
    record, file = saved
    with pytest.raises(ModelBroken):
        load(record.model_copy(update={"config": None}), file)


def test_a_missing_file_is_refused(saved, tmp_path):
    """No file is a `ModelBroken` too."""
    record, _ = saved
    with pytest.raises(ModelBroken):
        load(record, tmp_path / "model.keras")


@settings(max_examples=25)
@given(data=st.data())
def test_a_damaged_file_loads_or_is_refused(saved, tmp_path_factory, data):
    """Cut anywhere or with bytes changed anywhere, a file gives a network or a `ModelBroken`."""
    record, file = saved
    content = bytearray(file.read_bytes())
    cut = data.draw(st.none() | st.integers(0, len(content) - 1))
    if cut is None:
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=30)):
            content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[cut:]
    damaged = tmp_path_factory.mktemp("damaged") / "model.keras"
    damaged.write_bytes(content)
    with suppress(ModelBroken):
        assert load(record, damaged).built


def test_a_zip_of_something_else_is_refused(saved, tmp_path):
    """An archive without weights is refused."""
    record, _ = saved
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("notes.txt", "hello")
    (tmp_path / "model.keras").write_bytes(content.getvalue())
    with pytest.raises(ModelBroken):
        load(record, tmp_path / "model.keras")
