"""What an app leaves to the next: its trainings that have not ended."""

import errno
import os
import time
from pathlib import Path

import numpy as np
import pytest

from cnn import atomic, model_store
from cnn.continuing import Continuation
from cnn.fine_tuning import FineTuning
from cnn.recipes import RECIPES
from cnn.unfinished import KEPT_SECONDS, Unfinished, WorkFolder, work_folder
from tests.networks import trained

CONFIG = RECIPES["accurate"].config.model_copy(update={"epochs": 7, "seed": 3})


@pytest.fixture
def folder(tmp_path: Path) -> WorkFolder:
    held = work_folder(tmp_path)
    assert held is not None
    return held


def test_a_training_comes_back_as_it_was_asked_for(folder):
    """Whose it is, its name, its settings and its sweep, in the order in which they came."""
    for number in range(3):
        folder.keep(Unfinished("ann", f"job{2 - number}", CONFIG, sweep=f"sweep{number}"))
    assert [(each.owner, each.id, each.config, each.start, each.sweep) for each in folder.left()] == [
        ("ann", "job2", CONFIG, None, "sweep0"),
        ("ann", "job1", CONFIG, None, "sweep1"),
        ("ann", "job0", CONFIG, None, "sweep2"),
    ]
    folder.drop("job1")
    assert [each.id for each in folder.left()] == ["job2", "job0"]


def test_a_network_that_learns_drawings_comes_back(folder, tmp_path):
    """With its record, its file and the pictures that it is to learn."""
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28)).astype(np.uint8)
    record = model_store.save("first", trained(), folder=tmp_path / "models")
    folder.keep(
        Unfinished("ann", "job", CONFIG, FineTuning(record, b"network", images, np.array([1, 2, 10])))
    )
    [back] = folder.left()
    assert isinstance(back.start, FineTuning)
    assert (back.start.record, back.start.keras_file) == (record, b"network")
    np.testing.assert_array_equal(back.start.images, images)
    assert back.start.labels.tolist() == [1, 2, 10]


@pytest.mark.parametrize("filters", [None, np.ones((2, 3, 3, 1, 4), np.float32)])
def test_a_network_that_is_trained_on_comes_back(folder, tmp_path, filters):
    """With its record, its file and its filters, if it has any."""
    record = model_store.save("first", trained(), folder=tmp_path / "models")
    folder.keep(Unfinished("ann", "job", CONFIG, Continuation(record, b"network", filters)))
    [back] = folder.left()
    assert isinstance(back.start, Continuation)
    assert (back.start.record, back.start.keras_file) == (record, b"network")
    np.testing.assert_array_equal(back.start.filters, filters)


def test_only_what_nobody_holds_is_taken_over(folder, tmp_path):
    """Another app of the machine has a folder of its own; that of one that has ended is the next one's."""
    folder.keep(Unfinished("ann", "job", CONFIG))
    other = work_folder(tmp_path)
    assert other.left() == []
    assert other.backups != folder.backups
    other.release()
    folder.release()
    again = work_folder(tmp_path)
    assert again.backups == folder.backups
    assert [each.id for each in again.left()] == ["job"]


def test_nothing_stays_where_nothing_is_left(folder, tmp_path):
    """An app that ends without a training takes its folder along, with whatever lies there."""
    (folder.backups / "old").mkdir(parents=True)
    folder.keep(Unfinished("ann", "job", CONFIG))
    folder.drop("job")
    folder.release()
    assert list(tmp_path.iterdir()) == []


def test_what_was_asked_for_long_ago_is_not_done(folder):
    """After a day nobody waits any more: the training goes, and its backup with it."""
    folder.keep(Unfinished("ann", "old", CONFIG))
    folder.keep(Unfinished("ann", "new", CONFIG))
    (folder.backups / "old").mkdir(parents=True)
    [queued] = folder.backups.parent.glob("queue/old")
    then = time.time() - KEPT_SECONDS - 1
    os.utime(queued, (then, then))
    assert [each.id for each in folder.left()] == ["new"]
    assert not (folder.backups / "old").exists()
    assert not queued.exists()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"owner": "ann", "config": {"epochs": -1}}', b"\xff"])
def test_what_cannot_be_read_is_said_and_goes(folder, content, caplog):
    """A broken note keeps nobody's training from going on."""
    folder.keep(Unfinished("ann", "broken", CONFIG))
    folder.keep(Unfinished("ann", "whole", CONFIG))
    [asked] = folder.backups.parent.glob("queue/broken/*")
    asked.write_bytes(content)
    assert [each.id for each in folder.left()] == ["whole"]
    assert "broken cannot be taken up again" in caplog.text
    assert [each.id for each in folder.left()] == ["whole"]


def test_a_full_disk_keeps_no_training_from_being_done(folder, monkeypatch, caplog):
    """It is only forgotten when the app ends, and nothing half-written is found then."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic, "write_through", full)
    folder.keep(Unfinished("ann", "job", CONFIG))
    assert "will not know of job" in caplog.text
    assert folder.left() == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path, caplog):
    """Where a file stands in its place, trainings do without backups."""
    (tmp_path / "file").write_text("")
    assert work_folder(tmp_path / "file") is None
    assert "no backups of trainings can be kept" in caplog.text
