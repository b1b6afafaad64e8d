"""How soon things end: a training that is stopped, and the whole app in the middle of a training.

    python -m benchmarks.ending [--rounds 5]

Prints one JSON object; all figures are seconds, the slowest of the rounds.
"""

import argparse
import asyncio
import json
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep

import psutil

from benchmarks.client import browse
from benchmarks.common import awake
from cnn.jobs.job import Job
from cnn.jobs.workers import Workers
from cnn.training.announcements import Progress, Scoring
from cnn.training.recipes import recipe
from tests.browser.served import Served, serve

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a service manager, a closed terminal."""
PATIENCE = 180.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with awake() as workers:
        stopping = slowest(partial(training_stopped, workers), rounds)
    ended = {number.name: slowest(partial(app_ended, number), rounds) for number in SIGNALS}
    print(json.dumps({"training_stopped": stopping} | ended))


def slowest(measure: Callable[[int], float], rounds: int) -> float:
    """The largest of some measures."""
    return round(max(measure(turn) for turn in range(rounds)), 2)


def training_stopped(workers: Workers, turn: int) -> float:
    """From the request to the last batch, in the largest classic recipe; its test comes after."""
    heard = Queue[object]()
    job = Job("bench", recipe("conv32-conv64-dense1000").config, id=f"stopped {turn}")
    outcome = workers.begin_training(job, heard.put)
    address = next(event for event in iter(heard.get, None) if isinstance(event, str))
    next(event for event in iter(heard.get, None) if isinstance(event, Progress))
    began = perf_counter()
    workers.request_stop(job.id, address)
    next(event for event in iter(heard.get, None) if isinstance(event, Scoring))
    seconds = perf_counter() - began
    outcome.result(PATIENCE)
    return seconds


def app_ended(number: signal.Signals, _turn: int) -> float:
    """From the signal to the end of the last process that the app has started."""
    with TemporaryDirectory() as place, serve(Path(place)) as app:
        processes = in_training(app, Path(place))
        began = perf_counter()
        os.killpg(app.process.pid, number)
        assert psutil.wait_procs(processes, timeout=PATIENCE)[1] == []
        return perf_counter() - began


def in_training(app: Served, folder: Path) -> list[psutil.Process]:
    """All processes of an app in which a training has done an epoch."""
    asyncio.run(begin_training(app.url))
    deadline = monotonic() + PATIENCE
    while not list(folder.glob("work/*/backups/*/epoch-*")):
        assert monotonic() < deadline
        sleep(0.1)
    assert app.training_workers()
    return [app.process, *app.family()]


async def begin_training(url: str) -> dict[str, str]:
    """As a visitor begins one of many short epochs; gives the visitor's cookies."""
    async with browse(url) as client:
        await client.open("train")
        await client.give("epochs_fast", "int_value", 200)
        await client.give("train_images_fast", "int_value", 2000)
        await client.press("train_start")
        return client.cookies


if __name__ == "__main__":
    main()
