"""`cnn.network.compat`: what it needs of Keras's inside is there and does what is relied on.

What fails here was broken by an upgrade of Keras, or of h5py; its message says which need is to be met anew.
"""

import inspect
import io
import random
import zipfile
from importlib import import_module

import h5py
import keras
import numpy as np
import pytest

from cnn.network import compat
from cnn.network.build import build
from tests.networks import small_config


def broke(need: str) -> str:
    """What to say of a need of `cnn.network.compat` that is no longer met."""
    versions = f"Keras {keras.__version__} or h5py {h5py.__version__}"
    return f"the upgrade to {versions} broke `cnn.network.compat.{need}`; mend it there"


@pytest.mark.parametrize(
    ("need", "module", "name", "arguments"),
    [
        ("seed_layers", "keras.src.random.seed_generator", "python_random", None),
        ("write_keras", "keras.src.saving.saving_lib", "save_model", ("model", "file")),
        ("write_h5", "keras.src.legacy.saving.legacy_h5_format", "save_model_to_hdf5", ("model", "file")),
    ],
)
def test_keras_still_has(need, module, name, arguments):
    """Each private name of Keras's is in its module and takes what it is given."""
    try:
        there = getattr(import_module(module), name)
        if arguments is not None:
            inspect.signature(there).bind(*arguments)
    except (ImportError, AttributeError, TypeError) as error:
        pytest.fail(f"{broke(need)}: {error}")


@pytest.fixture
def _own_generator(monkeypatch):
    """Let other tests find Keras's generator as it was."""
    generators = import_module("keras.src.random.seed_generator")
    monkeypatch.setattr(generators, "python_random", generators.python_random)


def layer_seeds(seed: int) -> list[list[int]]:
    """The seeds of two layers, while somebody else draws from Python's generator."""
    keras.utils.set_random_seed(seed)
    compat.seed_layers(seed)
    seeds = []
    for _ in range(2):
        seeds.append(np.array(keras.layers.Dropout(0.5).seed_generator.state).tolist())
        random.seed()
    return seeds


@pytest.mark.usefixtures("_own_generator")
def test_keras_draws_layers_seeds_from_the_generator_that_it_is_given():
    """The same number gives the same seeds, whatever else draws; they differ from layer to layer."""
    once, again, other = layer_seeds(5), layer_seeds(5), layer_seeds(6)
    assert once == again, broke("seed_layers")
    assert once[0] != once[1], broke("seed_layers")
    assert once != other, broke("seed_layers")


@pytest.mark.usefixtures("_own_generator")
def test_keras_gives_the_weights_of_its_own_seeding():
    """What is built after it has the weights that plain Keras code has after `set_random_seed`."""
    keras.utils.set_random_seed(7)
    import_module("keras.src.random.seed_generator").python_random = random
    plain = build(small_config(), (28, 28, 1), 10).get_weights()
    keras.utils.set_random_seed(7)
    compat.seed_layers(7)
    ours = build(small_config(), (28, 28, 1), 10).get_weights()
    assert all(map(np.array_equal, plain, ours)), broke("seed_layers")


def test_keras_writes_its_file_into_memory(tmp_path):
    """It is what Keras opens as a `.keras` file, with the weights and the optimizer's state."""
    model = build(small_config(), (28, 28, 1), 10)
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(17)
    file = io.BytesIO()
    compat.write_keras(model, file)
    assert zipfile.is_zipfile(file), broke("write_keras")
    path = tmp_path / "model.keras"
    path.write_bytes(file.getvalue())
    opened = keras.models.load_model(path)
    assert all(map(np.array_equal, opened.get_weights(), model.get_weights())), broke("write_keras")
    assert int(opened.optimizer.iterations) == 17, broke("write_keras")


def test_keras_writes_its_older_format_into_an_open_file(tmp_path):
    """It is what Keras opens as an `.h5` file, with the weights, and is left open for whoever opened it."""
    model = build(small_config(), (28, 28, 1), 10)
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        compat.write_h5(model, file)
        assert file.id.valid, broke("write_h5")
    opened = keras.models.load_model(path, compile=False)
    assert all(map(np.array_equal, opened.get_weights(), model.get_weights())), broke("write_h5")
