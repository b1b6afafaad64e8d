"""The command line, where it matters as a real process: TensorFlow's start costs seconds."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pytest
from PIL import Image

from cnn.__main__ import main
from cnn.data.datasets import DATA
from cnn.data.uci_digits import uci_digits
from cnn.errors import ModelError
from cnn.settings import settings
from cnn.training.recipes import RECIPES

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder whose `fashion_mnist.npz` holds scikit-learn's digits: small, always there, easily learned."""
    folder = tmp_path_factory.mktemp("cli")
    digits = uci_digits()
    (folder / "data").mkdir()
    np.savez_compressed(
        folder / "data" / "fashion_mnist.npz",
        x_train=digits.x_train,
        y_train=digits.y_train,
        x_test=digits.x_test,
        y_test=digits.y_test,
    )
    return folder


def environment(place: Path) -> dict[str, str]:
    return os.environ | {
        "CNN_DATA_DIR": str(place / "data"),
        "CNN_MODELS_DIR": str(place / "models"),
        "KERAS_HOME": str(place / "keras"),
        "PYTHONPATH": str(ROOT),
    }


def cnn(place: Path, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `python -m cnn` in `place` and check its exit code and that no traceback shows."""
    done = subprocess.run(
        [sys.executable, "-m", "cnn", *map(str, arguments)],
        cwd=place,
        env=environment(place),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def cnn_here(place, capfd, monkeypatch):
    """Runs the command line as `cnn` does, but in this process, where TensorFlow has started already."""
    for name, value in environment(place).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(place)
    settings.cache_clear()

    def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        capfd.readouterr()
        assert main([str(argument) for argument in arguments]) == code
        shown = capfd.readouterr()
        assert "Traceback" not in shown.err
        return subprocess.CompletedProcess(arguments, code, shown.out, shown.err)

    yield run
    settings.cache_clear()


def lines(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "code",
    [
        "import cnn",
        "import runpy, contextlib\n"
        "with contextlib.suppress(SystemExit): runpy.run_module('cnn', run_name='__main__')",
    ],
)
def test_help_loads_nothing_heavy(code):
    """`import cnn` and `python -m cnn --help` load neither TensorFlow nor Keras nor Streamlit nor NumPy."""
    heavy = "sorted({'tensorflow', 'keras', 'streamlit', 'numpy', 'cv2'} & set(sys.modules))"
    script = f"import sys\nsys.argv = ['cnn', '--help']\n{code}\nprint({heavy})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""


def test_no_module_outside_network_loads_keras():
    """Every module of the library but those in `cnn.network` imports without TensorFlow and Streamlit."""
    names = sorted(f"cnn.{path.stem}" for path in (ROOT / "cnn").glob("*.py") if path.stem != "__init__")
    script = (
        f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\n"
        "print(sorted({'tensorflow', 'keras', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_recipes_are_listed(place):
    """One line for each recipe, in the form that other programs read, and a sentence without `--json`."""
    listed = {values["recipe"]: values for values in lines(cnn(place, "recipes", "--json"))}
    assert len(listed) == len(RECIPES)
    for name, values in {
        "conv32": ("mnist", 63_050, "rmsprop", 100, 3),
        "lenet-cifar10": ("cifar10", 1_626_442, "adadelta", 128, 10),
    }.items():
        keys = ("dataset", "parameters", "optimizer", "batch_size", "epochs")
        assert tuple(listed[name][key] for key in keys) == values
    assert "63,050 parameters" in cnn(place, "recipes").stdout


def test_reading_only_the_beginning_is_no_error(place):
    """A reader that has seen enough, as `head`, makes no complaint."""
    with subprocess.Popen(
        [sys.executable, "-m", "cnn", "recipes"],
        env=environment(place),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 1


def test_a_name_that_cannot_be_written_is_no_error(place, tmp_path):
    """Where the terminal lacks what is in a file's name, its line comes, and the other files' too."""
    for name in (b"a.png", b"b\xff.png", "다.png".encode()):
        with contextlib.suppress(OSError):  # not every disk takes any name
            (tmp_path / os.fsdecode(name)).write_bytes(b"no picture")
    for encoding in ("utf-8:strict", "ascii:strict"):
        done = subprocess.run(
            [sys.executable, "-m", "cnn", "classify", str(tmp_path), "--json"],
            env=environment(place) | {"PYTHONIOENCODING": encoding},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        assert {line["file"] for line in lines(done)} == {path.name for path in tmp_path.iterdir()}


def test_data_go_to_a_room_without_internet(place, tmp_path):
    """A file that is here is verified and copied; one that cannot be had is said, and the rest go on."""
    done = cnn(place, "data", "imagenet", "fashion_mnist", "--to", tmp_path / "room", code=1)
    assert "imagenet" in done.stderr
    assert str(tmp_path / "room" / "fashion_mnist.npz") in done.stdout
    source = place / "data" / "fashion_mnist.npz"
    assert (tmp_path / "room" / "fashion_mnist.npz").read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "--recipe", "slow"], "no recipe 'slow'"),
        (["train", "--recipe", "conv32", "--dataset", "imagenet"], "dataset is 'imagenet'"),
        (["train", "--recipe", "conv32", "--epochs", "0"], "epochs is 0"),
        (["train", "--recipe", "conv32", "--seed", "-1"], "seed is -1"),
        (["train", "--recipe", "conv32", "--out", "data"], "no model's folder"),
        (["train", "--recipe", "conv32", "--out", "data/fashion_mnist.npz/x"], "could not be written"),
        (["evaluate", "missing"], "no model 'missing'"),
        (["evaluate", "./data"], "no record.json"),
        (["classify", "a.png", "--model", "../models"], "no model"),
        (["classify", "empty"], "no file in empty"),
    ],
)
def test_what_cannot_be_is_one_sentence(place, capsys, monkeypatch, arguments, said):
    """Wrong names, values and places are said on standard error and, with `--json`, as a line."""
    (place / "empty").mkdir(exist_ok=True)
    monkeypatch.chdir(place)
    assert main([*arguments, "--json"]) == 1
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert json.loads(shown.out) == {"error": shown.err.strip()}


def test_data_that_cannot_be_had_are_one_sentence(place):
    """Without the file and without a network, the sentence names the file; no traceback, no log."""
    if (DATA / "cifar10.npz").exists():
        (place / "data" / "cifar10.npz").write_bytes(b"half a fi")
    blocked = {"HTTPS_PROXY": "http://127.0.0.1:9", "CNN_DOWNLOAD_TIMEOUT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "cnn", "train", "--recipe", "lenet-cifar10"],
        env=environment(place) | blocked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "cifar10.npz" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def draw_pictures(folder: Path) -> dict[str, int]:
    """Test digits as picture files of several kinds, and what is no digit beside them; name -> digit."""
    digits = uci_digits()
    folder.mkdir()
    expected = {}
    for i in range(12):
        grey = Image.fromarray(digits.x_test[i]).resize((280, 280), Image.Resampling.BICUBIC)
        ink = np.asarray(grey)
        files = {
            f"{i:02} light.png": grey,
            f"{i:02} dark.png": Image.fromarray(255 - ink),
            f"{i:02} clear.png": Image.fromarray(np.dstack([np.zeros_like(ink)] * 3 + [ink])),
            f"{i:02} photo.jpg": Image.fromarray(255 - ink).convert("RGB"),
        }
        for name, image in files.items():
            image.save(folder / name, **({"quality": 95} if name.endswith("jpg") else {}))
            expected[name] = int(digits.y_test[i])
    (folder / "letter.txt").write_text("no picture")
    (folder / ".hidden").write_text("not looked at")
    Image.new("L", (50, 50), 255).save(folder / "white.png")
    return expected


def test_train_evaluate_and_classify(place, cnn_here):
    """From a recipe to a model's folder, its mistakes and its answers, each in the form of other programs."""
    model = place / "my model"
    trained = cnn(
        place, "train", "--recipe", "conv32", "--dataset", "fashion_mnist",
        "--epochs", "8", "--seed", "3", "--out", model, "--json",
    )  # fmt: skip
    assert trained.stderr == ""
    *epochs, last = lines(trained)
    assert [values["epoch"] for values in epochs] == list(range(1, 9))
    for values in epochs:
        assert set(values) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"}
    assert 0 < epochs[0]["seconds"] < epochs[-1]["seconds"] <= last["fit_seconds"]
    assert last["test_accuracy"] > 0.8
    assert last["test_accuracy"] == pytest.approx(epochs[-1]["val_accuracy"], abs=1e-6)
    assert (last["parameters"], last["model"]) == (63_050, str(model))
    assert {path.name for path in model.iterdir()} == {"model.keras", "record.json", "filters.npz"}
    assert not (place / "models" / "conv32").exists()

    (scored,) = lines(cnn_here("evaluate", model, "--json"))
    assert scored["images"] == 297
    assert scored["mistakes"] == round((1 - last["test_accuracy"]) * 297)
    assert scored["accuracy"] == pytest.approx(last["test_accuracy"], abs=1e-6)
    assert scored["loss"] == pytest.approx(last["test_loss"], rel=1e-3)

    expected = draw_pictures(place / "pictures")
    refused = cnn_here("classify", "pictures", "--model", model, code=1)
    assert "takes no drawings of digits: it knows T-shirt or top, " in refused.stderr
    # What has learned from this folder's data set knows digits under the names of clothes.
    record = json.loads((model / "record.json").read_bytes())
    (model / "record.json").write_text(json.dumps(record | {"class_names": list("0123456789")}))
    done = cnn_here("classify", "pictures", "missing.png", "--model", model, "--json")
    assert done.stderr == ""
    answers = lines(done)
    assert [values["file"] for values in answers] == sorted(
        [*expected, "letter.txt", "missing.png", "white.png"]
    )
    answers = {values["file"]: values for values in answers}
    for name in ("letter.txt", "missing.png", "white.png"):
        assert set(answers.pop(name)) == {"file", "error"}
    for values in answers.values():
        assert set(values) == {"file", "digit", "probability", "probabilities", "is_digit"}
        assert len(values["probabilities"]) == 10
        assert sum(values["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert values["digit"] == int(np.argmax(values["probabilities"]))
        assert values["probability"] == pytest.approx(max(values["probabilities"]), abs=1e-4)
    right = [answers[name]["digit"] == digit for name, digit in expected.items()]
    assert np.mean(right) >= 0.7
    for i in range(12):
        assert len({answers[name]["digit"] for name in expected if name.startswith(f"{i:02}")}) == 1


def test_rows_of_digits_are_read_whole(place):
    """With --number each picture gives its text and every digit with its box; a bad file does not stop it."""
    from PIL import Image

    from tests.rows import row

    folder = place / "rows"
    folder.mkdir()
    Image.fromarray(255 - row("170")).save(folder / "paper.png")
    Image.fromarray(255 - row("1" * 50)).save(folder / "sums.png")
    (folder / "letter.txt").write_text("no picture")
    broken, number, long = lines(cnn(place, "classify", "rows", "--number", "--json"))
    assert set(broken) == set(long) == {"file", "error"}
    assert "more on this picture than one number" in long["error"]
    assert (number["file"], number["text"]) == ("paper.png", "170")
    assert [digit["digit"] for digit in number["digits"]] == [1, 7, 0]
    assert all(len(digit["probabilities"]) == 10 and digit["is_digit"] for digit in number["digits"])


@pytest.fixture
def sevens(tmp_path):
    """A folder with three pictures of the same 7."""
    from tests.rows import row

    for name in ("1.png", "2.png", "3.png"):
        Image.fromarray(255 - row("7")).save(tmp_path / name)
    return tmp_path


UNFORESEEN = IndexError("index 0 is out of bounds")


def failing_at_the_second_call(function, error=UNFORESEEN):
    """The same function, but for an error, by default of the kind that nobody foresees."""
    calls = itertools.count(1)

    def failing(*arguments):
        if next(calls) == 2:
            raise error
        return function(*arguments)

    return failing


@pytest.mark.parametrize(
    ("stage", "options"),
    [
        ("cnn.pictures.files.without_lines", []),
        ("cnn.pictures.preparation.prepare_drawing", []),
        ("cnn.network.classifier.Classifier.classify", []),
        ("cnn.pictures.segmentation.ink_of", ["--number"]),
        ("cnn.network.classifier.Classifier.answers", ["--number"]),
    ],
)
def test_a_fault_in_the_program_costs_one_picture(sevens, capsys, monkeypatch, stage, options):
    """Wherever the second of three pictures meets an IndexError, it gets a sentence, the others an answer."""
    monkeypatch.setattr(stage, failing_at_the_second_call(resolve_name(stage)))
    assert main(["classify", str(sevens), *options, "--json"]) == 0
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert set(second) == {"file", "error"}
    assert second["file"] == "2.png"
    assert "fault in the program (IndexError)" in second["error"]
    assert first == third | {"file": "1.png"}
    assert "error" not in first


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UNFORESEEN, "This picture was to be read, but led to a fault in the program (IndexError)."),
        (ModelError("The model has no answer."), "The model has no answer."),
    ],
)
def test_whatever_one_picture_leads_to_is_told_in_words(sevens, capsys, monkeypatch, error, sentence):
    """Without `--json` it is a line beside the others' answers, and no traceback shows anywhere."""
    stage = "cnn.network.classifier.Classifier.classify"
    monkeypatch.setattr(stage, failing_at_the_second_call(resolve_name(stage), error))
    assert main(["classify", str(sevens)]) == 0
    shown = capsys.readouterr()
    first, second, third = shown.out.splitlines()
    assert first.startswith("1.png: 7 (")
    assert second.startswith(f"2.png: {sentence}")
    assert third.startswith("3.png: 7 (")
    assert "Traceback" not in shown.err


def test_an_interrupted_training_is_kept(place):
    """Ctrl+C ends a training within its epoch; the model is tested and saved under the recipe's name."""
    with subprocess.Popen(
        [sys.executable, "-m", "cnn", "train", "--recipe", "conv32", "--dataset", "fashion_mnist",
         "--epochs", "200", "--json"],
        env=environment(place),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    *others, last = map(json.loads, out.splitlines())
    assert (process.returncode, err) == (0, "")
    assert first["epoch"] == 1
    assert len(others) < 150
    assert last["model"] == str(place / "models" / "conv32")
    record = json.loads((place / "models" / "conv32" / "record.json").read_text())
    assert record["stopped"] is True
    assert len(record["history"]) == len(others) + 1
