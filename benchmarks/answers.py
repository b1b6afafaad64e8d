"""What one answer takes: from the app to the answering process and back, and in that process alone.

    python -m benchmarks.answers [MODEL] [--rounds 300]

Prints one JSON object.
"""

import argparse
import json
from time import sleep

import numpy as np

from benchmarks.looks import milliseconds
from cnn import datasets, model_store
from cnn.preprocess import prepare_drawing
from cnn.workers import workers


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default=model_store.SHIPPED)
    parser.add_argument("--rounds", type=int, default=300)
    chosen = parser.parse_args()
    images = datasets.load("mnist").x_test[: chosen.rounds + 1]
    pictures = [prepare_drawing(image).image for image in images]
    print(json.dumps(measured(chosen.model, pictures)))


def measured(model_id: str, pictures: list[np.ndarray]) -> dict[str, object]:
    """Milliseconds, the medians over the pictures, each float32 (28, 28)."""
    keras_file = model_store.keras_path(model_id)
    rounds = len(pictures) - 1
    workers().start()
    while not workers().awake:
        sleep(0.1)
    try:
        there_and_back = milliseconds(
            lambda turn: workers().classify(keras_file.parent, pictures[turn]), rounds
        )
    finally:
        workers().close()
    # Only now: in the app's process there is no Keras.
    from cnn.network.classifier import Classifier

    classifier = Classifier(model_store.read(model_id), keras_file)
    alone = milliseconds(lambda turn: classifier.classify(pictures[turn]), rounds)
    return {
        "model": model_id,
        "there_and_back_ms": round(there_and_back, 1),
        "alone_ms": round(alone, 1),
    }


if __name__ == "__main__":
    main()
