"""How well people's drawings are read, by the shipped model and by what a visitor trains.

    python -m benchmarks.recognition                     the shipped model
    python -m benchmarks.recognition fast accurate       these recipes too, each trained once, now

Measured on the writers, characters and doodles that nothing was trained or tuned on. The folder that
CNN_DATA_DIR names needs mnist.npz, screen_digits.json, characters.npz and doodles.npz.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from cnn.data import datasets
from cnn.models.folder import ModelFolder
from cnn.models.saving import save_in
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import ModelStore
from cnn.network import recognition
from cnn.network.classifier import Classifier
from cnn.network.fitting import fit
from cnn.settings import PROJECT, settings
from cnn.training.recipes import recipe


def measured(model: ModelFolder, folder: Path) -> recognition.Figures:
    """The figures of a model, measured with the data in `folder`."""
    keras_file = model.keras_path()
    return recognition.measure(Classifier(model.record(), keras_file), keras_file, folder)


def row(name: str, figures: recognition.Figures) -> str:
    """One row of the table."""
    turned_away = f"{figures.turned_away:.1%}" if figures.passed < 1 else "–"
    return (
        f"| {name} | {figures.screen:.2%} | {figures.worst_writer:.1%} | {figures.mnist:.2%} "
        f"| {turned_away} at {figures.passed:.1%} | {figures.doubted:.1%}, {figures.doubted_digits:.1%} "
        f"| {figures.calibration:.4f} "
        f"| {figures.milliseconds:.1f} | {figures.megabytes:.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", help="recipes to train and measure beside the shipped model")
    arguments = parser.parse_args()
    folder = settings().data_dir
    if folder is None or not (folder / "screen_digits.json").exists():
        sys.exit("The figures need screen_digits.json in the folder that CNN_DATA_DIR names.")
    print(
        "| model | unseen writers | worst writer | MNIST | no digits turned away, at digits passing "
        "| not sure of no digits, of digits | ECE | ms | MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    print(row("shipped", measured(ModelStore(PROJECT / "models").folder_of(SHIPPED), folder)), flush=True)
    for name in arguments.recipes:
        with tempfile.TemporaryDirectory() as models:
            trained = fit(recipe(name).config, datasets.load("mnist"))
            model = ModelFolder(Path(models) / name)
            save_in(model, name, trained)
            print(row(name, measured(model, folder)), flush=True)


if __name__ == "__main__":
    main()
