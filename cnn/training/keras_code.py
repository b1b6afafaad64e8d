"""A training as plain Keras code: to read, to run alone, as a script or as a notebook.

The code needs TensorFlow and nothing of this project. With the same seed it gives the same result as
`cnn.network.fitting`: the same images in the same order, the same first weights and dropouts, the same
steps. Where images are distorted, the definitions that do it are copied from this project's own sources.
Nothing here needs Keras.
"""

import ast
import json
import re
from collections.abc import Iterator
from importlib import resources

from cnn.data.datasets import classes_of, shape_of
from cnn.training.layers import Flatten, Layer, kind_of
from cnn.training.recipes import CLIMB_SHARE, RECIPES, START_SHARE, TrainConfig, check_distortions

_OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "adadelta": "Adadelta", "sgd": "SGD"}
_KERAS_DEFAULTS = {"strides": 1, "padding": "valid", "activation": "linear", "momentum": 0.99}


def keras_code(config: TrainConfig) -> str:
    """The training as a Python script, in cells that begin with `# %%`.

    Run where Keras finds or fetches its data sets, or with `CNN_DATA_DIR` naming a folder that has the
    `.npz` file. It leaves `model`, `history` and the test figures `loss` and `accuracy`, and writes
    `model.keras`. Of a network that ends its convolutions with one `Flatten`, it also leaves and writes
    `convolutional_part` and `classifying_part`, and leaves `confusion`, int (classes, classes).

    Raises:
        ConfigError: drawings' distortions are asked for on images that are no drawings.
    """
    check_distortions(config, shape_of(config.dataset))
    copied = _Excerpt(*_DISTORTIONS) if config.as_people_draw else None
    cells = (
        _head(config, copied),
        _data(config),
        _network(config),
        _steps(config),
        # Long, so after what a reader came for, and before what calls it.
        *([] if copied is None else [f"# %% Images distorted as people draw{copied.definitions}"]),
        _fit(config),
        *_parts(config),
    )
    return "\n\n".join(cells) + "\n"


def notebook(script: str) -> str:
    """A script's cells as a Jupyter notebook, in the JSON of nbformat 4.5.

    The format is a few keys, and the `nbformat` library would bring a JSON schema validator to write them.
    """
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": cell.strip("\n"),
        }
        for number, cell in enumerate(re.split(r"\n(?=# %%)", script), start=1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells},
        ensure_ascii=False,
        indent=1,
    )


def _head(config: TrainConfig, copied: "_Excerpt | None") -> str:
    what = f"The training `{config.recipe}`" if config.recipe in RECIPES else "A network of one's own"
    imports = {"import os", "import keras", "import numpy as np"} | (copied.imports if copied else set())
    if config.schedule == "one_cycle":
        imports.add("import math")
    packages = "tensorflow" + (" opencv-python-headless" if "import cv2" in imports else "")
    return f'''"""{what} as plain Keras code.

    pip install {packages}

Keras fetches the data. Without internet, let CNN_DATA_DIR name a folder with {config.dataset}.npz.
"""

# %% What is needed
{_sorted(imports)}

SEED = {config.seed}
BATCH_SIZE = {config.batch_size}
EPOCHS = {config.epochs}'''


_OTHERS = ("import cv2", "import keras", "import numpy", "import tensorflow", "from numpy")


def _sorted(imports: set[str]) -> str:
    """The standard library's imports, then the others; as formatters lay them out."""
    names: dict[str, list[str]] = {}
    for line in sorted(imports):
        module, _import, name = line.partition(" import ")
        names.setdefault(module, []).append(name)
    lines = [
        f"{module} import {', '.join(taken)}" if any(taken) else module for module, taken in names.items()
    ]
    lines.sort(key=lambda line: (line.startswith(_OTHERS), line.startswith("from"), line))
    others = [line for line in lines if line.startswith(_OTHERS)]
    return "\n".join([*lines[: -len(others)], "", *others])


def _data(config: TrainConfig) -> str:
    name = config.dataset
    return "\n".join(
        [
            f'''# %% The images and their labels
folder = os.environ.get("CNN_DATA_DIR")
if folder:
    with np.load(os.path.join(folder, "{name}.npz")) as file:
        x_train, y_train, x_test, y_test = (file[name] for name in ("x_train", "y_train", "x_test", "y_test"))
else:
    (x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()
y_train, y_test = y_train.ravel().astype("int64"), y_test.ravel().astype("int64")''',
            *_chosen(config),
            *_scaled(config),
        ]
    )


def _chosen(config: TrainConfig) -> Iterator[str]:
    """What `cnn.network.shares.shares` does."""
    if config.train_images is None and config.validation == "test":
        return
    if config.train_images is not None:
        yield "\n# The seed says which images are taken."
        yield f"if {config.train_images} < len(x_train):"
        yield f"    chosen = np.random.default_rng(SEED).permutation(len(x_train))[:{config.train_images}]"
        yield "    x_train, y_train = x_train[chosen], y_train[chosen]"
    if config.validation == "test":
        return
    yield "\n# The seed says which images validate, in the way of scikit-learn's `train_test_split`."
    yield f"held_out = min(max(1, round({config.validation!r} * len(x_train))), len(x_train) - 1)"
    yield "order = np.random.RandomState(SEED).permutation(len(x_train))"
    yield "validating, training = order[:held_out], order[held_out:]"
    yield "x_val, y_val = x_train[validating], y_train[validating]"
    yield "x_train, y_train = x_train[training], y_train[training]"


def _scaled(config: TrainConfig) -> Iterator[str]:
    names = ["x_test"] if config.validation == "test" else ["x_val", "x_test"]
    if config.as_people_draw:
        yield "\n# Bytes become numbers from 0 to 1; those of training images when their batch's turn comes."
    else:
        yield "\n# Bytes become numbers from 0 to 1."
        names.insert(0, "x_train")
    channel = "[..., np.newaxis]" if shape_of(config.dataset)[2] == 1 else ""
    for name in names:
        yield f"{name} = {name}{channel} / np.float32(255)"


def _network(config: TrainConfig) -> str:
    layers = "\n".join(f"        {_call(layer)}," for layer in config.layers)
    return f"""# %% The network; its first weights and its dropouts follow from the seed
keras.utils.set_random_seed(SEED)
model = keras.Sequential(
    [
        keras.Input({shape_of(config.dataset)}),
{layers}
        keras.layers.Dense({classes_of(config.dataset)}, activation="softmax"),
    ]
)
model.summary()"""


def _call(layer: Layer) -> str:
    settings = layer.model_dump(exclude={"kind"})
    # The settings bear the names of Keras's arguments.
    told = [
        f"{name}={json.dumps(value) if isinstance(value, str) else repr(value)}"
        for name, value in settings.items()
        if _KERAS_DEFAULTS.get(name) != value
    ]
    return f"keras.layers.{kind_of(layer)}({', '.join(told)})"


def _steps(config: TrainConfig) -> str:
    rate = repr(config.learning_rate)
    schedule = ""
    if config.schedule == "one_cycle":
        schedule = f"""# The learning rate climbs to its peak and falls in a cosine to nothing.
steps = math.ceil(len(x_train) / BATCH_SIZE) * EPOCHS
climb = max(1, round({CLIMB_SHARE} * steps))
learning_rate = keras.optimizers.schedules.CosineDecay(
    initial_learning_rate={START_SHARE} * {rate},
    warmup_target={rate},
    warmup_steps=climb,
    decay_steps=max(1, steps - climb),
)
"""
        rate = "learning_rate"
    return f"""# %% How it learns
{schedule}model.compile(
    optimizer=keras.optimizers.{_OPTIMIZERS[config.optimizer]}(learning_rate={rate}),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=False,  # on a CPU, XLA makes an epoch several times slower
)"""


def _fit(config: TrainConfig) -> str:
    return "\n".join(["# %% Training", *_stopping(config), *_fit_call(config), _OUTCOME])


_OUTCOME = """
# %% What came of it
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"{accuracy:.2%} of the test images right, loss {loss:.4f}")
model.save("model.keras")"""


def _parts(config: TrainConfig) -> Iterator[str]:
    """The network cut in two before its `Flatten`; nothing where there is no such place, or several."""
    cuts = [number for number, layer in enumerate(config.layers) if isinstance(layer, Flatten)]
    if len(cuts) != 1 or cuts == [0]:
        return
    [cut], classes = cuts, classes_of(config.dataset)
    yield f"""# %% The part that finds features and the part that judges by them, each a model of its own
convolutional_part = keras.Sequential([keras.Input({shape_of(config.dataset)}), *model.layers[:{cut}]])
features = convolutional_part.predict(x_test, verbose=0)
classifying_part = keras.Sequential([keras.Input(features.shape[1:]), *model.layers[{cut}:]])
predicted = classifying_part.predict(features, verbose=0).argmax(axis=1)
convolutional_part.save("convolutional_part.keras")
classifying_part.save("classifying_part.keras")

# %% What was taken for what: a row for each class, a column for what the network said
confusion = np.zeros(({classes}, {classes}), int)
np.add.at(confusion, (y_test, predicted), 1)
print(confusion)"""


def _stopping(config: TrainConfig) -> Iterator[str]:
    if not (config.early_stopping or config.keep_best):
        return
    yield "stopping = keras.callbacks.EarlyStopping("
    yield '    monitor="val_loss",'
    yield f"    patience={config.patience if config.early_stopping else 'EPOCHS'},"
    yield f"    restore_best_weights={config.keep_best},"
    yield ")"


def _fit_call(config: TrainConfig) -> Iterator[str]:
    yield "history = model.fit("
    if config.as_people_draw:
        # Only digits have other styles of writing, so only their labels are told.
        distort = "distort" if config.dataset == "mnist" else "lambda images, labels: distort(images)"
        yield f"    training_batches(x_train, y_train, BATCH_SIZE, distort={distort}),"
        yield "    shuffle=False,  # the batches are"
    else:
        yield "    x_train,"
        yield "    y_train,"
        yield "    batch_size=BATCH_SIZE,"
    yield "    epochs=EPOCHS,"
    yield f"    validation_data={'(x_test, y_test)' if config.validation == 'test' else '(x_val, y_val)'},"
    if config.early_stopping or config.keep_best:
        yield "    callbacks=[stopping],"
    yield ")"


_MODULES = ("pictures/strokes.py", "pictures/styles.py", "network/distortions.py", "network/batches.py")
_DISTORTIONS = ("distort", "training_batches")


class _Excerpt:
    """Definitions of this project with all that they need.

    Attributes:
        definitions: their text, each after those of its module that stand before it.
        imports: the lines that they need, without this project's own modules.
    """

    def __init__(self, *wanted: str) -> None:
        texts: dict[str, str] = {}
        needs: dict[str, set[str]] = {}
        imports: dict[str, str] = {}
        for module in _MODULES:
            source = resources.files("cnn").joinpath(module).read_text(encoding="utf-8")
            for node, text in _statements(source):
                names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                for name in _bound(node):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        imports[name] = text
                    else:
                        texts[name], needs[name] = text, names
        reached, left = set[str](), set(wanted)
        while left:
            reached |= left
            left = {name for one in left for name in needs.get(one, ())} - reached
        self.definitions = "".join(
            ("\n\n\n" if text.startswith(("def ", "@")) else "\n") + text
            # Where a statement defines several names, it stands there once.
            for text in dict.fromkeys(text for name, text in texts.items() if name in reached)
        )
        self.imports = {text for name, text in imports.items() if name in reached and name not in texts}


def _statements(source: str) -> Iterator[tuple[ast.stmt, str]]:
    """The statements of a module with their text; imports one name a line, comments above included."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield ast.ImportFrom(node.module, [alias], 0), f"from {node.module} import {alias.name}"
            continue
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1
        while first and lines[first - 1].startswith("#"):
            first -= 1
        yield node, "\n".join(lines[first : node.end_lineno])


def _bound(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module defines."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name for alias in node.names]
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [
                name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)
            ]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []
