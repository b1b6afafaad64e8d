"""What scoring MNIST's test images takes, against Keras's `predict` at its best batch size.

    python -m benchmarks.evaluation [MODEL] [--rounds 5]

Both run in this process, in turns. Prints one JSON object.
"""

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from cnn import datasets, model_store
from cnn.network.build import load
from cnn.network.classifier import Classifier
from cnn.network.evaluation import evaluate

BATCHES = (32, 64, 128, 250, 500, 1000, 2500)


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("model", nargs="?", default=model_store.SHIPPED)
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()

    dataset = datasets.load("mnist")
    record, file = model_store.read(chosen.model), model_store.keras_path(chosen.model)
    classifier, model = Classifier(record, file), load(record, file)
    images = dataset.x_test[..., np.newaxis].astype(np.float32) / 255
    ours: list[float] = []
    theirs: dict[int, list[float]] = {batch: [] for batch in BATCHES}
    for turn in range(chosen.rounds + 1):
        for batch in BATCHES:
            taken = seconds(lambda size=batch: model.predict(images, batch_size=size, verbose=0))
            theirs[batch] += [taken] if turn else []
        taken = seconds(lambda: evaluate(classifier, dataset))
        ours += [taken] if turn else []
    best = min(theirs, key=lambda batch: median(theirs[batch]))
    result = {
        "model": chosen.model,
        "parameters": record.parameters,
        "evaluate_seconds": round(median(ours), 3),
        "predict_seconds": round(median(theirs[best]), 3),
        "predict_batch": best,
        "ratio": round(median(ours) / median(theirs[best]), 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
