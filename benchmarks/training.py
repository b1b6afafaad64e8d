"""What watching a training costs: against Keras's bare `fit` of the same network and data.

    python -m benchmarks.training [--recipe conv32-conv64] [--images 12000] [--rounds 5]

All run in this process, in turns, so that what else the machine does meets them alike. The bare fit gets
what everybody hands it, float32 arrays, and no callback; the fed one the batches that the watched one
gets, and no callback. The watched one announces pickled events, as to a page, and backs every epoch
up. Prints one JSON object.
"""

import argparse
import gc
import json
import pickle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import keras
import numpy as np

from cnn.data import datasets
from cnn.data.datasets import Dataset
from cnn.network.batches import evaluation_batches, training_batches, with_channels
from cnn.network.build import build
from cnn.network.fitting import fit
from cnn.training.recipes import RECIPES, TrainConfig


def bare(config: TrainConfig, dataset: Dataset) -> float:
    """Seconds of Keras's own `fit` on arrays."""
    train_images, test_images = (
        with_channels(images).astype(np.float32) / 255 for images in (dataset.x_train, dataset.x_test)
    )
    return _fitted(
        config,
        dataset,
        x=train_images,
        y=dataset.y_train,
        batch_size=config.batch_size,
        validation_data=(test_images, dataset.y_test),
    )


def fed(config: TrainConfig, dataset: Dataset) -> float:
    """Seconds of Keras's own `fit` on this project's batches."""
    return _fitted(
        config,
        dataset,
        x=training_batches(dataset.x_train, dataset.y_train, config.batch_size),
        validation_data=evaluation_batches(dataset.x_test, dataset.y_test),
        shuffle=False,
    )


def _fitted(config: TrainConfig, dataset: Dataset, **data: object) -> float:
    keras.utils.set_random_seed(config.seed)
    steps = -(-len(dataset.x_train) // config.batch_size) * config.epochs
    model = build(config, dataset.image_shape, dataset.classes, steps=steps)
    began = perf_counter()
    model.fit(epochs=config.epochs, verbose=0, **data)
    return perf_counter() - began


def watched(config: TrainConfig, dataset: Dataset) -> float:
    """Seconds of fitting while somebody watches."""
    events: list[bytes] = []
    with TemporaryDirectory() as folder:
        trained = fit(
            config,
            dataset,
            announce=lambda event: events.append(pickle.dumps(event)),
            backup_dir=Path(folder) / "backup",
        )
    return trained.fit_seconds


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--recipe", default="conv32-conv64")
    arguments.add_argument("--images", type=int, default=12_000, help="training images")
    arguments.add_argument("--epochs", type=int, default=1)
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()

    whole = datasets.load("mnist")
    dataset = Dataset(
        whole.name,
        whole.x_train[: chosen.images],
        whole.y_train[: chosen.images],
        whole.x_test,
        whole.y_test,
        whole.class_names,
        whole.sha256,
        whole.source,
    )
    config = RECIPES[chosen.recipe].config.model_copy(
        update={"epochs": chosen.epochs, "as_people_draw": False, "keep_best": False}
    )
    ways = (bare, fed, watched)
    seconds: dict[str, list[float]] = {way.__name__: [] for way in ways}
    for turn in range(chosen.rounds + 1):
        for way in ways if turn % 2 else reversed(ways):
            gc.collect()
            taken = way(config, dataset)
            if turn:  # the first round warms the process up
                seconds[way.__name__].append(taken)
    medians = {name: median(taken) for name, taken in seconds.items()}
    print(
        json.dumps(
            {
                "recipe": chosen.recipe,
                "images": chosen.images,
                "epochs": chosen.epochs,
                "seconds": {name: [round(one, 2) for one in taken] for name, taken in seconds.items()},
                "watched_to_bare": round(medians["watched"] / medians["bare"], 4),
                "watched_to_fed": round(medians["watched"] / medians["fed"], 4),
            }
        )
    )


if __name__ == "__main__":
    main()
