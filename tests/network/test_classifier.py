from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.errors import ModelBroken, PictureError
from cnn.models.record import ModelRecord
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import ModelStore
from cnn.pictures import strokes, styles
from cnn.pictures.preparation import prepare_drawing
from cnn.settings import PROJECT
from cnn.training.layers import Dense, Flatten
from cnn.training.recipes import TrainConfig

keras = pytest.importorskip("keras")
from cnn.network import build  # noqa: E402 - Keras has to be there first
from cnn.network.classifier import Classifier  # noqa: E402

CONFIG = TrainConfig(layers=(Flatten(), Dense(units=8)))


def record(**changes):
    values = {
        "id": "small",
        "name": "small",
        "recipe": "custom",
        "config": CONFIG,
        "data_name": "mnist",
        "data_sha256": "0" * 64,
        "test_accuracy": 0.1,
        "test_loss": 2.3,
        "parameters": 1,
        "fit_seconds": 0.0,
        "input_shape": (28, 28, 1),
        "class_names": tuple("0123456789"),
        "created": datetime.now(UTC),
        "reject_class": True,
    }
    return ModelRecord(**(values | changes))


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A small network with an eleventh output, and the file that holds it."""
    keras.utils.set_random_seed(1)
    model = build.build(CONFIG, (28, 28, 1), 11)
    path = tmp_path_factory.mktemp("model") / "model.keras"
    model.save(path)
    return model, path


@pytest.fixture(scope="module")
def shipped():
    """The model that comes with the project."""
    folder = PROJECT / "models"
    shipped = ModelStore(folder).folder_of(SHIPPED)
    return Classifier(shipped.record(), shipped.keras_path())


IMAGES = np.random.default_rng(0).random((7, 28, 28)).astype(np.float32)


def test_outputs_are_those_of_the_network(network):
    """At temperature 1 the compiled answer is what Keras itself predicts."""
    model, path = network
    expected = model.predict(IMAGES[..., None], verbose=0)
    np.testing.assert_allclose(Classifier(record(), path).outputs(IMAGES), expected, atol=1e-5)


def test_probabilities_are_given_a_digit(network):
    """The eleventh output is left out and the ten are scaled to add up to 1."""
    model, path = network
    ten = model.predict(IMAGES[..., None], verbose=0)[:, :10]
    probabilities = Classifier(record(), path).probabilities(IMAGES)
    np.testing.assert_allclose(probabilities, ten / ten.sum(axis=1, keepdims=True), atol=1e-5)


def test_temperature_cools_or_heats_the_scores(network):
    """The outputs are the softmax of the network's scores over the temperature."""
    model, path = network
    scores = np.log(model.predict(IMAGES[..., None], verbose=0)) / 2
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(Classifier(record(temperature=2), path).outputs(IMAGES), expected, atol=1e-5)


def test_bytes_and_floats_and_channels_agree(network):
    """uint8 pictures are scaled, and a channel axis may be there or not."""
    _, path = network
    classifier = Classifier(record(), path)
    pictures = (IMAGES * 255).astype(np.uint8)
    expected = classifier.probabilities(pictures / np.float32(255))
    np.testing.assert_allclose(classifier.probabilities(pictures[..., None]), expected, atol=1e-6)


def test_no_pictures_give_no_probabilities(network):
    """An empty batch has an empty answer of the right shape."""
    assert Classifier(record(), network[1]).probabilities(IMAGES[:0]).shape == (0, 10)


def test_one_picture_and_many_agree(network):
    """The answer for one picture has the probabilities that it has among others."""
    classifier = Classifier(record(), network[1])
    answer = classifier.classify(IMAGES[3])
    np.testing.assert_allclose(answer.probabilities, classifier.probabilities(IMAGES)[3], atol=1e-6)


def test_pictures_of_another_shape_are_refused(network):
    """A sentence says which shape came and which the model reads."""
    with pytest.raises(PictureError, match="32×32×3"):
        Classifier(record(), network[1]).classify(np.zeros((32, 32, 3), np.float32))


def test_a_file_of_another_network_is_broken(network):
    """Weights that do not fit the record's network are named as such, not answered with."""
    other = record(config=TrainConfig(layers=(Flatten(), Dense(units=9))))
    with pytest.raises(ModelBroken):
        Classifier(other, network[1])


def test_it_can_be_handed_on_as_hdf5(network, tmp_path):
    """The bytes are an HDF5 file from which Keras reads the same network."""
    model, path = network
    file = tmp_path / "model.h5"
    file.write_bytes(Classifier(record(), path).h5())
    again = keras.models.load_model(file, compile=False)
    np.testing.assert_allclose(
        again.predict(IMAGES[..., None], verbose=0), model.predict(IMAGES[..., None], verbose=0), atol=1e-6
    )


def test_the_shipped_model_reads_the_styles_of_the_world(shipped):
    """Flagged ones, crossed sevens, slashed zeros and hooked nines are read; hardly any is turned away."""
    pool = styles.pool(each=40, seed=77)
    probabilities = shipped.probabilities(pool.reshape(-1, 28, 28)).reshape(10, 40, 10)
    right = probabilities.argmax(axis=2) == np.arange(10)[:, None]
    assert right.mean() > 0.97


def drawn_answer(classifier, model, share, where):
    """The answer to a digit in one of the world's styles, drawn with a pen as wide as it is large."""
    hand = strokes.place(styles.points_of(model), share=share, where=where, width=30 * share)
    return classifier.classify(prepare_drawing(strokes.draw(hand, width=30 * share)).image)


@given(
    model=st.sampled_from([model for models in styles.DIGITS.values() for model in models]),
    share=st.floats(0.35, 0.8),
    where=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_moved_and_scaled_ink_gets_the_same_answer(shipped, model, share, where):
    """A digit drawn elsewhere and in another size is the same to the network, and as sure."""
    usual = drawn_answer(shipped, model, 0.6, (0.5, 0.5))
    other = drawn_answer(shipped, model, share, where)
    assert (other.digit, other.verdict) == (usual.digit, usual.verdict)
    assert other.probabilities == pytest.approx(usual.probabilities, abs=0.03)


def test_the_shipped_model_reads_mnist(shipped, mnist):
    """The first thousand test images, as they are, are read nearly without a mistake."""
    found = shipped.probabilities(mnist.x_test[:1000]).argmax(axis=1)
    assert (found == mnist.y_test[:1000]).mean() > 0.97


def test_the_shipped_model_turns_a_scribble_away(shipped):
    """A zigzag across the canvas is no digit, and the answer says so."""
    zigzag = np.array([[40 + 20 * i, 60 if i % 2 else 220] for i in range(10)], np.float32)
    answer = shipped.classify(prepare_drawing(styles.draw([zigzag], width=12)).image)
    assert answer.verdict == "not_a_digit"


def test_the_shipped_model_is_small():
    """Everything a checkout carries for it stays under 5 MB."""
    files = (PROJECT / "models" / SHIPPED).iterdir()
    assert sum(file.stat().st_size for file in files) < 5_000_000
