"""`cnn.looks`: a model is looked at on the images that it was trained on."""

import pytest

from cnn import looks
from cnn.errors import DataNotFound
from tests.networks import digits, keep_small


def test_a_model_is_scored_on_its_own_data_set(tmp_path):
    """What learned from scikit-learn's digits is scored on theirs, also where MNIST is to be had."""
    record = keep_small(tmp_path)
    dataset = looks.dataset_of(record)
    assert (dataset.name, dataset.sha256) == (record.data_name, record.data_sha256)
    evaluation = looks.evaluate(tmp_path / record.id, tmp_path / "kept.npz")
    assert len(evaluation.labels) == len(digits().y_test)
    assert evaluation.accuracy == pytest.approx(record.test_accuracy, abs=1e-6)


def test_a_data_set_that_nobody_knows_is_said(tmp_path):
    """A record that names another data set gives a sentence."""
    record = keep_small(tmp_path).model_copy(update={"data_name": "letters"})
    with pytest.raises(DataNotFound, match="letters"):
        looks.dataset_of(record)
