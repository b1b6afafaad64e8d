"""`cnn.upkeep`: what a crash left is cleared, old runs go, and nothing else ever does."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cnn import atomic, upkeep
from cnn.models.folder import RECORD_FILE, ModelFolder
from cnn.models.record import ModelRecord
from cnn.models.store import ModelStore
from cnn.settings import PROJECT, Settings
from tests.browser.served import serve
from tests.networks import trained
from tests.processes import PATIENCE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

SAVE_AND_DIE = """if True:
    import os, signal, sys
    from pathlib import Path
    from cnn import atomic
    from cnn.models.store import ModelStore
    from tests.networks import trained

    write, steps = {step}, int(sys.argv[2])

    def dying(*arguments):
        global steps
        steps -= 1
        if not steps:
            os.kill(os.getpid(), signal.SIGKILL)
        return write(*arguments)

    {step} = dying
    ModelStore(Path(sys.argv[1])).save("fast", trained())
"""


def save_and_die(folder: Path, step: str, times: int) -> None:
    """Save a model in a process that is killed before it does a step for the n-th time."""
    script = SAVE_AND_DIE.format(step=step)
    done = subprocess.run([sys.executable, "-c", script, folder, str(times)], cwd=PROJECT, check=False)
    assert done.returncode == -9


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("step", "times"), [("os.fsync", 1), ("os.fsync", 2), ("atomic._put", 1), ("Path.replace", 1)]
)
def test_a_crash_in_the_middle_of_a_save_leaves_nothing(tmp_path, step, times):
    """Whenever the process is killed, no half model is listed, and what it left goes at the next start."""
    save_and_die(tmp_path, step, times)
    assert ModelStore(tmp_path).models() == []
    assert names(tmp_path)
    upkeep.tidy(Settings(models_dir=tmp_path))
    assert names(tmp_path) == set()


@pytest.mark.parametrize("times", [1, 2])
def test_a_crash_while_a_model_is_replaced_leaves_one_of_both(tmp_path, times):
    """Killed before or between the two moves, the model that stood there stands there again."""
    before = ModelStore(tmp_path).save("fast", trained())
    save_and_die(tmp_path, "Path.replace", times)
    upkeep.tidy(Settings(models_dir=tmp_path))
    assert ModelStore(tmp_path).models() == [before]
    assert names(tmp_path) == {"fast"}


def test_what_another_process_is_saving_is_left_alone(tmp_path):
    """Only what nobody holds any more is cleared."""
    with atomic.folder(tmp_path / "fast") as folder:
        upkeep.tidy(Settings(models_dir=tmp_path))
        assert folder.is_dir()
    assert names(tmp_path) == {"fast"}


def test_the_app_clears_at_its_start(tmp_path):
    """What the last one left is gone soon after the start."""
    (tmp_path / "models").mkdir()
    save_and_die(tmp_path / "models", "os.fsync", 1)
    with serve(tmp_path):
        deadline = time.monotonic() + PATIENCE
        while names(tmp_path / "models"):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def run(folder: Path, days: float, *, owner: str | None = "ann", published: bool = False) -> ModelRecord:
    """A run that was saved so many days before `NOW`."""
    record = ModelStore(folder).save(f"run {days:g}", trained(), owner=owner)
    if published:
        record = ModelStore(folder).publish(record.id, record.name, owner)
    record = record.model_copy(update={"created": NOW - timedelta(days=days)})
    (folder / record.id / RECORD_FILE).write_bytes(record.to_json())
    return record


def kept(folder: Path) -> set[str]:
    return {model.id for model in ModelStore(folder).everyones()}


def test_old_runs_go_and_published_ones_stay(tmp_path):
    """By age go those that their owners have not published; what belongs to nobody or everybody stays."""
    old, young = run(tmp_path, 31), run(tmp_path, 29)
    shown, nobodys = run(tmp_path, 90, published=True), run(tmp_path, 91, owner=None)
    upkeep.tidy(Settings(models_dir=tmp_path), NOW)
    assert old.id in kept(tmp_path)
    upkeep.tidy(Settings(models_dir=tmp_path, keep_runs_days=30), NOW)
    assert kept(tmp_path) == {young.id, shown.id, nobodys.id}


def test_of_too_many_runs_the_oldest_go(tmp_path):
    """By size go the oldest, of all owners, until the rest fits; published ones take no room."""
    runs = [
        run(tmp_path, days, owner=owner) for days, owner in [(4, "ann"), (3, "bob"), (2, "ann"), (1, "bob")]
    ]
    shown = run(tmp_path, 5, published=True)
    room = 2.5 * max(ModelStore(tmp_path).folder_of(each.id).size() for each in runs) / 1e9
    upkeep.tidy(Settings(models_dir=tmp_path, keep_runs_gb=room), NOW)
    assert kept(tmp_path) == {runs[2].id, runs[3].id, shown.id}


def log(folder: Path, name: str, *days: float) -> Path:
    """A TensorBoard log whose files were written so many days before `NOW`."""
    for number, age in enumerate(days):
        events = folder / name / ("train", "validation")[number] / f"events.out.tfevents.{number}"
        events.parent.mkdir(parents=True)
        events.touch()
        when = (NOW - timedelta(days=age)).timestamp()
        os.utime(events, (when, when))
    return folder / name


def test_old_tensorboard_logs_go(tmp_path):
    """By the last that was written into them; nothing else in the folder of the logs is touched."""
    old, young = log(tmp_path, "fast-1", 40, 31), log(tmp_path, "fast-2", 40, 29)
    other = tmp_path / "notes"
    other.mkdir()
    upkeep.tidy(Settings(models_dir=tmp_path / "models", logs_dir=tmp_path), NOW)
    assert old.is_dir()
    upkeep.tidy(Settings(models_dir=tmp_path / "models", logs_dir=tmp_path, keep_runs_days=30), NOW)
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_old_evaluations_go(tmp_path):
    """With the runs go the evaluations of the same age; by themselves they stay."""
    (tmp_path / "evaluations").mkdir()
    old, young = (tmp_path / "evaluations" / f"{name}.npz" for name in ("old", "young"))
    for file, days in ((old, 31), (young, 29)):
        file.touch()
        when = (NOW - timedelta(days=days)).timestamp()
        os.utime(file, (when, when))
    limits = Settings(models_dir=tmp_path / "models", cache_dir=tmp_path, logs_dir=tmp_path / "logs")
    upkeep.tidy(limits, NOW)
    assert (old.exists(), young.exists()) == (True, True)
    upkeep.tidy(limits.model_copy(update={"keep_runs_days": 30}), NOW)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_log_that_cannot_be_removed_keeps_no_other(tmp_path, monkeypatch):
    """Where one resists, the others are cleared all the same."""
    stuck, old = log(tmp_path, "fast-1", 41), log(tmp_path, "fast-2", 40)
    remove = upkeep.rmtree

    def rmtree(folder):
        if folder == stuck:
            raise PermissionError(folder)
        remove(folder)

    monkeypatch.setattr(upkeep, "rmtree", rmtree)
    upkeep.tidy(Settings(models_dir=tmp_path / "models", logs_dir=tmp_path, keep_runs_days=30), NOW)
    assert (stuck.exists(), old.exists()) == (True, False)


def test_a_run_that_is_just_deleted_keeps_no_other(tmp_path, monkeypatch):
    """Where one cannot be measured, the others are cleared all the same."""
    gone, old = run(tmp_path, 40), run(tmp_path, 41)
    measured = ModelFolder.size

    def size(folder):
        if folder.path.name == gone.id:
            raise FileNotFoundError(folder.path)
        return measured(folder)

    monkeypatch.setattr(ModelFolder, "size", size)
    upkeep.tidy(Settings(models_dir=tmp_path, keep_runs_gb=1e-9), NOW)
    assert old.id not in kept(tmp_path)


def test_a_clock_that_is_set_back_costs_no_run(tmp_path):
    """Runs from what is now the future are not old."""
    record = run(tmp_path, -400)
    upkeep.tidy(Settings(models_dir=tmp_path, keep_runs_days=1), NOW)
    assert kept(tmp_path) == {record.id}
