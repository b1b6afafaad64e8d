"""`cnn.network.calibration`: networks are as sure as they are right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from cnn.models.store import ModelStore
from cnn.network.calibration import calibration_error, temperature_of
from cnn.network.classifier import Classifier
from cnn.network.fitting import fit
from tests.networks import digits, small_config


def sayings(exaggeration, *, seed=0, count=4000):
    """Scores that are `exaggeration` times too large, what a network says with them, and labels."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 2, (count, 10))
    labels = (softmax(scores, axis=1).cumsum(axis=1) > random.random((count, 1))).argmax(axis=1)
    return exaggeration * scores, softmax(exaggeration * scores, axis=1).astype(np.float32), labels


@given(exaggeration=st.floats(0.5, 3), seed=st.integers(0, 99))
def test_the_temperature_is_the_one_of_least_cross_entropy(exaggeration, seed):
    """SciPy, which searches over the scores themselves, finds the same to the grid's three per cent."""
    scores, outputs, labels = sayings(exaggeration, seed=seed, count=500)

    def loss(temperature):
        return -log_softmax(scores / temperature, axis=1)[np.arange(len(labels)), labels].mean()

    expected = minimize_scalar(loss, bounds=(0.3, 4), method="bounded").x
    assert temperature_of(outputs, labels) == pytest.approx(expected, rel=0.03)


def test_exaggeration_is_undone():
    """Answers that are far too sure become as sure as they are right."""
    scores, outputs, labels = sayings(3)
    right = scores.argmax(axis=1) == labels
    temperature = temperature_of(outputs, labels)
    assert temperature == pytest.approx(3, rel=0.1)
    assert calibration_error(outputs.max(axis=1), right) > 0.15
    assert calibration_error(softmax(scores / temperature, axis=1).max(axis=1), right) < 0.03


def test_rows_need_not_add_up_to_one():
    """Leaving an output out, as that for \"not a digit\", changes nothing between the others."""
    _, outputs, labels = sayings(2)
    assert temperature_of(outputs * np.float32(0.2), labels) == temperature_of(outputs, labels)


def test_nobody_is_made_surer_than_asked_for():
    """Where the best temperature lies below the least one, that is it; also where outputs are no numbers."""
    _, outputs, labels = sayings(0.5)
    assert temperature_of(outputs, labels, least=1.0) == pytest.approx(1)
    assert temperature_of(np.full_like(outputs, np.nan), labels, least=1.0) == pytest.approx(1)


def test_calibration_error_of_known_answers():
    """Nine of ten right at 0.9 is calibrated; none right at 0.8 is off by 0.8."""
    right = np.array([True] * 9 + [False])
    assert calibration_error(np.full(10, 0.9), right) == pytest.approx(0, abs=1e-9)
    assert calibration_error(np.full(4, 0.8), np.zeros(4, bool)) == pytest.approx(0.8)
    mixed = calibration_error(np.array([0.9] * 10 + [0.8] * 10), np.append(right, np.zeros(10, bool)))
    assert mixed == pytest.approx(0.4)


def test_a_training_that_went_on_too_long_is_less_sure(tmp_path):
    """A network that learned few images by heart gets a temperature with which unseen ones surprise it less.

    It is fitted on the validation images, and judged here on the test images.
    """
    trained = fit(small_config(train_images=200, validation=0.3, epochs=60), digits())
    record = ModelStore(tmp_path).save("by heart", trained)
    assert record.temperature == trained.temperature > 1.2
    as_trained = record.model_copy(update={"temperature": 1.0})
    surprise = [log_loss(digits().y_test, _probabilities(one, tmp_path)) for one in (record, as_trained)]
    assert surprise[0] < surprise[1]


def test_a_training_that_went_on_too_briefly_is_made_no_surer(tmp_path):
    """Sharper scores would fit the validation images better, and still they stay as they are."""
    trained = fit(small_config(epochs=1), digits())
    record = ModelStore(tmp_path).save("brief", trained)
    unscaled = record.model_copy(update={"temperature": 1.0})
    assert temperature_of(_probabilities(unscaled, tmp_path), digits().y_test) < 0.7
    assert trained.temperature == pytest.approx(1)


def _probabilities(record, folder):
    """What the model answers to the test images."""
    classifier = Classifier(record, ModelStore(folder).folder_of(record.id).keras_path())
    probabilities = classifier.probabilities(digits().x_test).astype(np.float64)
    return probabilities / probabilities.sum(axis=1, keepdims=True)
