"""The recipes as they stand against what is published of them: `make bench-recipes`.

    python -m benchmarks.published           all of them, an hour or two on two cores
    python -m benchmarks.published NAME...   these

Trains each whole, on its own data set, and prints a row as soon as it has ended. The row names the data:
where MNIST cannot be had, other digits stand in for it. A recipe whose data is not there is said at the
end. The time to 99.0 % counts to the end of the first epoch after which so many test images are right; a
recipe that is not validated on the test images has none.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from cnn.data import datasets
from cnn.errors import DataError
from cnn.network.fitting import fit
from cnn.training.announcements import TrainedModel
from cnn.training.recipes import RECIPES, Recipe

GOAL = 0.99


def row(recipe: Recipe, trained: TrainedModel) -> list[str]:
    """One row of the table, as texts."""
    mistakes = round((1 - trained.test_accuracy) * trained.test_images)
    return [
        recipe.name,
        datasets.TITLES[trained.data_name],
        _span(recipe.published),
        f"{trained.test_accuracy:.2%}",
        f"{mistakes:,} of {trained.test_images:,}",
        f"{len(trained.history)}",
        f"{trained.fit_seconds / 60:.1f}",
        _seconds_to_goal(trained),
    ]


def _span(published: tuple[float, float] | None) -> str:
    if published is None:
        return "–"
    low, high = published
    return f"{low:.2%}" if low == high else f"{low:.2%} – {high:.2%}"


def _seconds_to_goal(trained: TrainedModel) -> str:
    if trained.config.validation != "test":
        return "–"
    reached = (epoch.seconds for epoch in trained.history if epoch.val_accuracy >= GOAL)
    seconds = next(reached, None)
    return "never" if seconds is None else f"{seconds:.0f} s"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("recipes", nargs="*", choices=[*RECIPES, []], metavar="NAME")
    chosen = arguments.parse_args().recipes or list(RECIPES)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores\n")
    heads = ["recipe", "data", "published", "here", "mistakes", "epochs", "minutes", f"to {GOAL:.1%}"]
    print(_line(heads))
    print("|:--|:--|" + "--:|" * (len(heads) - 2), flush=True)
    without_data = []
    for name in chosen:
        config = RECIPES[name].config
        try:
            dataset = datasets.load(config.dataset)
        except DataError as error:
            without_data.append(f"{name}: {error}")
            continue
        print(_line(row(RECIPES[name], fit(config, dataset))), flush=True)
    if without_data:
        sys.exit("\n".join(without_data))


if __name__ == "__main__":
    main()
