"""What scoring MNIST's test images takes, against Keras's `predict` at its best batch size.

    python -m benchmarks.evaluation [MODEL] [--rounds 5]

Both run in this process, in turns. Beside the ratio of the seconds stands that of the processor's
seconds, which what else the machine does hardly changes. Prints one JSON object.
"""

import json
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter, process_time

import numpy as np

from benchmarks.common import arguments
from cnn.data import datasets
from cnn.models.store import model_store
from cnn.network.build import load
from cnn.network.classifier import Classifier
from cnn.network.scoring import score

BATCHES = (32, 64, 128, 250, 500, 1000, 2500)

Times = list[tuple[float, float]]


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """How long the work takes, and how much of it the processor's cores work, summed."""
    began, worked = perf_counter(), process_time()
    work()
    return perf_counter() - began, process_time() - worked


def medians(times: Times) -> tuple[float, float]:
    """The median of each of the two."""
    elapsed, worked = map(median, zip(*times, strict=True))
    return elapsed, worked


def main() -> None:
    chosen = arguments(__doc__, rounds=5)
    dataset = datasets.load("mnist")
    folder = model_store().folder_of(chosen.model)
    record, file = folder.record(), folder.keras_path()
    classifier, model = Classifier(record, file), load(record, file)
    images = dataset.x_test[..., np.newaxis].astype(np.float32) / 255
    ours: Times = []
    theirs: dict[int, Times] = {batch: [] for batch in BATCHES}
    for turn in range(chosen.rounds + 1):
        for batch in BATCHES:
            taken = seconds(partial(model.predict, images, batch_size=batch, verbose=0))
            theirs[batch] += [taken] if turn else []
        taken = seconds(lambda: score(classifier, dataset))
        ours += [taken] if turn else []
    evaluating, best = medians(ours), min(BATCHES, key=lambda batch: medians(theirs[batch]))
    predicting = medians(theirs[best])
    result = {
        "model": chosen.model,
        "parameters": record.parameters,
        "images": len(images),
        "evaluate_seconds": round(evaluating[0], 3),
        "predict_seconds": round(predicting[0], 3),
        "predict_batch": best,
        "ratio": round(evaluating[0] / predicting[0], 3),
        "processor_ratio": round(evaluating[1] / predicting[1], 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
