"""What several benchmarks share: a command line for one model, processes that are awake, a median time."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter, sleep

from cnn.jobs.workers import Workers, workers
from cnn.models.shipped_model import SHIPPED


def arguments(description: str | None, rounds: int) -> argparse.Namespace:
    """What the command line chose: `model`, else the shipped one, and how many `rounds`."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default=SHIPPED)
    parser.add_argument("--rounds", type=int, default=rounds)
    return parser.parse_args()


@contextmanager
def awake() -> Iterator[Workers]:
    """The app's worker processes, once the one that answers is awake; they end afterwards."""
    workers().start()
    try:
        while not workers().awake:
            sleep(0.1)
        yield workers()
    finally:
        workers().close()


def milliseconds(work: Callable[[int], object], rounds: int) -> float:
    """The median of some rounds; the first, which fills caches, does not count."""
    times = []
    for turn in range(rounds + 1):
        began = perf_counter()
        work(turn)
        times += [perf_counter() - began] if turn else []
    return 1000 * median(times)
