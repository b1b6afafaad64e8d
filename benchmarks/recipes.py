"""How good the recipes get and how long they take, on MNIST.

    python -m benchmarks.recipes                     fast against conv32-conv64, until 99.0 %
    python -m benchmarks.recipes accurate [NAME...]  each of these recipes once, whole

The comparison trains `fast` with several seeds, half of them before and half after the other network,
so that what else the machine does meets both. Prints one JSON object a line.
"""

import argparse
import json
from collections.abc import Iterable
from statistics import mean, median

from cnn.data import datasets
from cnn.network.fitting import fit
from cnn.training.announcements import Epoch
from cnn.training.recipes import RECIPES

GOAL = 0.99


def seconds_to_goal(name: str) -> tuple[float, int]:
    """Seconds and epochs until a recipe first has the goal's share of the test images right."""
    reached: list[Epoch] = []

    def listen(event: object) -> None:
        if isinstance(event, Epoch) and event.val_accuracy >= GOAL:
            reached.append(event)

    fit(
        RECIPES[name].config,
        datasets.load("mnist"),
        announce=listen,
        should_stop=lambda: bool(reached),
    )
    if not reached:
        raise SystemExit(f"{name} never reached {GOAL:.1%}.")
    return reached[0].seconds, reached[0].epoch


def whole(name: str, seeds: Iterable[int]) -> list[tuple[float, float]]:
    """Test accuracy and seconds of fitting, for each seed."""
    config = RECIPES[name].config
    dataset = datasets.load("mnist")
    results = []
    for seed in seeds:
        trained = fit(config.model_copy(update={"seed": seed}), dataset)
        results.append((trained.test_accuracy, trained.fit_seconds))
    return results


def compare(seeds: int) -> dict[str, object]:
    """`fast` against `conv32-conv64`, both timed in this run."""
    before = whole("fast", range(seeds // 2))
    slow_seconds, slow_epochs = seconds_to_goal("conv32-conv64")
    results = before + whole("fast", range(seeds // 2, seeds))
    accuracies, seconds = zip(*results, strict=True)
    return {
        "recipe": "fast",
        "mean_accuracy": round(mean(accuracies), 5),
        "accuracies": [round(accuracy, 4) for accuracy in accuracies],
        "seconds": round(median(seconds), 2),
        "conv32-conv64_seconds": round(slow_seconds, 2),
        "conv32-conv64_epochs": slow_epochs,
        "times_faster": round(slow_seconds / median(seconds), 1),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("recipes", nargs="*", choices=[*RECIPES, []], metavar="NAME")
    arguments.add_argument("--seeds", type=int, default=5)
    chosen = arguments.parse_args()
    if not chosen.recipes:
        print(json.dumps(compare(chosen.seeds)), flush=True)
    for name in chosen.recipes:
        [(accuracy, seconds)] = whole(name, [0])
        result = {"recipe": name, "accuracy": round(accuracy, 4), "seconds": round(seconds, 1)}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
