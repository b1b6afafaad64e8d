"""`cnn.network.scoring` and `cnn.insight.metrics`: what is right, what is wrong, and what looks alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import classification_report, confusion_matrix

from cnn.errors import DataCorrupt
from cnn.insight import metrics
from cnn.insight.metrics import cell, doubtful, mistakes, only_first_right
from cnn.models.folder import KERAS_FILE
from cnn.models.store import ModelStore
from cnn.network.build import build, load
from cnn.network.classifier import Classifier
from cnn.network.fitting import fit
from cnn.network.scoring import Neighbours, score
from cnn.training.layers import Conv2D, Flatten, MaxPool2D
from tests.networks import digits, small_config


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A network that reads most digits: its record and its file."""
    folder = tmp_path_factory.mktemp("models")
    record = ModelStore(folder).save("small", fit(small_config(epochs=4), digits()))
    return record, folder / record.id / KERAS_FILE


@pytest.fixture(scope="module")
def evaluation(saved):
    """Its answers to the test images."""
    return score(Classifier(*saved), digits())


@st.composite
def answers(draw):
    """Any probabilities with any labels."""
    classes = draw(st.integers(2, 6))
    count = draw(st.integers(1, 40))
    raw = draw(hnp.arrays(np.float32, (count, classes), elements=st.floats(0.015625, 1, width=32)))
    labels = draw(hnp.arrays(np.int64, count, elements=st.integers(0, classes - 1)))
    return metrics.evaluation_of(raw / raw.sum(axis=1, keepdims=True), labels)


def test_the_figures_are_those_of_the_training(saved, evaluation):
    """Accuracy and loss over the test images are what the training reported."""
    record, _ = saved
    assert evaluation.accuracy == pytest.approx(record.test_accuracy, abs=1e-6)
    assert evaluation.loss == pytest.approx(record.test_loss, abs=1e-4)
    assert evaluation.probabilities.shape == (297, 10)
    assert evaluation.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("temperature", [0.4, 1.5, 4.0])
def test_the_loss_is_the_networks_own(saved, temperature):
    """However sure the answers are made, the loss stays what the training reported."""
    record, path = saved
    cooled = Classifier(record.model_copy(update={"temperature": temperature}), path)
    assert score(cooled, digits()).loss == pytest.approx(record.test_loss, abs=1e-4)


def test_the_answers_are_keras_own(saved, evaluation):
    """The probabilities are what Keras predicts for the scaled images."""
    images = digits().x_test[..., np.newaxis] / np.float32(255)
    expected = load(*saved).predict(images, verbose=0)
    assert evaluation.probabilities == pytest.approx(expected, abs=1e-5)


def test_the_report_is_scikit_learns(evaluation):
    """Confusion matrix and report are scikit-learn's, and their sums those of the images."""
    labels, predictions = digits().y_test, evaluation.probabilities.argmax(axis=1)
    assert np.array_equal(evaluation.confusion, confusion_matrix(labels, predictions))
    report = classification_report(labels, predictions, output_dict=True)
    for number in range(10):
        row = report[str(number)]
        assert evaluation.precision[number] == pytest.approx(row["precision"])
        assert evaluation.recall[number] == pytest.approx(row["recall"])
        assert evaluation.f1[number] == pytest.approx(row["f1-score"])
        assert evaluation.support[number] == row["support"]


@given(answers())
def test_mistakes_are_everything_off_the_diagonal(evaluation):
    """In any order the mistakes are the same images, as many as the matrix has off its diagonal."""
    expected = set(np.flatnonzero(evaluation.probabilities.argmax(axis=1) != evaluation.labels))
    for order in ("surest", "least_sure", "number", "random"):
        found = mistakes(evaluation, order)
        assert set(found) == expected
        assert len(found) == evaluation.confusion.sum() - np.trace(evaluation.confusion)


@given(answers())
def test_orders_are_what_they_say(evaluation):
    """The surest come first or last by the probability of the prediction; numbers rise."""
    sureness = evaluation.probabilities.max(axis=1)
    assert (np.diff(sureness[mistakes(evaluation, "surest")]) <= 0).all()
    assert (np.diff(sureness[mistakes(evaluation, "least_sure")]) >= 0).all()
    assert (np.diff(mistakes(evaluation, "number")) > 0).all()


@given(answers(), st.data())
def test_a_cell_holds_as_many_images_as_it_counts(evaluation, data):
    """The images of a cell are of its row's class and were taken for its column's."""
    classes = st.integers(0, evaluation.probabilities.shape[1] - 1)
    truth, predicted = data.draw(classes), data.draw(classes)
    found = cell(evaluation, truth, predicted)
    assert len(found) == evaluation.confusion[truth, predicted]
    assert (evaluation.labels[found] == truth).all()
    assert (evaluation.predictions[found] == predicted).all()
    if truth != predicted:
        assert np.array_equal(found, mistakes(evaluation, "number", truth=truth, predicted=predicted))


def test_shuffled_mistakes_depend_on_the_seed(evaluation):
    """Another seed shows other mistakes first; the same seed the same."""
    assert np.array_equal(mistakes(evaluation, "random", seed=1), mistakes(evaluation, "random", seed=1))
    assert not np.array_equal(mistakes(evaluation, "random", seed=1), mistakes(evaluation, "random", seed=2))


def test_a_shuffled_cell_depends_on_the_seed(evaluation):
    """On the diagonal, too, another seed shows other images first; the same seed the same."""
    one, again, other = (cell(evaluation, 3, 3, "random", seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert set(one) == set(other)


def test_two_models_are_compared():
    """Exactly the image that the first gets right and the second wrong is found, and not the other way."""
    labels = np.array([0, 1, 1])
    first = metrics.evaluation_of(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], np.float32), labels)
    second = metrics.evaluation_of(np.array([[0.9, 0.1], [0.6, 0.4], [0.1, 0.9]], np.float32), labels)
    assert only_first_right(first, second).tolist() == [1]
    assert only_first_right(second, first).tolist() == [2]


def test_wrong_labels_are_suspected():
    """Of three mistakes the two whose labels get less than a tenth are doubtful, the more doubtful first."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 400)
    sure = random.uniform(0.8, 0.95, 400)
    probabilities = np.full((400, 4), 0.0, np.float32)
    probabilities[:] = ((1 - sure) / 3)[:, None]
    probabilities[np.arange(400), labels] = sure
    for number, sureness in ((7, 0.96), (8, 0.98), (9, 0.5)):
        probabilities[number] = (1 - sureness) / 3
        probabilities[number, (labels[number] + 1) % 4] = sureness
    assert doubtful(metrics.evaluation_of(probabilities, labels)).tolist() == [8, 7]


def test_a_kept_evaluation_comes_back(evaluation, tmp_path):
    """What was saved is read with the same answers and figures."""
    metrics.save(evaluation, tmp_path / "cache" / "small.npz")
    again = metrics.read(tmp_path / "cache" / "small.npz")
    assert np.array_equal(again.probabilities, evaluation.probabilities)
    assert np.array_equal(again.confusion, evaluation.confusion)
    assert (again.accuracy, again.loss) == (evaluation.accuracy, evaluation.loss)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["small.npz"]


@given(content=st.binary(max_size=200))
def test_a_foreign_file_is_no_evaluation(tmp_path_factory, content):
    """Any other content is a `DataCorrupt`, and no file is told apart from that."""
    path = tmp_path_factory.mktemp("kept") / "small.npz"
    with pytest.raises(FileNotFoundError):
        metrics.read(path)
    path.write_bytes(content)
    with pytest.raises(DataCorrupt):
        metrics.read(path)


def test_neighbours_are_the_nearest_in_the_last_hidden_layer(saved):
    """Compared with all distances written out, the same images are found in the same order."""
    model = load(*saved)
    neighbours = Neighbours(model, digits().x_train)
    hidden = build(small_config(), (28, 28, 1), 10)
    hidden.set_weights(model.get_weights())
    hidden.pop()
    vectors = hidden.predict(digits().x_train[..., None] / np.float32(255), verbose=0)
    for number in range(5):
        image = digits().x_test[number]
        vector = hidden.predict(image[None, ..., None] / np.float32(255), verbose=0)[0]
        distances = np.linalg.norm(vectors - vector, axis=1)
        found = neighbours.nearest(image, 6)
        assert found.distances == pytest.approx(np.sort(distances)[:6], abs=1e-3)
        assert distances[found.images] == pytest.approx(found.distances, abs=1e-3)


def test_an_image_is_its_own_nearest_neighbour_in_a_wide_layer():
    """A last hidden layer of thousands of values is searched as well."""
    layers = (Conv2D(filters=8, padding="same"), MaxPool2D(), Flatten())
    neighbours = Neighbours(build(small_config(layers=layers), (28, 28, 1), 10), digits().x_train)
    found = neighbours.nearest(digits().x_train[33], 4)
    assert found.images[0] == 33
    assert found.distances[0] == pytest.approx(0, abs=0.05)
    assert (np.diff(found.distances) >= 0).all()
