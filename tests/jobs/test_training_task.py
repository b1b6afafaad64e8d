"""`cnn.jobs.training_task`: a training in its worker can be stopped before it has begun to learn."""

import pickle
from threading import Event

import distributed
import pytest

from cnn.data import datasets
from cnn.errors import TrainingStopped
from cnn.jobs import training_task
from cnn.jobs.job import Job
from cnn.training.announcements import Loading
from tests.networks import digits, small_config


@pytest.fixture
def stopped_at(monkeypatch):
    """Trains in a worker to which a stop comes as soon as it announces what is wanted; gives what it said."""

    def train(wanted, work_dir):
        heard = []
        job = Job("ann", small_config(dataset="mnist"), id="stopped")

        class Worker:
            address = "tcp://here"

            @staticmethod
            def log_event(_topic, event):
                heard.append(pickle.loads(event))
                if wanted(heard[-1]):
                    training_task.request_stop("stopped")

        monkeypatch.setattr(distributed, "get_worker", Worker)
        with pytest.raises(TrainingStopped):
            training_task.run_training(job, "topic", work_dir)
        return heard

    return train


@pytest.fixture
def loads(monkeypatch):
    """What is loaded: the digits, in place of a data set that comes in three pieces."""
    begun = []

    def load(name, on_bytes):
        begun.append(name)
        for done in (1, 2, 3):
            on_bytes(done, 3)
        return digits()

    monkeypatch.setattr(datasets, "load", load)
    return begun


def test_a_stop_at_the_start_loads_nothing(stopped_at, loads, tmp_path, monkeypatch):
    """Asked to stop while TensorFlow is imported, a training neither waits for it nor touches its data."""
    monkeypatch.setattr(training_task, "import_module", lambda _name: Event().wait())
    assert stopped_at(lambda event: isinstance(event, str), tmp_path) == ["tcp://here"]
    assert loads == []


@pytest.mark.parametrize("piece", [1, 3])
def test_a_stop_ends_the_loading(stopped_at, loads, tmp_path, piece):
    """Asked to stop while its data come, a training waits for no further piece of them and builds nothing."""
    heard = stopped_at(lambda event: event == Loading(piece, 3), tmp_path)
    assert heard == ["tcp://here", *(Loading(done, 3) for done in range(1, piece + 1))]
    assert loads == ["mnist"]
