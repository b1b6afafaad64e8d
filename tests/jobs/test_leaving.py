"""Who leaves in the middle of a training: the app, with everything that it started, or the visitor."""

import asyncio
import os
from functools import partial
from pathlib import Path

import psutil
import pytest

from benchmarks.client import browse
from benchmarks.ending import SIGNALS, begin_training, in_training
from cnn.models.record import read_record
from tests.browser.served import serve
from tests.processes import PATIENCE, wait_until

LEAVES_WITHIN = 20
"""Seconds, for a busy machine; a free one takes two."""


def semaphores(processes: list[psutil.Process]) -> list[Path]:
    """The named ones of these processes, which stay on the machine until somebody removes them."""
    mapped = {Path(each.path) for process in processes for each in process.memory_maps()}
    return [path for path in mapped if path.name.startswith("sem.")]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda each: each.name)
def test_nothing_stays_when_the_app_is_ended(tmp_path, number):
    """Ctrl-C, a service manager and a closed terminal end the server and every process that it started."""
    with serve(tmp_path) as served:
        started = in_training(served, tmp_path)
        named = semaphores(started)
        os.killpg(served.process.pid, number)
        assert psutil.wait_procs(started, timeout=LEAVES_WITHIN)[1] == []
    assert named
    assert not any(path.exists() for path in named)
    assert "Traceback" not in served.log.read_text()
    assert len(list(tmp_path.glob("work/*/queue/*"))) == 1


async def come_back(url: str, cookies: dict[str, str]) -> None:
    """Find one's training in an app that was started again, watch it go on, and stop it."""
    async with browse(url, cookies) as client, asyncio.timeout(PATIENCE):
        await client.open("train")
        # It is there at once, before any process is.
        assert client.first(lambda element: "The app was started again" in element.alert.body)
        while not client.first(lambda element: "goes on after epoch" in element.alert.body):
            await asyncio.sleep(0.2)
            await client.open("train")
        await client.press("train_stop")


def test_a_killed_app_leaves_nothing_but_its_trainings(tmp_path):
    """No process and no half model stay; the next app goes on with what ran and with what waited."""
    with serve(tmp_path) as served:
        cookies = asyncio.run(begin_training(served.url))
        [first] = (note.name for note in tmp_path.glob("work/*/queue/*"))
        asyncio.run(begin_training(served.url))
        started = in_training(served, tmp_path)
        named = semaphores(started)
        served.process.kill()
        assert psutil.wait_procs(started, timeout=LEAVES_WITHIN)[1] == []
    assert not any(path.exists() for path in named)
    assert list((tmp_path / "models").glob("*")) == []
    with serve(tmp_path) as served:
        asyncio.run(come_back(served.url, cookies))
        wait_until(lambda: len(list(tmp_path.glob("models/*/record.json"))) == 1)
        [record] = tmp_path.glob("models/*/record.json")
        epochs = [epoch.epoch for epoch in read_record(record).history]
        assert epochs == list(range(1, len(epochs) + 1))
        epochs_kept = partial(tmp_path.glob, "work/*/backups/*/epoch-*")
        wait_until(lambda: any(epoch.parent.name != first for epoch in epochs_kept()))


async def tab_closed(url: str, models: Path) -> tuple[bool, bool]:
    """Whether a visitor, and whether another, finds the training whose tab was closed."""
    async with browse(url) as client:
        await client.open("train")
        await client.give("train_images_fast", "int_value", 1000)
        await client.press("train_start")
    async with asyncio.timeout(PATIENCE):
        while not list(models.glob("*/record.json")):
            await asyncio.sleep(0.1)
    found = []
    for cookies in (client.cookies, None):
        async with browse(url, cookies) as again:
            await again.open("train")
            found.append(again.first(lambda element: "Trained after" in element.alert.body) is not None)
    return found[0], found[1]


def test_a_training_outlives_its_tab(tmp_path):
    """Nobody looks any more: it ends and is saved; whoever began it finds it, and nobody else."""
    with serve(tmp_path) as served:
        assert asyncio.run(tab_closed(served.url, tmp_path / "models")) == (True, False)
