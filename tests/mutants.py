"""Small faults put into the code, and the share of them that the quick tests notice.

`make mutants` tries all of them, which takes hours; `make mutants SAMPLE=300` tries so many, drawn by chance,
the same each time. What is tried, and by which tests, is said in `pyproject.toml`.
"""

import os
import random
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

from cnn.models.comparison import accuracy_interval

MEMORY = 6_000_000 * 2**10
"""Bytes that a process may take: a fault in a loop must not take the machine's."""
NOTICED = {"killed", "timeout"}


def mutmut(*arguments: str, quiet: bool = False) -> str:
    """What mutmut says, which this Python has beside it."""
    command = [Path(sys.executable).with_name("mutmut"), *arguments]
    environment = os.environ | {"CI": "true"}
    output = subprocess.PIPE if quiet else None
    return subprocess.run(command, env=environment, stdout=output, text=True, check=True).stdout or ""


def outcomes() -> dict[str, str]:
    """What came of each mutant, by its name."""
    lines = mutmut("results", "--all", "true", quiet=True).splitlines()
    return dict(sorted(line.strip().rsplit(": ", 1) for line in lines))


def told(found: dict[str, str]) -> str:
    """The shares by package, and whom no test noticed."""
    rows = []
    for package in [*sorted({name.split(".")[1] for name in found}), ""]:
        counts = Counter(what for name, what in found.items() if name.startswith(f"cnn.{package}"))
        count, noticed = counts.total(), sum(counts[what] for what in NOTICED)
        low, high = accuracy_interval(noticed / count, count)
        others = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
        rows.append(
            f"cnn/{package}: {noticed} of {count}, {noticed / count:.1%} ({low:.1%} to {high:.1%}): {others}"
        )
    left = [f"{name}: {what}" for name, what in found.items() if what not in NOTICED]
    return "\n".join([*left, "", *rows])


def main(sample: int | None = None) -> None:
    """Try all mutants, or a sample, and tell what came of them."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    children = ("run", "--max-children", "2")
    if sample is None:
        mutmut(*children)
        chosen = list(outcomes())
    else:
        # Naming one makes all of them, of which the sample is drawn.
        mutmut(*children, "cnn.training.sweeps.x__number__mutmut_1")
        names = list(outcomes())
        chosen = sorted(random.Random(0).sample(names, min(sample, len(names))))
        mutmut(*children, *chosen)
    found = outcomes()
    sys.stdout.write(told({name: found[name] for name in chosen}) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
