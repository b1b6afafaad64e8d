"""A room of visitors on one app: they draw, look through its pages and train, all at human pace.

    python -m benchmarks.room [--visitors 30] [--minutes 20]

Prints a Markdown table, and ends with 1 where a bound is missed. The app runs as its own process on loopback,
with a folder of its own for all that it keeps; visitors speak Streamlit's protocol to it
(`benchmarks.client`). Every answer on a page is compared with what the shipped model answers by itself to the
same pixels. Where the folder that CNN_DATA_DIR names has `screen_digits.json`, digits of writers that nothing
was trained on are drawn; else a few of our own.
"""

import argparse
import asyncio
import base64
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.client import Client, browse, drawing
from cnn.insight.answers import Answer
from cnn.pictures import strokes
from cnn.pictures.strokes import Stroke
from cnn.settings import settings
from tests.browser.hand import DIGITS
from tests.browser.served import Served, serve

CANVAS_WAITS = 0.2
"""Seconds for which the canvas collects strokes before it sends them."""

DRAWN = 200
"""So many different digits are drawn, again and again."""

ARRIVE_WITHIN = 30.0
SAMPLE_EVERY = 5.0
SETTLED = 5
"""Minutes after which memory should not grow any more."""

PAGES = ("mistakes", "filters", "feature_maps", "concepts")
TRAINERS = 10
"""One visitor in so many trains."""

TRAIN_IMAGES = 6000
WATCHED_EVERY = 0.5
"""Seconds after which a page that shows a training asks how it stands."""


@dataclass(frozen=True)
class Drawing:
    """What stands on the canvas after a stroke.

    Attributes:
        label: the digit that is being written.
        whole: whether it is its last stroke.
        sent: what the canvas sends.
        answer: the model's own.
    """

    label: int
    whole: bool
    sent: str
    answer: Answer


@dataclass
class Record:
    """What the visitors have met."""

    delays: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    labels: list[bool] = field(default_factory=list)
    pages: int = 0
    trainings: int = 0
    looks: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """(minutes, bytes)"""


# What is drawn


def written(rng: Random) -> list[tuple[int, list[Stroke], float]]:
    """Digits as people wrote them: label, strokes on the canvas, pen width in pixels."""
    path = (settings().data_dir or Path()) / "screen_digits.json"
    digits: list[tuple[int, tuple[Stroke, ...]]]
    if path.is_file():
        from cnn.network.drawings import UNSEEN_WRITERS

        unseen = [digit for digit in strokes.load(path) if digit.writer in UNSEEN_WRITERS]
        digits = [(digit.label, digit.strokes) for digit in rng.sample(unseen, DRAWN)]
    else:
        own = {label: tuple(np.array(each, np.float32) for each in lines) for label, lines in DIGITS.items()}
        digits = [rng.choice(list(own.items())) for _ in range(DRAWN)]
    return [
        (
            label,
            strokes.place(lines, share=rng.uniform(0.45, 0.8), where=(rng.random(), rng.random()), width=18),
            18.0,
        )
        for label, lines in digits
    ]


def after_each_stroke() -> list[list[Drawing]]:
    """For each digit what the canvas sends after each of its strokes."""
    rng = Random(0)
    digits = written(rng)
    pictures = [
        strokes.draw(lines[: count + 1], width=width)
        for _, lines, width in digits
        for count in range(len(lines))
    ]
    # TensorFlow's memory and threads go with a process of their own.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        answers = iter(alone.submit(by_itself, pictures).result())
    shown = iter(pictures)
    return [
        [
            Drawing(
                label,
                count + 1 == len(lines),
                drawing([stroke.tolist() for stroke in lines[: count + 1]], width, as_png(next(shown))),
                next(answers),
            )
            for count in range(len(lines))
        ]
        for label, lines, width in digits
    ]


def by_itself(pictures: list[NDArray[np.uint8]]) -> list[Answer]:
    """What the shipped model answers without any app."""
    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from cnn.network.classifier import Classifier
    from cnn.pictures.preparation import prepare_drawing

    shipped = model_store().folder_of(SHIPPED)
    model = Classifier(shipped.record(), shipped.keras_path())
    return [model.classify(prepare_drawing(picture).image) for picture in pictures]


def as_png(picture: NDArray[np.uint8]) -> str:
    """A picture as the canvas sends it."""
    done, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_GRAY2RGBA))
    assert done
    return "data:image/png;base64," + base64.b64encode(data.tobytes()).decode()


# What visitors do


class Visitor:
    """One person: draws, clears, looks around, and perhaps trains."""

    def __init__(self, client: Client, digits: list[list[Drawing]], record: Record, rng: Random) -> None:
        self._client = client
        self._digits = digits
        self._record = record
        self._rng = rng

    async def stay(self, trains: bool) -> None:
        """Do this and that for ever."""
        while True:
            if trains:
                await self._train()
                await self._client.open("")
            for _ in range(self._rng.randint(3, 8)):
                await self._draw(self._rng.choice(self._digits))
                if self._rng.random() < 0.9:
                    await self._pause(1, 3)
                    await self._client.press("clear")
            if self._rng.random() < 0.5:
                await self._look_at(self._rng.choice(PAGES))
                await self._client.open("")

    async def draw_once(self) -> None:
        """Draw one digit, which nobody measures."""
        await self._client.give(self._client.canvas(), "json_value", self._digits[0][-1].sent)
        await self._client.press("clear")

    async def _draw(self, digit: list[Drawing]) -> None:
        for drawn in digit:
            await self._pause(1.5, 4)
            sent = perf_counter()
            await self._client.give(self._client.canvas(), "json_value", drawn.sent)
            came = self._client.first(lambda element: "answer-digit" in element.html.body)
            if came is None:
                self._record.wrong.append("no answer came")
                continue
            self._record.delays.append(came[0] - sent + CANVAS_WAITS)
            page = " ".join(element.html.body for _, element in self._client.arrived)
            self._record.wrong += differences(page, drawn.answer)
            if drawn.whole:
                self._record.labels.append(drawn.answer.is_digit and drawn.answer.digit == drawn.label)

    async def _look_at(self, page: str) -> None:
        await self._client.open(page)
        self._record.pages += 1
        await self._pause(5, 20)

    async def _train(self) -> None:
        """Begin a short training, watch it for a while, and leave it."""
        await self._client.open("train")
        await self._pause(3, 10)
        await self._client.give("train_images_fast", "int_value", TRAIN_IMAGES)
        await self._client.press("train_start")
        self._record.trainings += 1
        await self._watch(self._rng.uniform(20, 60))

    async def _watch(self, seconds: float) -> None:
        """Follow one's training as its page does: ask how it stands, and run again where more has changed."""
        leaves = monotonic() + seconds
        while monotonic() < leaves:
            await asyncio.sleep(WATCHED_EVERY)
            shown = self._client.first(
                lambda element: element.bidi_component.component_name == "live_progress"
            )
            if shown is None:
                continue
            data = json.loads(shown[1].bidi_component.json)
            now = json.loads(await self._client.ask(data["address"]))
            self._record.looks += 1
            if now["shown"] != data["now"]["shown"]:
                await self._client.again(f"live_progress_{data['training']}")

    async def _pause(self, low: float, high: float) -> None:
        await asyncio.sleep(self._rng.uniform(low, high))


def differences(page: str, answer: Answer) -> Iterator[str]:
    """What a page says otherwise than the model."""
    said = re.search(r'class="answer-digit">(.)<', page)
    expected = "?" if answer.verdict == "not_a_digit" else str(answer.digit)
    if said is None or said[1] != expected:
        yield f"{said and said[1]!r} in place of {expected!r}"
    shown = [float(percent) for percent in re.findall(r'class="percent">([\d.]+)%', page)]
    # One picture by itself and among others differ in the last bits of a float32.
    if len(shown) != 10 or not np.allclose(shown, 100 * answer.probabilities, atol=0.11):
        yield f"{shown} in place of {100 * answer.probabilities}"


async def visit(url: str, digits: list[list[Drawing]], record: Record, number: int) -> None:
    """One visitor from arrival on; what ends the visit is a fault."""
    rng = Random(number)
    await asyncio.sleep(rng.uniform(0, ARRIVE_WITHIN))
    client = None
    try:
        async with browse(url) as client:
            await Visitor(client, digits, record, rng).stay(trains=number % TRAINERS == 0)
    except Exception as error:  # noqa: BLE001 - whatever it was, the visitor has met it
        record.faults.append(f"visitor {number}: {error!r}")
    finally:
        if client is not None:
            record.faults += [f"visitor {number}: {fault}" for fault in client.faults]


# What is measured


def memory(served: Served) -> float:
    """Bytes of all processes of the app, shared pages shared out between them where the system tells."""
    total = 0
    for process in (served.process, *served.family()):
        with suppress(psutil.NoSuchProcess):
            told = process.memory_full_info()
            total += getattr(told, "pss", told.rss)
    return total


async def weigh(served: Served, record: Record) -> None:
    """Note the memory every few seconds."""
    began = monotonic()
    while True:
        record.memory.append(((monotonic() - began) / 60, await asyncio.to_thread(memory, served)))
        await asyncio.sleep(SAMPLE_EVERY)


async def stay(served: Served, digits: list[list[Drawing]], visitors: int, minutes: float) -> Record:
    """The room, from the first visitor's arrival to the end."""
    async with browse(served.url) as first:
        # Who leads the workshop has tried the app before the others come.
        await Visitor(first, digits, Record(), Random(0)).draw_once()
    record = Record()
    people = [asyncio.create_task(visit(served.url, digits, record, number)) for number in range(visitors)]
    scales = asyncio.create_task(weigh(served, record))
    await asyncio.sleep(60 * minutes)
    for task in (*people, scales):
        task.cancel()
    await asyncio.gather(*people, return_exceptions=True)
    # A broken scale would weigh nothing.
    with suppress(asyncio.CancelledError):
        await scales
    return record


def errors_in(log: Path) -> list[str]:
    """The errors that an app has logged."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(r"\S+ \S+ (ERROR|CRITICAL) ", line) or "Traceback" in line]


def by_minute(record: Record) -> list[float]:
    """The median of each minute's memory, in bytes."""
    last = int(record.memory[-1][0])
    return [
        median([size for at, size in record.memory if minute <= at < minute + 1])
        for minute in range(last + 1)
    ]


def report(record: Record) -> bool:
    """Print the table; whether every bound is kept."""
    minutes = by_minute(record)
    p95 = quantiles(record.delays, n=20)[-1]
    rows = [
        ("errors on pages, in the log, of connections", len(record.faults), 0, "{:.0f}"),
        (f"answers other than the model's own, of {len(record.delays):,}", len(record.wrong), 0, "{:.0f}"),
        ("pen-up to answer, 95th percentile", p95, 1, "{:.2f} s"),
        ("memory of all processes, at most", max(size for _, size in record.memory) / 1e9, 2.5, "{:.2f} GB"),
    ]
    if len(minutes) > SETTLED:
        growth = 100 * (max(minutes[SETTLED:]) / minutes[SETTLED - 1] - 1)
        rows.append((f"its growth from minute {SETTLED} on", growth, 5, "{:.1f} %"))
    print("| what | measured | at most |\n|---|--:|--:|")
    for what, measured, bound, form in rows:
        verdict = "" if measured <= bound else " **missed**"
        print(f"| {what} | {form.format(measured)} | {form.format(bound)}{verdict} |")
    print(f"\nPen-up to answer: median {median(record.delays):.2f} s, slowest {max(record.delays):.2f} s.")
    print(f"Digits read as their writers meant: {np.mean(record.labels):.2%} of {len(record.labels):,}.")
    print(
        f"Pages opened: {record.pages}. Trainings begun: {record.trainings}, looked at {record.looks} times."
    )
    print("Memory by minute, GB:", " ".join(f"{size / 1e9:.2f}" for size in minutes))
    for fault in [*record.faults[:10], *record.wrong[:10]]:
        print(fault)
    return all(measured <= bound for _, measured, bound, _ in rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=20)
    chosen = parser.parse_args()
    digits = after_each_stroke()
    with TemporaryDirectory() as folder, serve(Path(folder)) as served:
        record = asyncio.run(stay(served, digits, chosen.visitors, chosen.minutes))
        record.faults += errors_in(Path(folder) / "logs" / "app.log")
    sys.exit(not report(record))


if __name__ == "__main__":
    main()
