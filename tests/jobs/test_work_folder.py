"""What an app leaves to the next: its trainings that have not ended."""

import errno
import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from cnn import atomic
from cnn.jobs.job import Job
from cnn.jobs.work_folder import KEPT_SECONDS, WorkFolder, work_folder
from cnn.models.continuation import Continuation
from cnn.models.fine_tuning import FineTuning
from cnn.models.store import ModelStore
from cnn.training.layers import Flatten
from cnn.training.recipes import RECIPES
from tests.networks import trained

CONFIG = RECIPES["accurate"].config.model_copy(update={"epochs": 7, "seed": 3})

Start = Callable[[], WorkFolder]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts an app: gives its folder."""

    def start_one(models: str = "models") -> WorkFolder:
        folder = work_folder(tmp_path / "work", tmp_path / models)
        assert folder is not None
        return folder

    return start_one


def left_by(folder: WorkFolder, start: Start) -> list[Job]:
    """What the next app finds once that of `folder` has ended."""
    folder.release()
    return start().left()


def test_a_training_comes_back_as_it_was_asked_for(start):
    """Whose it is, its name, its settings and its sweep, in the order in which they came."""
    folder = start()
    for number in range(3):
        folder.keep(Job("ann", CONFIG, sweep=f"sweep{number}", id=f"job{2 - number}"))
    folder.drop("job1")
    assert [
        (each.owner, each.id, each.config, each.start, each.sweep) for each in left_by(folder, start)
    ] == [("ann", "job2", CONFIG, None, "sweep0"), ("ann", "job0", CONFIG, None, "sweep2")]


def test_what_the_version_before_has_left_is_taken_up(tmp_path):
    """A queue as 0.1.0 wrote it, byte by byte, is a queue still."""
    prefix = f"app-{sha256(str(tmp_path / 'models').encode()).hexdigest()[:8]}-"
    note = tmp_path / "work" / f"{prefix}dead" / "queue" / "5e1f00c0ffee"
    note.mkdir(parents=True)
    (note / "asked.json").write_text(
        '{"owner":"ann","config":{"recipe":"own","dataset":"mnist","layers":[{"kind":"flatten"}],'
        '"optimizer":"adam","learning_rate":0.015,"schedule":"one_cycle","batch_size":128,"epochs":1,'
        '"validation":"test","train_images":null,"seed":0,"early_stopping":false,"patience":10,'
        '"keep_best":false,"as_people_draw":true},"sweep":"5feeb","start":null,"record":null}'
    )
    folder = work_folder(tmp_path / "work", tmp_path / "models")
    [back] = folder.left()
    assert (back.owner, back.id, back.sweep, back.start) == ("ann", "5e1f00c0ffee", "5feeb", None)
    assert (back.config.layers, back.config.schedule) == ((Flatten(),), "one_cycle")
    folder.release()


def test_a_network_that_learns_drawings_comes_back(start, tmp_path):
    """With its record, its file and the pictures that it is to learn."""
    folder = start()
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28)).astype(np.uint8)
    record = ModelStore(tmp_path / "models").save("first", trained())
    tuning = FineTuning(record, b"network", images, np.array([1, 2, 10]))
    folder.keep(Job("ann", CONFIG, tuning, id="job"))
    [back] = left_by(folder, start)
    assert isinstance(back.start, FineTuning)
    assert (back.start.record, back.start.keras_file) == (record, b"network")
    np.testing.assert_array_equal(back.start.images, images)
    assert back.start.labels.tolist() == [1, 2, 10]


@pytest.mark.parametrize("filters", [None, np.ones((2, 3, 3, 1, 4), np.float32)])
def test_a_network_that_is_trained_on_comes_back(start, tmp_path, filters):
    """With its record, its file and its filters, if it has any."""
    folder = start()
    record = ModelStore(tmp_path / "models").save("first", trained())
    folder.keep(Job("ann", CONFIG, Continuation(record, b"network", filters), id="job"))
    [back] = left_by(folder, start)
    assert isinstance(back.start, Continuation)
    assert (back.start.record, back.start.keras_file) == (record, b"network")
    np.testing.assert_array_equal(back.start.filters, filters)


def test_only_what_nobody_holds_is_taken_over(start, tmp_path):
    """Another app of the machine leaves a running one alone, and so does one with other models a dead one."""
    running = start()
    running.keep(Job("ann", CONFIG, id="job"))
    other = start()
    assert other.left() == []
    other.release()
    running.release()
    assert start("other models").left() == []
    again = start()
    assert [each.id for each in again.left()] == ["job"]
    assert again.knows("job")


def test_all_that_apps_have_left_is_taken_over_what_ran_first(start, tmp_path):
    """Of several dead apps, with the backups; a backup that belongs to no training goes."""
    apps = [start(), start()]
    for number, folder in enumerate(apps):
        folder.keep(Job("ann", CONFIG, id=f"waited{number}"))
        folder.keep(Job("bob", CONFIG, id=f"ran{number}"))
        (folder.backups / f"ran{number}" / "epoch-1").mkdir(parents=True)
        (folder.backups / "nobodys" / "epoch-1").mkdir(parents=True)
    for folder in apps:
        folder.release()
    mine = start()
    found = [each.id for each in mine.left()]
    assert sorted(found[:2]) == ["ran0", "ran1"]
    assert sorted(found[2:]) == ["waited0", "waited1"]
    assert sorted(epoch.parent.name for epoch in mine.backups.glob("*/epoch-1")) == ["ran0", "ran1"]
    assert [path for path in (tmp_path / "work").iterdir() if path != mine.backups.parent] == []


def test_what_comes_in_after_the_start_is_not_left_by_another(start):
    """Only what lay there when the app was started is to be taken up."""
    folder = start()
    folder.keep(Job("ann", CONFIG, id="job"))
    assert folder.left() == []


def test_nothing_stays_where_nothing_is_left(start, tmp_path):
    """An app that ends without a training takes its folder along, with whatever lies there."""
    folder = start()
    (folder.backups / "old").mkdir(parents=True)
    folder.keep(Job("ann", CONFIG, id="job"))
    folder.drop("job")
    folder.release()
    assert list((tmp_path / "work").iterdir()) == []


def test_a_training_that_is_not_wanted_leaves_nothing(start):
    """Its note goes and so does its backup, while another's stay."""
    mine = start()
    for job_id in ("gone", "kept"):
        mine.keep(Job("ann", CONFIG, id=job_id))
        (mine.backups / job_id / "epoch-1").mkdir(parents=True)
    mine.drop("gone")
    assert [mine.knows(job_id) for job_id in ("gone", "kept")] == [False, True]
    assert [backup.name for backup in mine.backups.iterdir()] == ["kept"]


def age(path: Path) -> None:
    """Let something have been written too long ago."""
    then = time.time() - KEPT_SECONDS - 1
    os.utime(path, (then, then))


def test_what_has_waited_for_long_is_not_done(start):
    """After a day nobody waits any more; a training whose last epoch is younger goes on."""
    folder = start()
    for job in ("old", "ran", "new"):
        folder.keep(Job("ann", CONFIG, id=job))
    (folder.backups / "ran" / "epoch-9").mkdir(parents=True)
    for job in ("old", "ran"):
        age(folder.backups.parent / "queue" / job)
    folder.release()
    mine = start()
    assert [each.id for each in mine.left()] == ["ran", "new"]
    assert not mine.knows("old")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"owner": "ann", "config": {"epochs": -1}}', b"\xffPK"])
@pytest.mark.parametrize("file", ["asked.json", "arrays.npz"])
def test_what_cannot_be_read_is_said_and_goes(start, tmp_path, content, file, caplog):
    """Files that a power cut has broken keep nobody's training from going on."""
    folder = start()
    record = ModelStore(tmp_path / "models").save("first", trained())
    folder.keep(Job("ann", CONFIG, Continuation(record, b"network", None), id="broken"))
    folder.keep(Job("ann", CONFIG, id="whole"))
    (folder.backups.parent / "queue" / "broken" / file).write_bytes(content)
    folder.release()
    mine = start()
    assert [each.id for each in mine.left()] == ["whole"]
    assert "broken cannot be taken up again" in caplog.text
    assert not mine.knows("broken")


def test_a_full_disk_keeps_no_training_from_being_done(start, monkeypatch, caplog):
    """It is only forgotten when the app ends, and nothing half-written is found then."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = start()
    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write_through", full)
        folder.keep(Job("ann", CONFIG, id="job"))
    assert "will not know of job" in caplog.text
    assert left_by(folder, start) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path, caplog):
    """Where a file stands in its place, trainings do without backups."""
    (tmp_path / "file").write_text("")
    assert work_folder(tmp_path / "file", tmp_path) is None
    assert "no backups of trainings can be kept" in caplog.text


def test_a_disk_without_locks_has_folders_all_the_same(start, monkeypatch):
    """Where nobody can say whose a folder is, none is taken over."""

    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(atomic.fcntl, "flock", refuse)
    folder = start()
    folder.keep(Job("ann", CONFIG, id="job"))
    assert folder.knows("job")
    assert left_by(folder, start) == []


def test_a_folder_that_cannot_be_opened_is_passed_over(start, tmp_path, monkeypatch, caplog):
    """As one of somebody else's, where several people share a folder."""
    folder = start()
    folder.keep(Job("ann", CONFIG, id="job"))
    folder.release()
    (strange,) = (tmp_path / "work").iterdir()
    (tmp_path / "work" / f"{strange.name}0").write_text("no folder")
    mine = start()
    assert [each.id for each in mine.left()] == ["job"]
    assert "cannot be taken over" in caplog.text
