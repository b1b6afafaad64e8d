"""What one answer takes: from the app to the answering process and back, and in that process alone.

    python -m benchmarks.answers [MODEL] [--rounds 300]

Prints one JSON object.
"""

import json

import numpy as np

from benchmarks.common import arguments, awake, milliseconds
from cnn.data import datasets
from cnn.models.store import model_store
from cnn.pictures.preparation import prepare_drawing


def main() -> None:
    chosen = arguments(__doc__, rounds=300)
    images = datasets.load("mnist").x_test[: chosen.rounds + 1]
    pictures = [prepare_drawing(image).image for image in images]
    print(json.dumps(measured(chosen.model, pictures)))


def measured(model_id: str, pictures: list[np.ndarray]) -> dict[str, object]:
    """Milliseconds, the medians over the pictures, each float32 (28, 28)."""
    folder = model_store().folder_of(model_id)
    rounds = len(pictures) - 1
    with awake() as workers:
        there_and_back = milliseconds(lambda turn: workers.answer(folder, pictures[turn]), rounds)
    # Only now: in the app's process there is no Keras.
    from cnn.network.classifier import Classifier

    classifier = Classifier(folder.record(), folder.keras_path())
    alone = milliseconds(lambda turn: classifier.classify(pictures[turn]), rounds)
    return {
        "model": model_id,
        "there_and_back_ms": round(there_and_back, 1),
        "alone_ms": round(alone, 1),
    }


if __name__ == "__main__":
    main()
