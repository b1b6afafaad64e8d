"""Who leaves in the middle of a training: the app, with everything that it started, or the visitor."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from benchmarks.client import browse
from benchmarks.ending import SIGNALS, in_training
from tests.browser.served import serve
from tests.processes import PATIENCE

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


def test_nothing_stays_when_the_app_is_killed(tmp_path):
    """A server that can close nothing any more leaves no process either, and no half model."""
    with serve(tmp_path) as served:
        started = in_training(served, tmp_path)
        named = semaphores(started)
        served.process.kill()
        assert psutil.wait_procs(started, timeout=LEAVES_WITHIN)[1] == []
    assert not any(path.exists() for path in named)
    assert list((tmp_path / "models").glob("*")) == []


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
