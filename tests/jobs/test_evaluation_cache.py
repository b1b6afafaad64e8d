"""`cnn.jobs.evaluation_cache`: each evaluation is made once and found again, also by another process."""

import zipfile
from concurrent.futures import Future
from dataclasses import replace
from time import monotonic

import numpy as np
import pytest

import cnn.jobs.evaluation_cache
from cnn.errors import ModelNotFound, WorkerError
from cnn.insight import metrics
from cnn.insight.metrics import Evaluation
from cnn.jobs.evaluation_cache import REMEMBERED, TOLD_SECONDS, EvaluationCache
from cnn.models import store
from cnn.models.file_check import WEIGHTS
from cnn.models.store import model_store
from tests.networks import digits, trained


class Scoring:
    """Workers that score when the test says so."""

    def __init__(self) -> None:
        self.begun: list[tuple[Future, object]] = []

    def begin(self, task, folder, kept, data_sha256):
        future: Future = Future()
        self.begun.append((future, kept))
        return future

    def finish(self) -> Evaluation:
        """Finish the last task as the real one does: keep the result, then give it."""
        future, kept = self.begun[-1]
        labels = digits().y_test
        evaluation = metrics.evaluation_of(np.full((len(labels), 10), 0.1, np.float32), labels)
        metrics.save(evaluation, kept)
        future.set_result(evaluation)
        return evaluation


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A saved model in the folder that the settings name."""
    monkeypatch.setattr(store, "settings", lambda: type("S", (), {"models_dir": tmp_path / "models"}))
    return model_store().save("m", trained())


def test_it_is_made_once(record, tmp_path):
    """Two who ask at the same time wait for the same work; whoever asks later has it at once."""
    scoring = Scoring()
    evaluations = EvaluationCache(scoring, tmp_path / "kept")
    first, second = evaluations.of(record, digits()), evaluations.of(record, digits())
    assert first is second
    assert not first.done()
    made = scoring.finish()
    assert evaluations.of(record, digits()).result() is made
    assert len(scoring.begun) == 1


def test_a_room_that_asks_at_once_waits_for_one_work_each(record, tmp_path):
    """However many models wait to be scored, asking again for the first of them begins nothing anew."""
    scoring = Scoring()
    evaluations = EvaluationCache(scoring, tmp_path / "kept")
    asked = [record.model_copy(update={"temperature": 1.0 + number}) for number in range(REMEMBERED + 3)]
    futures = [evaluations.of(each, digits()) for each in asked]
    assert [evaluations.of(each, digits()) for each in asked] == futures
    assert len(scoring.begun) == len(asked)


def test_another_process_finds_it(record, tmp_path):
    """After a restart the same figures come from the disk, and nothing is scored."""
    scoring = Scoring()
    EvaluationCache(scoring, tmp_path / "kept").of(record, digits())
    made = scoring.finish()
    after = Scoring()
    found = EvaluationCache(after, tmp_path / "kept").of(record, digits()).result(timeout=0)
    assert found.loss == pytest.approx(made.loss)
    assert np.array_equal(found.confusion, made.confusion)
    assert not after.begun


def test_a_model_trained_again_is_scored_again(record, tmp_path):
    """Another file of weights under the same name is another model."""
    scoring = Scoring()
    evaluations = EvaluationCache(scoring, tmp_path / "kept")
    evaluations.of(record, digits())
    scoring.finish()
    file = model_store().folder_of(record.id).keras_path()
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content + b"\0" if name == WEIGHTS else content)
    assert not evaluations.of(record, digits()).done()


def test_a_failure_is_told_and_tried_again(record, tmp_path, monkeypatch):
    """What went wrong reaches all who wait; whoever asks some time after them begins anew."""
    scoring = Scoring()
    evaluations = EvaluationCache(scoring, tmp_path / "kept")
    evaluations.of(record, digits())
    scoring.begun[0][0].set_exception(WorkerError("gone"))
    for _visitor in range(30):
        assert isinstance(evaluations.of(record, digits()).exception(), WorkerError)
    assert len(scoring.begun) == 1
    monkeypatch.setattr(cnn.jobs.evaluation_cache, "monotonic", lambda: monotonic() + TOLD_SECONDS)
    assert not evaluations.of(record, digits()).done()
    assert len(scoring.begun) == 2


@pytest.mark.parametrize("changed", [{"temperature": 1.5}, {"reject_class": True}, "dataset"])
def test_another_calibration_or_other_images_are_another_evaluation(record, tmp_path, changed):
    """All that the answers depend on beside the weights parts one evaluation from another."""
    scoring = Scoring()
    evaluations = EvaluationCache(scoring, tmp_path / "kept")
    evaluations.of(record, digits())
    scoring.finish()
    dataset = replace(digits(), sha256="another") if changed == "dataset" else digits()
    other = record if changed == "dataset" else record.model_copy(update=changed)
    assert not evaluations.of(other, dataset).done()
    assert evaluations.of(record, digits()).done()


def test_few_are_remembered(record, tmp_path):
    """Of many finished evaluations the latest stay in memory; the others come from the disk."""
    scoring = Scoring()
    evaluations = EvaluationCache(scoring, tmp_path / "kept")
    asked = [record.model_copy(update={"temperature": 1.0 + number}) for number in range(REMEMBERED + 3)]
    for each in asked:
        evaluations.of(each, digits())
        scoring.finish()
    first = evaluations.of(asked[0], digits())
    assert first is not scoring.begun[0][0]
    assert first.done()
    assert evaluations.of(asked[-1], digits()) is scoring.begun[-1][0]
    assert len(scoring.begun) == len(asked)


def test_a_broken_file_is_made_anew(record, tmp_path):
    """A kept file that cannot be read does not stand in the way."""
    scoring = Scoring()
    EvaluationCache(scoring, tmp_path / "kept").of(record, digits())
    scoring.begun[0][1].parent.mkdir(parents=True, exist_ok=True)
    scoring.begun[0][1].write_bytes(b"no archive")
    assert not EvaluationCache(scoring, tmp_path / "kept").of(record, digits()).done()


def test_a_deleted_model_is_told(record, tmp_path):
    """A model that was deleted meanwhile is said to be gone."""
    model_store().delete(record.id, None)
    with pytest.raises(ModelNotFound):
        EvaluationCache(Scoring(), tmp_path / "kept").of(record, digits())
