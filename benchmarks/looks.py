"""What looking inside takes on the server: a page of 64 feature maps, and /mistakes opened again.

    python -m benchmarks.looks [MODEL] [--rounds 15]

The pages run under AppTest with the app's own worker processes; what AppTest takes for the frame
alone, around an empty page, is taken off. Prints one JSON object.
"""

import json
import os
from tempfile import TemporaryDirectory

from benchmarks.common import arguments, awake, milliseconds
from cnn.jobs import inspections
from cnn.models.store import model_store

EMPTY = "import streamlit as st\nst.header('Nothing')\n"


def main() -> None:
    chosen = arguments(__doc__, rounds=15)
    with TemporaryDirectory() as cache:
        os.environ["CNN_CACHE_DIR"] = cache
        print(json.dumps(measured(chosen.model, chosen.rounds)))


def measured(model_id: str, rounds: int) -> dict[str, object]:
    """Milliseconds, each the median of some rounds."""
    from streamlit.testing.v1 import AppTest

    from cnn.jobs.evaluation_cache import evaluation_cache
    from pages.parts.inside import questions
    from pages.parts.model.layer_table import shape_in_words
    from tests.pages.opened import open_app

    with awake():
        record = model_store().record(model_id)
        evaluation_cache().of(record, inspections.dataset_of(record)).result()
        layers = questions.layers_of(record)
        widest = next((n for n, facts in enumerate(layers) if facts.output_shape[-1] == 64), 0)
        empty = AppTest.from_string(EMPTY).run()
        maps = open_app("bench").switch_page("pages/feature_maps.py").run()
        mistakes = open_app("bench").switch_page("pages/mistakes.py").run()

        def another_image(turn: int) -> None:
            # Another one each time, so that the network has to be asked.
            maps.session_state["feature_maps_layer"] = widest
            maps.session_state["image_number"] = turn
            maps.run()

        frame = milliseconds(lambda _turn: empty.run(), rounds)
        return {
            "model": model_id,
            "layer": f"{questions.title(layers, widest)}, {shape_in_words(layers[widest].output_shape)}",
            "feature_maps_ms": round(milliseconds(another_image, rounds) - frame),
            "mistakes_again_ms": round(milliseconds(lambda _turn: mistakes.run(), rounds) - frame),
            "frame_ms": round(frame),
        }


if __name__ == "__main__":
    main()
