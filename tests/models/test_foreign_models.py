"""Model files from elsewhere: more than numbers is refused with its reason, and nothing of it runs."""

import io
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from cnn.errors import ModelBroken
from cnn.models.file_check import WEIGHTS
from cnn.models.folder import FILTERS_FILE, KERAS_FILE, RECORD_FILE
from cnn.models.record import ModelRecord
from cnn.models.store import BrokenModel, ModelStore
from cnn.network import build
from cnn.network.fitting import fit
from cnn.network.weights import check_weights
from cnn.training.recipes import RECIPES
from tests.networks import digits, small_config
from tests.strategies import keras_file

SHAPE = (28, 28, 1)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The folder of a small model that was trained here."""
    folder = tmp_path_factory.mktemp("own")
    return folder / ModelStore(folder).save("small", fit(small_config(epochs=1), digits())).id


@pytest.fixture
def home(own, tmp_path):
    """A models folder with one model in it, whose file a test replaces; nothing else is near it."""
    shutil.copytree(own, tmp_path / "models" / "foreign")
    return tmp_path / "models"


@pytest.fixture
def file(home):
    """The file to replace."""
    return home / "foreign" / KERAS_FILE


@pytest.fixture
def refused(home, file):
    """Asserts that the model is refused for a reason wherever it is met, and that nothing else changed."""

    def check(reason: str) -> None:
        before = sorted(home.parent.rglob("*"))
        record = (home / "foreign" / RECORD_FILE).read_bytes()
        [listed] = ModelStore(home).models()
        assert isinstance(listed, BrokenModel)
        assert reason in str(listed.reason)
        with pytest.raises(ModelBroken):
            ModelStore(home).folder_of("foreign").keras_path()
        with pytest.raises(ModelBroken) as refusal:
            build.load(ModelRecord.model_validate_json(_with_id(record)), file)
        assert reason in str(refusal.value)
        assert sorted(home.parent.rglob("*")) == before

    return check


def _with_id(record: bytes) -> bytes:
    return b'{"id": "foreign", ' + record.strip()[1:]


def rewritten(file: Path, **members: bytes) -> None:
    """Put other parts in place of those of a `.keras` file."""
    with zipfile.ZipFile(file) as archive:
        parts = {
            "metadata": archive.read("metadata.json"),
            "config": archive.read("config.json"),
            "weights": archive.read(WEIGHTS),
        }
    file.write_bytes(keras_file(**parts | members))


def with_member(file: Path, name: str, content: bytes, packed: int = zipfile.ZIP_STORED) -> None:
    """Put one part more into a `.keras` file."""
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, content, packed)


class Mark:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self):
        return Path.touch, (self._place,)


@keras.saving.register_keras_serializable(package="elsewhere")
class Foreign(keras.layers.Layer):
    """A layer of somebody's own."""

    def call(self, images):
        return images


def network(*layers: keras.layers.Layer) -> keras.Model:
    return keras.Sequential(
        [keras.Input(SHAPE), *layers, keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    )


def leaving(mark: Path) -> Callable[[object], object]:
    """A function for a Lambda layer that leaves a file behind when it is called."""
    # What a default of a Lambda's function is goes into the file as JSON, so it is no `Path`.
    return lambda images, place=str(mark): (open(place, "w").close(), images)[1]  # noqa: PTH123


@pytest.mark.parametrize("kind", [".keras", ".h5"])
def test_a_lambda_layer_is_refused_and_not_called(file, refused, tmp_path, kind):
    """Python code in a file, in either format of Keras, is named as the reason and never runs."""
    mark = tmp_path / "models" / "it-ran"
    model = network(keras.layers.Lambda(leaving(mark), output_shape=SHAPE))
    model(np.zeros((1, *SHAPE), np.float32))
    mark.unlink()
    model.save(tmp_path / f"lambda{kind}")
    (tmp_path / f"lambda{kind}").replace(file)
    refused("'Lambda'" if kind == ".keras" else "HDF5")
    assert not mark.exists()


def function(scores):
    """An activation of somebody's own."""
    return scores


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("activation", [function, lambda scores: scores])
def test_a_function_as_activation_is_refused(file, refused, activation):
    """Code that hides in an argument of an innocent layer is found, too."""
    network(keras.layers.Conv2D(2, 3, activation=activation)).save(file)
    refused("'activation'")


def test_a_foreign_class_is_refused(file, refused):
    """A class that somebody has registered with Keras is named as the reason."""
    network(Foreign()).save(file)
    refused("'Foreign'")


@pytest.mark.parametrize("module", ["keras", "keras.src.layers.core.lambda_layer", "keras.models", None])
def test_a_lambda_under_another_address_is_refused(file, refused, module):
    """Keras finds its classes by more than one name; only those that it writes itself pass."""
    model = network(keras.layers.Lambda(lambda images: images, output_shape=SHAPE))
    model.save(file)
    with zipfile.ZipFile(file) as archive:
        description = json.loads(archive.read("config.json"))
    [layer] = [each for each in description["config"]["layers"] if each["class_name"] == "Lambda"]
    layer["module"] = module
    rewritten(file, config=json.dumps(description).encode())
    refused("'Lambda'")


@pytest.mark.parametrize("layer", [keras.layers.UpSampling2D(), keras.layers.GaussianNoise(0.1)])
def test_a_layer_that_no_network_here_has_is_refused(file, refused, layer):
    """Also a harmless one of Keras's own: no network of this app has it."""
    network(layer).save(file)
    refused(type(layer).__name__)


def test_a_pickle_is_refused_and_not_opened(file, refused, tmp_path):
    """A pickle beside the weights is named as the reason, and what it would do is not done."""
    mark = tmp_path / "models" / "it-ran"
    with_member(file, "optimizer.pkl", pickle.dumps(Mark(mark)))
    refused("'optimizer.pkl'")
    assert not mark.exists()


def test_a_pickle_for_a_file_is_refused(file, refused, tmp_path):
    """So is a file that is nothing but a pickle."""
    mark = tmp_path / "models" / "it-ran"
    file.write_bytes(pickle.dumps(Mark(mark)))
    refused("no Keras file")
    assert not mark.exists()


@pytest.mark.parametrize("name", ["../../x", "/x", "..\\..\\x", "assets/../../../x"])
def test_a_path_that_climbs_out_is_refused(file, refused, name):
    """A member that would be written elsewhere is named as the reason; nothing is written at all."""
    with_member(file, name, b"climbed")
    refused("leads out of its folder")


@pytest.mark.parametrize("name", ["model.weights.h5", "config.json"])
def test_a_zip_bomb_is_refused_unopened(file, refused, name):
    """Sixty megabytes of zeros in sixty kilobytes are refused by what the list of contents says."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(60_000_000))
    assert file.stat().st_size < 100_000
    refused("60,000,000")


def test_a_long_list_of_contents_is_not_read(file, refused):
    """Thousands of empty members cost memory by their names alone."""
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(5000):
            archive.writestr(f"{number}", b"")
    refused("no Keras file")


def test_two_parts_of_one_name_are_refused(file, refused):
    """One could be checked and the other read."""
    with pytest.warns(UserWarning, match="Duplicate"):
        with_member(file, "config.json", b"{}")
    refused("no Keras file")


def test_a_file_larger_than_any_network_is_refused(file, refused, monkeypatch):
    """Its size alone is the reason; not a byte of it is read."""
    monkeypatch.setattr("cnn.models.file_check._SLACK", 0)
    with file.open("r+b") as opened:
        opened.truncate(20_000_000 * 12 + 1)
    refused("240,000,001 bytes")


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.99, -1])
def test_a_truncated_file_is_refused(file, refused, left):
    """Wherever it was cut."""
    content = file.read_bytes()
    file.write_bytes(content[: int(left * len(content)) if isinstance(left, float) else left])
    refused("cut short")


@pytest.mark.parametrize("description", [b"import os", b'{"class_name":' * 5000, b"\xff"])
def test_a_description_that_is_none_is_refused(file, refused, description):
    """Also one that is nested deeper than Python can follow."""
    rewritten(file, config=description)
    refused("no Keras file")


# What an HDF5 file can do besides holding numbers. Each builder writes into an open file.


def external_link(weights: h5py.File, secret: Path) -> None:
    weights["layers/dense/vars/9"] = h5py.ExternalLink(str(secret), "/secret")


def soft_link(weights: h5py.File, _secret: Path) -> None:
    weights["layers/dense/vars/9"] = h5py.SoftLink("/layers/dense_1/vars/0")


def external_numbers(weights: h5py.File, secret: Path) -> None:
    weights.create_dataset("9", (100,), "f4", external=[(str(secret), 0, 400)])


def virtual_numbers(weights: h5py.File, secret: Path) -> None:
    layout = h5py.VirtualLayout((100,), "f4")
    layout[:] = h5py.VirtualSource(str(secret), "secret", (100,))
    weights.create_virtual_dataset("9", layout)


def shape_bomb(weights: h5py.File, _secret: Path) -> None:
    weights.create_dataset("9", (750_000_000,), "f4", chunks=(1_000_000,), compression="gzip")


def many_small_bombs(weights: h5py.File, _secret: Path) -> None:
    for number in range(50):
        weights.create_dataset(f"many/{number}", (10_000,), "f4", chunks=(10_000,))


def objects(weights: h5py.File, _secret: Path) -> None:
    weights.create_dataset("9", data=["a", "b"], dtype=h5py.string_dtype())


def raw_bytes(weights: h5py.File, _secret: Path) -> None:
    weights["9"] = np.void(pickle.dumps(Path()))


def deep_groups(weights: h5py.File, _secret: Path) -> None:
    weights.create_group("/".join("a" * 40))


@pytest.mark.parametrize(
    ("build_in", "reason"),
    [
        (external_link, "from another place"),
        (soft_link, "from another place"),
        (external_numbers, "from another place"),
        (virtual_numbers, "from another place"),
        (shape_bomb, "3,000,000,000 bytes"),
        (many_small_bombs, "more than it holds"),
        (objects, "object"),
        (raw_bytes, "where numbers should be"),
        (deep_groups, "deeper"),
    ],
)
def test_weights_that_are_more_than_numbers_are_refused(home, file, tmp_path, build_in, reason):
    """Links, foreign numbers, arrays larger than the file and objects are refused before an array is read."""
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as other:
        other["secret"] = np.ones(100, np.float32)
    with zipfile.ZipFile(file) as archive:
        content = io.BytesIO(archive.read(WEIGHTS))
    with h5py.File(content, "a") as weights:
        build_in(weights, secret)
    rewritten(file, weights=content.getvalue())
    with pytest.raises(ModelBroken, match=reason):
        build.load(ModelStore(home).record("foreign"), file)


def test_filters_of_another_size_than_any_are_refused(home):
    """The kernels over the epochs are unpacked up to what a training can have left."""
    with zipfile.ZipFile(home / "foreign" / FILTERS_FILE, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("filters.npy", bytes(70_000_000))
    with pytest.raises(ModelBroken, match="70,000,000"):
        ModelStore(home).folder_of("foreign").filters()


def test_filters_with_objects_are_refused(home, tmp_path):
    """An array of Python objects is a pickle; it is not opened."""
    mark = tmp_path / "it-ran"
    content = io.BytesIO()
    np.savez(content, filters=np.array([Mark(mark)], object))
    (home / "foreign" / FILTERS_FILE).write_bytes(content.getvalue())
    with pytest.raises(ModelBroken):
        ModelStore(home).folder_of("foreign").filters()
    assert not mark.exists()


def test_a_record_of_any_length_is_not_read(home):
    """A record larger than any training's is refused by its size."""
    (home / "foreign" / RECORD_FILE).write_bytes(b" " * 5_000_000)
    with pytest.raises(ModelBroken, match="5,000,000"):
        ModelStore(home).record("foreign")


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "adadelta", "sgd"])
@pytest.mark.parametrize("schedule", ["constant", "one_cycle"])
def test_every_training_of_this_app_passes(tmp_path, optimizer, schedule):
    """Whatever the optimizer and its schedule, what Keras writes of it is let through."""
    config = small_config(optimizer=optimizer, schedule=schedule)
    model = build.build(config, SHAPE, 10, steps=10)
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / KERAS_FILE)
    check_weights(tmp_path / KERAS_FILE)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_passes(tmp_path, name):
    """The network of each recipe is let through, whatever its layers."""
    config = RECIPES[name].config
    build.build(config, (32, 32, 3), 10).save(tmp_path / KERAS_FILE)
    check_weights(tmp_path / KERAS_FILE)
