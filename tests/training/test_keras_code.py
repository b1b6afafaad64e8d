"""`cnn.training.keras_code`: run elsewhere, its code gives the result that the app's own training gives."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from cnn.data.origins import THINGS
from cnn.errors import ConfigError
from cnn.network.fitting import fit
from cnn.training.keras_code import keras_code, notebook
from cnn.training.layers import AveragePool2D, BatchNormalization, Conv2D, Dense, Dropout, Flatten
from cnn.training.recipes import RECIPES
from tests import strategies
from tests.networks import colours, digits, small_config

MIXED = (
    Conv2D(filters=6, kernel_size=5, strides=2, padding="same"),
    BatchNormalization(),
    AveragePool2D(),
    Dropout(rate=0.3),
    Flatten(),
    Dense(units=16, activation="tanh"),
)
CONFIGS = {
    "everything": {},
    "a share validates": {"layers": MIXED, "validation": 0.2, "train_images": 400, "seed": 7},
    "some images": {"layers": MIXED, "train_images": 333, "optimizer": "rmsprop", "batch_size": 50},
    "more images than there are": {"layers": MIXED, "validation": 0.2, "train_images": 60_000},
    "stopped early": {
        "train_images": 300,
        "epochs": 8,
        "optimizer": "sgd",
        "learning_rate": 1.2,
        "early_stopping": True,
        "patience": 2,
        "keep_best": True,
    },
    "one cycle, as people draw": {
        "train_images": 500,
        "schedule": "one_cycle",
        "as_people_draw": True,
        "optimizer": "adadelta",
        "learning_rate": 1.0,
    },
    "colours": {"dataset": "cifar10", "validation": 0.3, "seed": 3},
    "clothes as people draw": {"dataset": "fashion_mnist", "as_people_draw": True, "train_images": 200},
}
# Ends a script: what the test compares.
TELL = """
import json
history = {name: [float(value) for value in values] for name, values in history.history.items()}
with open("told.json", "w") as file:
    json.dump([history, float(loss), float(accuracy)], file)
"""
# Runs the script in each folder that it is told; TensorFlow's start takes seconds.
RUN = """
import contextlib, os, runpy, sys, traceback
for folder in map(str.strip, sys.stdin):
    os.chdir(folder)
    os.environ["CNN_DATA_DIR"] = folder
    told = "done"
    with contextlib.redirect_stdout(sys.stderr):
        try:
            runpy.run_path("training.py", run_name="__main__")
        except BaseException:
            traceback.print_exc()
            told = "failed"
    print(told, flush=True)
"""


def data_of(config):
    """The digits that come with scikit-learn, or made colours, in the place of the config's data set."""
    if config.dataset == "cifar10":
        return replace(colours(), class_names=THINGS)
    return digits() if config.dataset == "mnist" else replace(digits(), class_names=("a thing",) * 10)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A process away from this project, with a log, that runs one script after the other."""
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-P", "-c", RUN],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        yield process, folder / "log"


def run_alone(elsewhere, script, config, folder):
    """Run code in another process, away from this project; its history, test loss and accuracy."""
    dataset = data_of(config)
    arrays = {name: getattr(dataset, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    np.savez(folder / f"{config.dataset}.npz", **arrays)
    (folder / "training.py").write_text(script + TELL, encoding="utf-8")
    process, log = elsewhere
    print(folder, file=process.stdin, flush=True)
    assert process.stdout.readline() == "done\n", log.read_text()
    assert (folder / "model.keras").exists()
    return json.loads((folder / "told.json").read_text())


def assert_same(told, trained):
    history, loss, accuracy = told
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        expected = [getattr(epoch, name) for epoch in trained.history]
        assert history[name] == pytest.approx(expected, rel=1e-4, abs=1e-5), name
    assert (loss, accuracy) == pytest.approx((trained.test_loss, trained.test_accuracy), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_script_gives_the_result_of_the_training(elsewhere, name, tmp_path):
    """Losses and accuracies of each epoch, and over the test images, are those of `train`."""
    config = small_config(**CONFIGS[name])
    assert_same(run_alone(elsewhere, keras_code(config), config, tmp_path), fit(config, data_of(config)))


def test_the_parts_of_a_network_are_networks(elsewhere, tmp_path):
    """One after the other they are the whole, also read from their files; the confusion counts as it does."""
    config = small_config(layers=MIXED, train_images=300)
    check = """
parts = [keras.models.load_model(f"{name}_part.keras") for name in ("convolutional", "classifying")]
assert np.allclose(parts[1].predict(parts[0].predict(x_test)), model.predict(x_test), atol=1e-6)
assert parts[0].output_shape[1:] == model.layers[4].input.shape[1:]
assert confusion.sum() == len(y_test)
assert abs(confusion.trace() / len(y_test) - accuracy) < 1e-6
"""
    run_alone(elsewhere, keras_code(config) + check, config, tmp_path)


def test_what_has_no_two_parts_is_not_cut():
    """A dense network has nothing before its `Flatten`."""
    assert "_part" not in keras_code(small_config(layers=(Flatten(), Dense(units=16))))


def test_another_seed_gives_another_result(elsewhere, tmp_path):
    """What is compared depends on the seed: with another one the figures differ by far more."""
    config = small_config(**CONFIGS["a share validates"])
    told = run_alone(elsewhere, keras_code(config), config, tmp_path)
    with pytest.raises(AssertionError):
        assert_same(told, fit(config.model_copy(update={"seed": 8}), data_of(config)))


def test_the_notebook_runs_as_the_script_does(elsewhere, tmp_path):
    """Its cells, one after the other in one namespace, give the training's result too."""
    config = small_config(**CONFIGS["a share validates"])
    cells = json.loads(notebook(keras_code(config)))["cells"]
    (tmp_path / "cells.json").write_text(json.dumps([cell["source"] for cell in cells]))
    script = "import json\nfor cell in json.load(open('cells.json')):\n    exec(cell, globals())\n"
    assert_same(run_alone(elsewhere, script, config, tmp_path), fit(config, data_of(config)))


def test_the_notebook_is_one():
    """Its JSON has what nbformat 4.5 asks for, and its cells put together are the script."""
    script = keras_code(RECIPES["fast"].config)
    read = json.loads(notebook(script))
    assert (read["nbformat"], read["nbformat_minor"]) == (4, 5)
    assert set(read) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    required = {"cell_type", "id", "metadata", "execution_count", "outputs", "source"}
    assert all(set(cell) == required and cell["cell_type"] == "code" for cell in read["cells"])
    assert len({cell["id"] for cell in read["cells"]}) == len(read["cells"]) == 10
    sources = [cell["source"] for cell in read["cells"]]
    assert [line for source in sources for line in source.split("\n") if line] == [
        line for line in script.split("\n") if line
    ]
    assert all(ast.parse(source) for source in sources)


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_need_nothing_of_this_project(name):
    """Each recipe's script imports libraries only; OpenCV is named where distortions need it."""
    config = RECIPES[name].config
    script = keras_code(config)
    imported = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) <= {"cv2", "keras", "numpy", "tensorflow"}
    assert ("cv2" in imported) == config.as_people_draw == ("opencv-python-headless" in script)
    assert len(script.splitlines()) < (500 if config.as_people_draw else 90)


def test_the_network_is_read_before_the_distortions():
    """Their hundreds of lines stand behind the data, the network and how it learns, just before their use."""
    parts = ("load_data()", "keras.Sequential(", "model.compile(", "def distort(", "model.fit(")
    places = [keras_code(RECIPES["fast"].config).index(part) for part in parts]
    assert places == sorted(places)


@given(config=strategies.configs)
def test_any_training_is_code(config):
    """Whatever was chosen, the script is Python with a line for each layer; or distortions are refused."""
    if config.as_people_draw and config.dataset == "cifar10":
        with pytest.raises(ConfigError, match="32×32×3"):
            keras_code(config)
        return
    script = keras_code(config)
    ast.parse(script)
    network = script[script.index("keras.Sequential(") : script.index("model.summary()")]
    assert network.count("keras.layers.") == len(config.layers) + 1


def test_what_somebody_called_it_is_not_in_the_code():
    """A name that is no recipe's cannot break out of the docstring."""
    script = keras_code(small_config(recipe='"""\nimport shutil'))
    assert "shutil" not in script


def test_no_line_of_a_definition_stands_twice():
    """A statement that defines two names is copied once."""
    code = keras_code(RECIPES["fast"].config)
    assignments = [line for line in code.splitlines() if line.startswith("_") and " = " in line]
    assert len(assignments) == len(set(assignments))
