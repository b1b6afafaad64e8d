"""`cnn.jobs.inspections`: a model is looked at on the images that it was trained on."""

import numpy as np
import pytest

from cnn.errors import DataError, DataNotFound
from cnn.jobs import inspections
from cnn.models.folder import ModelFolder
from tests.networks import digits, keep_small


def test_a_model_is_scored_on_its_own_data_set(tmp_path):
    """What learned from scikit-learn's digits is scored on theirs, also where MNIST is to be had."""
    record = keep_small(tmp_path)
    dataset = inspections.dataset_of(record)
    assert (dataset.name, dataset.sha256) == (record.data_name, record.data_sha256)
    folder = ModelFolder(tmp_path / record.id)
    evaluation = inspections.evaluation(folder, tmp_path / "kept.npz", dataset.sha256)
    assert len(evaluation.labels) == len(digits().y_test)
    assert evaluation.accuracy == pytest.approx(record.test_accuracy, abs=1e-6)


def test_figures_of_other_images_are_not_kept(tmp_path):
    """Where a process has other data than the app, that is said, and nothing is kept under the app's hash."""
    record = keep_small(tmp_path)
    with pytest.raises(DataError, match="0123456"):
        inspections.evaluation(ModelFolder(tmp_path / record.id), tmp_path / "kept.npz", "0123456789")
    assert not (tmp_path / "kept.npz").exists()


def test_a_data_set_that_nobody_knows_is_said(tmp_path):
    """A record that names another data set gives a sentence."""
    record = keep_small(tmp_path).model_copy(update={"data_name": "letters"})
    with pytest.raises(DataNotFound, match="letters"):
        inspections.dataset_of(record)


def test_shifted_accuracies_are_keras_own(tmp_path):
    """Unshifted, and by three pixels in all eight directions, the shares are those of Keras's predictions."""
    import keras

    record = keep_small(tmp_path)
    [[still, moved]] = inspections.shifted_accuracies([ModelFolder(tmp_path / record.id)], [0, 3], 100)
    images, labels = digits().x_test[:100], digits().y_test[:100]
    network = keras.models.load_model(tmp_path / record.id / "model.keras")

    def accuracy(down, right):
        padded = np.pad(images, ((0, 0), (3, 3), (3, 3)))
        shown = padded[:, 3 - down : 31 - down, 3 - right : 31 - right, np.newaxis] / 255
        return (network.predict(shown, verbose=0).argmax(axis=1) == labels).mean()

    assert still == pytest.approx(accuracy(0, 0))
    ways = [(down, right) for down in (-3, 0, 3) for right in (-3, 0, 3) if (down, right) != (0, 0)]
    assert moved == pytest.approx(np.mean([accuracy(*way) for way in ways]))
