"""The command line: all that works without a page. `python -m cnn --help` says what there is.

With `--json`, one JSON object a line goes to standard output and nothing else does. What is for people
who watch goes to standard error. An error is one sentence there, and the exit code 1.
"""

import argparse
import io
import json
import logging
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, TextIO

from cnn.errors import CnnError, ConfigError, ModelError, PictureError
from cnn.i18n import N_, _, fixed, of_environment, use
from cnn.pictures.refusals import refusing

if TYPE_CHECKING:
    from cnn.insight.answers import Answer
    from cnn.models.folder import ModelFolder
    from cnn.network.classifier import Classifier


class Output:
    """Where results go: as sentences, or as JSON with `--json`."""

    def __init__(self, stream: TextIO, as_json: bool) -> None:
        self.stream = stream
        self.as_json = as_json

    def say(self, values: dict[str, Any], sentence: str) -> None:
        """One result, as one line."""
        line = json.dumps(_finite(values), ensure_ascii=False) if self.as_json else sentence
        self.stream.write(line + "\n")
        self.stream.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code."""
    # TensorFlow reads this when it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # What the library logs is said by the errors, too.
    logging.getLogger("cnn").addHandler(logging.NullHandler())
    options = _parser().parse_args(arguments)
    output = Output(sys.stdout, getattr(options, "json", False))
    try:
        # What a program reads is the same everywhere.
        with fixed("en") if output.as_json else nullcontext(), redirect_stdout(sys.stderr):
            code: int = options.run(options, output)
            return code
    except CnnError as error:
        _tell(str(error))
        if output.as_json:
            with fixed("en"):
                output.say({"error": str(error)}, "")
        return 1
    except BrokenPipeError:
        # The reader has closed the pipe, as `head` does. Python would complain about it at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cnn", description=_("Train convolutional networks and classify drawings.")
    )
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"))

    data = commands.add_parser("data", help=_("fetch and verify data sets, for a room without internet"))
    data.add_argument("names", nargs="*", metavar="NAME", help="mnist, fashion_mnist, cifar10")
    data.add_argument("--to", type=Path, metavar="DIR", help=_("the folder for the files; data/ by default"))
    data.set_defaults(run=_data)

    check = commands.add_parser("check", help=_("say what this machine lacks for the app, and what mends it"))
    check.add_argument("--port", type=int, metavar="N", help=_("the port that the app is to listen on"))
    check.set_defaults(run=_check)

    recipes = commands.add_parser("recipes", help=_("each recipe: network, parameters, hyperparameters"))
    recipes.set_defaults(run=_recipes)

    train = commands.add_parser("train", help=_("train a network"))
    train.add_argument("--recipe", required=True, metavar="NAME")
    train.add_argument("--dataset", metavar="D", help=_("in place of the recipe's own"))
    train.add_argument("--epochs", type=int, metavar="N")
    train.add_argument("--seed", type=int, metavar="S")
    train.add_argument(
        "--out", type=Path, metavar="FOLDER", help=_("the model's folder; models/RECIPE by default")
    )
    train.set_defaults(run=_train)

    evaluate = commands.add_parser("evaluate", help=_("count a model's mistakes on the test images"))
    evaluate.add_argument("model", metavar="MODEL", help=_("a model's id in models/, or its folder"))
    evaluate.add_argument("--dataset", metavar="D", help=_("in place of the one it was trained on"))
    evaluate.set_defaults(run=_evaluate)

    classify = commands.add_parser("classify", help=_("read the digit in each picture"))
    classify.add_argument("paths", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    classify.add_argument("--model", default="shipped", metavar="MODEL")
    classify.add_argument("--number", action="store_true", help=_("read a whole number in each picture"))
    classify.set_defaults(run=_classify)

    for command in (check, recipes, train, evaluate, classify):
        command.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    return parser


def _data(options: argparse.Namespace, output: Output) -> int:
    from cnn.data import datasets
    from cnn.data.origins import ORIGINS

    failed = False
    for name in options.names or ORIGINS:
        try:
            path = datasets.provide(name, options.to, _bytes_told(name))
            output.say({}, _("{name} is in {path}.").format(name=name, path=path))
        except CnnError as error:
            _tell(str(error))
            failed = True
    return int(failed)


def _check(options: argparse.Namespace, output: Output) -> int:
    from cnn import startup
    from cnn.settings import settings

    stopping = startup.obstacles(settings(), options.port)
    for finding in stopping:
        output.say({"problem": str(finding), "stops": True}, str(finding))
    for finding in startup.cautions(settings()):
        output.say({"problem": str(finding), "stops": False}, _("Note: {text}").format(text=finding))
    return int(bool(stopping))


def _recipes(_options: argparse.Namespace, output: Output) -> int:
    from cnn.data.datasets import classes_of, shape_of
    from cnn.training.layers import layer_table
    from cnn.training.recipes import RECIPES

    for recipe in RECIPES.values():
        config = recipe.config
        table = layer_table(config.layers, shape_of(config.dataset), classes_of(config.dataset))
        network = [f"{row.kind} {row.detail}".strip() for row in table]
        values = {
            "recipe": recipe.name,
            "dataset": config.dataset,
            "parameters": sum(row.parameters for row in table),
            "optimizer": config.optimizer,
            "batch_size": config.batch_size,
            "epochs": config.epochs,
            "learning_rate": config.learning_rate,
            "validation": config.validation,
            "network": network,
        }
        output.say(
            values,
            _(
                "{recipe}: {about}\n    {layers}\n    {parameters:,} parameters; {dataset}; {optimizer}, "
                "learning rate {learning_rate:g}, batch {batch_size}, {epochs} epochs, "
                "validated on {validation}"
            ).format(about=_(recipe.about), layers=" → ".join(network), **values),
        )
    return 0


def _train(options: argparse.Namespace, output: Output) -> int:
    from cnn.data.datasets import load
    from cnn.jobs.training_task import log_dir
    from cnn.models.folder import ModelFolder
    from cnn.models.saving import check_place, save_in
    from cnn.settings import settings
    from cnn.training.announcements import Epoch
    from cnn.training.recipes import config_from, recipe

    asked = {name: getattr(options, name) for name in ("dataset", "epochs", "seed")}
    changes = {name: value for name, value in asked.items() if value is not None}
    config = config_from(recipe(options.recipe).config.model_dump() | changes)
    place = ModelFolder(options.out or settings().models_dir / config.recipe)
    check_place(place)
    dataset = load(config.dataset, on_bytes=_bytes_told(config.dataset))
    _say_what_stands_in(dataset)

    from cnn.network.fitting import fit

    def announce(event: object) -> None:
        if isinstance(event, Epoch):
            output.say(vars(event), _epoch_sentence(event, config.epochs))

    with _stop_on_interrupt() as stop:
        trained = fit(
            config,
            dataset,
            announce=announce,
            should_stop=stop.is_set,
            log_dir=log_dir(config, f"{datetime.now():%Y%m%d-%H%M%S}"),
        )
    save_in(place, config.recipe, trained)
    values = {
        "test_accuracy": trained.test_accuracy,
        "test_loss": trained.test_loss,
        "parameters": trained.parameters,
        "fit_seconds": trained.fit_seconds,
        "model": str(place.path.resolve()),
        "dataset": trained.data_name,
    }
    output.say(
        values,
        _(
            "Test images: {test_accuracy:.2%} right, loss {test_loss:.4f}. {parameters:,} parameters, fitted "
            "in {fit_seconds:.1f} s. The model is in {model}."
        ).format(**values),
    )
    return 0


def _epoch_sentence(epoch: Any, epochs: int) -> str:
    return _(
        "Epoch {epoch} of {epochs}, {seconds:.1f} s: loss {loss:.4f}, accuracy {accuracy:.2%}; "
        "validation: loss {val_loss:.4f}, accuracy {val_accuracy:.2%}"
    ).format(epochs=epochs, **vars(epoch))


def _evaluate(options: argparse.Namespace, output: Output) -> int:
    from cnn.data import datasets

    model = _model(options.model)
    record = model.record()
    name = options.dataset or record.data_name
    dataset = datasets.load(name, on_bytes=_bytes_told(name))
    _say_what_stands_in(dataset)
    if (dataset.image_shape, dataset.classes) != (record.input_shape, len(record.class_names)):
        raise ConfigError(
            N_("The model {name!r} takes images of shape {expected}, but those of {dataset} have {shape}."),
            name=record.name,
            expected="×".join(map(str, record.input_shape)),
            dataset=dataset.name,
            shape="×".join(map(str, dataset.image_shape)),
        )

    from cnn.network.classifier import Classifier
    from cnn.network.scoring import score

    scored = score(Classifier(record, model.keras_path()), dataset)
    values = {
        "accuracy": scored.accuracy,
        "loss": scored.loss,
        "mistakes": int((scored.predictions != scored.labels).sum()),
        "images": len(scored.labels),
        "dataset": dataset.name,
    }
    output.say(
        values,
        _("{mistakes:,} of {images:,} wrong: accuracy {accuracy:.2%}, loss {loss:.4f}").format(**values),
    )
    return 0


def _classify(options: argparse.Namespace, output: Output) -> int:
    pictures = _pictures(options.paths)
    model = _model(options.model)
    record = model.record()
    if not record.reads_drawings:
        raise ModelError(
            N_(
                "The model {name!r} takes no drawings of digits: it knows {classes}, in images of shape "
                "{shape}. Choose another."
            ),
            name=record.name,
            classes=", ".join(map(_, record.class_names)),
            shape="×".join(map(str, record.input_shape)),
        )

    from cnn.network.classifier import Classifier

    classifier = Classifier(record, model.keras_path())
    classify = _number if options.number else _digit
    answered = 0
    for name, path in pictures:
        try:
            fields, text = classify(classifier, path)
        except CnnError as error:
            output.say({"file": name, "error": str(error)}, f"{name}: {error}")
        else:
            answered += 1
            output.say({"file": name} | fields, f"{name}: {text}")
    return 0 if answered else 1


@refusing()
def _digit(classifier: "Classifier", path: Path) -> tuple[dict[str, Any], str]:
    """One digit's answer as fields and as a sentence."""
    answer = classifier.classify(_prepared(path))
    text = _("{digit} ({probability:.1%})") if answer.is_digit else _("not a digit (at best a {digit})")
    return _fields(answer), text.format(digit=answer.digit, probability=answer.probability)


@refusing()
def _number(classifier: "Classifier", path: Path) -> tuple[dict[str, Any], str]:
    """A row of digits as fields and as a sentence."""
    from cnn.insight.number_reading import read_number
    from cnn.pictures.files import read_writing

    number = read_number(read_writing(path), classifier.answers)
    if not number.text:
        raise PictureError(N_("Nothing is drawn on this picture. Write a number first."))
    if not number.is_whole:
        raise PictureError(
            N_(
                "There is more on this picture than one number, which would begin with {text}. Cut the "
                "number out first."
            ),
            text=number.text,
        )
    digits = [_fields(digit.answer) | {"box": list(digit.box)} for digit in number.digits]
    text = _("{number} ({probability:.1%})").format(number=number.text, probability=number.probability)
    return {"text": number.text, "digits": digits}, text


def _fields(answer: "Answer") -> dict[str, Any]:
    return {
        "digit": answer.digit,
        "probability": answer.probability,
        "probabilities": [round(float(p), 6) for p in answer.probabilities],
        "is_digit": answer.is_digit,
    }


def _prepared(path: Path) -> Any:
    """The digit in a picture's file, float32 (28, 28) in [0, 1]."""
    from cnn.pictures.files import read_writing
    from cnn.pictures.preparation import prepare_drawing

    prepared = prepare_drawing(read_writing(path))
    if prepared.is_empty:
        raise PictureError(N_("Nothing is drawn on this picture. Draw a digit first."))
    return prepared.image


def _pictures(paths: list[Path]) -> list[tuple[str, Path]]:
    """Each file's name with its path, in name order; folders give the files in them that are not hidden."""
    found: set[Path] = set()
    for path in paths:
        try:
            inside = [file for file in path.iterdir() if file.is_file() and not file.name.startswith(".")]
        except OSError:
            inside = [path]
        found.update(inside)
    if not found:
        raise PictureError(N_("There is no file in {folders}."), folders=", ".join(map(str, paths)))
    names = [path.name for path in found]
    named = ((path.name if names.count(path.name) == 1 else str(path), path) for path in found)
    return sorted(named)


def _model(text: str) -> "ModelFolder":
    """The folder of a model's id, or that at a path: what looks like a path, or is a folder and no id."""
    from cnn.errors import ModelNotFound
    from cnn.models.folder import ModelFolder
    from cnn.models.store import model_store

    at_path = ModelFolder(Path(text))
    if len(at_path.path.parts) > 1 or text.startswith("."):
        return at_path
    try:
        return model_store().folder_of(text)
    except ModelNotFound:
        if at_path.is_there():
            return at_path
        raise


def _bytes_told(name: str) -> Any:
    """A download's progress, for those who watch in a terminal."""
    if not sys.stderr.isatty():
        return None

    def tell(done: int, total: int | None) -> None:
        of = f" / {total / 1e6:.1f}" if total else ""
        sys.stderr.write(f"\r{name}: {done / 1e6:.1f}{of} MB" + ("\n" if done == total else ""))

    return tell


def _say_what_stands_in(dataset: Any) -> None:
    if dataset.mnist_missing is not None:
        _tell(
            _(
                "MNIST is not on this machine and could not be fetched: the {count:,} digits of scikit-learn "
                "take its place. `python -m cnn data` fetches it, or name its folder in CNN_DATA_DIR."
            ).format(count=len(dataset.y_train) + len(dataset.y_test))
        )


@contextmanager
def _stop_on_interrupt() -> Iterator[Event]:
    """Ctrl+C ends the training and keeps what was learned; pressed again, it ends the program."""
    stop = Event()

    def interrupted(*_args: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no word for a number that is none."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    use(of_environment)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may hold what the terminal cannot show; in JSON its escape is read as it was.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
