"""A trained network learns one's own digits and keeps what it knew."""

from dataclasses import replace

import numpy as np
import pytest

from cnn.errors import ConfigError
from cnn.models.fine_tuning import FineTuning
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import ModelStore, model_store
from tests import networks


@pytest.fixture(scope="module")
def digits():
    """The UCI digits, which are always there."""
    return networks.digits()


def trained(digits, **changes):
    """A small network that has learned the digits."""
    from cnn.network.fitting import fit

    return fit(
        networks.small_config(**{"epochs": 10, "batch_size": 32, "learning_rate": 0.003} | changes), digits
    )


def test_corrections_are_learned_and_the_rest_is_kept(digits, tmp_path):
    """Of the pictures that were misread and corrected, most are read right; the others as well as before."""
    from cnn.network.classifier import Classifier
    from cnn.network.fitting import fit

    before = trained(digits)
    record = ModelStore(tmp_path).save("before", before)
    classifier = Classifier(record, ModelStore(tmp_path).folder_of(record.id).keras_path())
    probabilities = classifier.probabilities(digits.x_test)
    wrong = probabilities.argmax(axis=1) != digits.y_test
    assert wrong.any()
    tuning = FineTuning(record, before.keras_file, digits.x_test[wrong], digits.y_test[wrong])
    saved = ModelStore(tmp_path).save("after", fit(tuning.config(), digits, start=tuning))
    classifier = Classifier(saved, ModelStore(tmp_path).folder_of(saved.id).keras_path())
    right = classifier.probabilities(digits.x_test).argmax(axis=1) == digits.y_test
    assert right[wrong].mean() > 0.6
    assert right[~wrong].mean() > 0.97


def test_a_model_that_learns_on_stays_as_sure(digits, tmp_path):
    """Its temperature, which its threshold was fitted to, is that of the model it comes from."""
    from cnn.network.fitting import fit

    before = replace(trained(digits, epochs=1), temperature=1.7)
    tuning = FineTuning(
        ModelStore(tmp_path).save("before", before),
        before.keras_file,
        digits.x_test[:3],
        digits.y_test[:3],
    )
    assert fit(tuning.config(), digits, start=tuning).temperature == 1.7


def test_what_is_new_has_its_share(digits, tmp_path):
    """However few the corrections, they make up about a seventh of what is learned from."""
    record = ModelStore(tmp_path).save("before", trained(digits, epochs=1))
    new = np.full((2, 28, 28), 77, np.uint8)
    mixed = FineTuning(record, b"", new, np.array([1, 2])).dataset(digits)
    is_new = (mixed.x_train == 77).all(axis=(1, 2))
    assert 0.1 < is_new.mean() < 0.2
    assert set(mixed.y_train[is_new]) == {1, 2}
    assert mixed.x_test is digits.x_test


def test_what_is_no_digit_is_not_forgotten(digits, tmp_path):
    """A network that turns strangers away learns on with some of them, under its last output's number."""
    record = ModelStore(tmp_path).save("before", trained(digits, epochs=1), reject_class=True)
    new = np.full((2, 28, 28), 77, np.uint8)
    mixed = FineTuning(record, b"", new, np.array([1, 2])).dataset(digits)
    strangers = mixed.x_train[mixed.y_train == 10]
    assert len(strangers) > 500
    assert strangers.dtype == np.uint8
    assert len(np.unique(strangers, axis=0)) > 500


def test_a_model_without_its_config_cannot_learn_on(digits, tmp_path):
    """The refusal names the model."""
    record = ModelStore(tmp_path).save("nameless", trained(digits, epochs=1))
    tuning = FineTuning(record.model_copy(update={"config": None}), b"", digits.x_test, digits.y_test)
    with pytest.raises(ConfigError, match="nameless"):
        tuning.config()


def test_the_shipped_model_learns_corrections(digits):
    """The model that visitors begin with, which also knows what is no digit, can be taught, too."""
    from cnn.network.fitting import fit

    tuning = FineTuning(
        model_store().record(SHIPPED),
        model_store().folder_of(SHIPPED).keras_path().read_bytes(),
        digits.x_test[:2],
        digits.y_test[:2],
    )
    config = tuning.config().model_copy(update={"epochs": 1})
    learned = fit(config, digits, start=tuning)
    assert learned.test_accuracy > 0.9
    assert learned.parameters == tuning.record.parameters


def test_what_has_learned_on_is_measured_as_before(digits, tmp_path):
    """Asked which digit a test image shows, as the one before was: "not a digit" is no answer there."""
    from cnn.network.classifier import Classifier
    from cnn.network.fitting import fit

    shipped = model_store().record(SHIPPED)
    tuning = FineTuning(
        shipped,
        model_store().folder_of(SHIPPED).keras_path().read_bytes(),
        digits.x_test[:30],
        np.full(30, 10),
    )
    config = tuning.config().model_copy(update={"epochs": 2, "learning_rate": 0.003})
    learned = fit(config, digits, start=tuning)
    record = ModelStore(tmp_path).save("after", learned, reject_class=True)
    classifier = Classifier(record, ModelStore(tmp_path).folder_of(record.id).keras_path())
    right = classifier.probabilities(digits.x_test).argmax(axis=1) == digits.y_test
    assert learned.test_accuracy == pytest.approx(right.mean(), abs=1e-6)
    # Some of them are taken for no digit, which would otherwise have counted as mistakes.
    assert (classifier.outputs(digits.x_test).argmax(axis=1) == digits.y_test).mean() < right.mean()
