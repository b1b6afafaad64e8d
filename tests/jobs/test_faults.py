"""What goes wrong while somebody draws and somebody trains: no answer and no training is lost."""

import asyncio
import re
import resource
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from shutil import rmtree

import numpy as np
import psutil
import pytest

from benchmarks.client import Client, browse, drawing
from benchmarks.room import as_png
from cnn.jobs.cluster import listens
from cnn.models.record import read_record
from cnn.pictures import strokes
from cnn.settings import PROJECT
from tests.broken_network import BrokenNetwork, broken_network
from tests.browser.hand import DIGITS
from tests.browser.served import Served, serve
from tests.machines import Cluster, kill
from tests.processes import PATIENCE, wait_until

LINES = strokes.place(
    [np.array(line, np.float32) for line in DIGITS[3]], share=0.7, where=(0.5, 0.5), width=18
)
CLOCK = """
import os, time
now = time.time
time.time = lambda: now() - 86400 * os.path.exists(os.environ["SET_BACK"])
"""
"""A clock that is set back by a day once a file is there: Python runs this first in each process."""
BACKUPS = "work/*/backups"
"""Where an app keeps what its trainings have learned, in its folder."""
THREE = drawing([line.tolist() for line in LINES], 18, as_png(strokes.draw(LINES, width=18)))


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """An app for the whole file, whose clock can be set back."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "sitecustomize.py").write_text(CLOCK)
    with serve(folder, PYTHONPATH=str(folder), SET_BACK=str(folder / "set_back")) as app:
        yield app


async def draw(client: Client, answers: list[str | None]) -> None:
    """Draw a three again and again; each answer is noted."""
    await client.open("")
    while True:
        await client.give(client.canvas(), "json_value", THREE)
        shown = " ".join(element.html.body for _, element in client.arrived)
        answer = re.search(r'class="answer-digit">(\S+?)<', shown)
        answers.append(answer and answer[1])
        await client.press("clear")
        # No hand is faster, and who trains gets the processor meanwhile.
        await asyncio.sleep(0.5)


@asynccontextmanager
async def at_work(served: Served, backups: str):
    """Two visitors, one who draws and one who trains; gives the second and what the first has read."""
    folder = served.log.parent
    async with browse(served.url) as drawer, browse(served.url) as trainer, asyncio.timeout(PATIENCE):
        answers: list[str | None] = []
        drawing_on = asyncio.create_task(draw(drawer, answers))
        await trainer.open("train")
        await trainer.give("epochs_fast", "int_value", 200)
        await trainer.give("train_images_fast", "int_value", 1000)
        await trainer.press("train_start")
        await until(lambda: "3" in answers and any(folder.glob(f"{backups}/*/epoch-*")))
        answers.clear()
        yield trainer, answers
        assert not drawing_on.done()
        drawing_on.cancel()
        assert not drawer.faults


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    while not holds():
        await asyncio.sleep(0.05)


async def seen(client: Client, wanted: str) -> None:
    """Look at the page of trainings until it says something."""
    await client.open("train")
    while not client.first(lambda element: wanted in element.alert.body):
        await asyncio.sleep(0.2)
        await client.open("train")


async def stopped(client: Client, wanted: str) -> None:
    """Stop one's training, and wait for what the page says then."""
    await client.open("train")
    await client.press("train_stop")
    await seen(client, wanted)


def saved(served: Served) -> int:
    """How many models are there, each of which can be read."""
    return len([read_record(file) for file in served.log.parent.glob("models/*/record.json")])


def inject(
    served: Served, fault: Callable[[Client, list[str | None]], Awaitable[None]], backups: str = BACKUPS
) -> None:
    """Let something go wrong while two visitors are at work."""

    async def go() -> None:
        async with at_work(served, backups) as (trainer, answers):
            await fault(trainer, answers)

    asyncio.run(go())


def test_the_folder_of_the_models_is_deleted(served):
    """Every drawing is answered, and the training is saved in a new folder."""

    async def fault(trainer: Client, answers: list[str | None]) -> None:
        rmtree(served.log.parent / "models", ignore_errors=True)
        await stopped(trainer, "Stopped after")
        assert saved(served) == 1
        assert set(answers) == {"3"}

    inject(served, fault)


def limit_files(app: psutil.Process, size: int) -> None:
    """Let a process and all that it has started write no longer files: to them, the disk is full."""
    for process in [app, *app.children(recursive=True)]:
        process.rlimit(psutil.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_the_disk_is_full(served):
    """Every drawing is answered; the training goes on, says that it could not be saved, and later can be."""
    before = saved(served)

    async def fault(trainer: Client, answers: list[str | None]) -> None:
        limit_files(served.process, 1000)
        await asyncio.sleep(1)
        await stopped(trainer, "File too large")
        assert saved(served) == before
        assert set(answers) == {"3"}
        limit_files(served.process, resource.RLIM_INFINITY)
        await trainer.press("save_again")
        await until(lambda: saved(served) == before + 1)

    inject(served, fault)


def test_the_process_that_trains_is_killed(served):
    """Every drawing is answered; the training says what happened, and goes on from its last whole epoch."""
    before = saved(served)

    async def fault(trainer: Client, answers: list[str | None]) -> None:
        for process in served.training_workers():
            process.kill()
        await seen(trainer, "It goes on after epoch")
        assert set(answers) == {"3"}
        await stopped(trainer, "Stopped after")
        assert saved(served) == before + 1

    inject(served, fault)


def test_the_process_that_answers_is_killed(served):
    """Drawings are answered again by themselves, and the training has not noticed."""
    before = saved(served)

    async def fault(trainer: Client, answers: list[str | None]) -> None:
        served.answering_worker().kill()
        await until(lambda: answers.count("3") > 3)
        await stopped(trainer, "Stopped after")
        assert saved(served) == before + 1

    inject(served, fault)


def test_nothing_was_left_unsaid(served):
    """The log has a word on each of these faults, and no traceback of the app's own."""
    log = (served.log.parent / "logs" / "app.log").read_text(encoding="utf-8")
    for said in ("could not be saved", "has lost its process", "the answering process is away"):
        assert said in log
    assert "a page failed" not in log


def test_the_clock_is_set_back(served):
    """Every drawing is answered; the training goes on, is saved, and has counted its seconds right."""
    folder = served.log.parent
    before = set(folder.glob("models/*/record.json"))

    async def fault(trainer: Client, answers: list[str | None]) -> None:
        [backups] = folder.glob("work/*/backups/*")
        (folder / "set_back").touch()
        before = {epoch.name for epoch in backups.iterdir()}
        await until(lambda: len({epoch.name for epoch in backups.iterdir()} - before) > 1)
        await stopped(trainer, "Stopped after")
        assert set(answers) == {"3"}

    inject(served, fault)
    first, *_, last = (folder / "logs" / "app.log").read_text(encoding="utf-8").splitlines()
    assert last < first, "each line begins with its time"
    [record] = map(read_record, set(folder.glob("models/*/record.json")) - before)
    seconds = [epoch.seconds for epoch in record.history]
    assert seconds == sorted(seconds)
    assert 0 < seconds[0] <= seconds[-1] < PATIENCE


def test_the_scheduler_of_a_cluster_goes_and_comes_back(tmp_path, monkeypatch):
    """Every drawing is answered; the training waits, says so, and goes on where its machine has come to."""
    # The cluster's machine has no MNIST, and nowhere to fetch it from.
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    cluster = Cluster(tmp_path / "cluster")

    with ExitStack() as machines:
        there = [machines.enter_context(cluster.scheduler()), machines.enter_context(cluster.worker("one"))]

        async def fault(trainer: Client, answers: list[str | None]) -> None:
            for machine in there:
                kill(machine)
            await seen(trainer, "cannot be reached")
            machines.enter_context(cluster.scheduler())
            machines.enter_context(cluster.worker("one"))
            await seen(trainer, "It goes on after epoch")
            await stopped(trainer, "Stopped after")
            assert set(answers) == {"3"}

        wait_until(lambda: listens(cluster.address))
        app = machines.enter_context(serve(tmp_path, DASK_SCHEDULER_ADDRESS=cluster.address))
        inject(app, fault, "cluster/one/work")
        assert saved(app) == 1


def test_the_network_goes_in_the_middle_of_a_download(tmp_path):
    """Every drawing is answered; the training takes the digits that are here, and no half file is left.

    The app is a copy of the project's, which may have MNIST in its own `data/`.
    """
    project = tmp_path / "project"
    for part in ("cnn", "pages", ".streamlit", "models/shipped"):
        shutil.copytree(PROJECT / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "app.py", project)
    elsewhere = {"CNN_DATA_DIR": "", "KERAS_HOME": str(tmp_path / "keras")}

    async def go(app: Served, network: BrokenNetwork) -> None:
        async with browse(app.url) as drawer, browse(app.url) as trainer, asyncio.timeout(PATIENCE):
            answers: list[str | None] = []
            drawing_on = asyncio.create_task(draw(drawer, answers))
            await trainer.open("train")
            await trainer.press("train_start")
            await until(network.asked.is_set)
            await until(lambda: "3" in answers)
            answers.clear()
            network.gone.set()
            await until(lambda: saved(app) == 1)
            await seen(trainer, "MNIST could not be had")
            assert not drawing_on.done()
            drawing_on.cancel()
            assert set(answers) == {"3"}

    with (
        broken_network(tmp_path, "storage.googleapis.com") as network,
        serve(tmp_path, at=project, **elsewhere, **network.environment) as app,
    ):
        asyncio.run(go(app, network))
    assert not list((project / "data").glob("*"))
    assert "learns from other images" in (tmp_path / "logs" / "app.log").read_text(encoding="utf-8")
