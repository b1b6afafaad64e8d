"""Random inputs, for all tests."""

import io
import string
import zipfile

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnn.training import recipes
from cnn.training.announcements import Epoch, TrainedModel
from cnn.training.layers import (
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
)

ACTIVATIONS = ("relu", "linear", "tanh", "sigmoid", "elu", "gelu", "swish")
activations = st.sampled_from(ACTIVATIONS)

convolutions = st.builds(
    Conv2D,
    filters=st.integers(1, 8),
    kernel_size=st.integers(1, 5),
    strides=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same"]),
    activation=activations,
)
poolings = st.builds(MaxPool2D, pool_size=st.integers(1, 3)) | st.builds(
    AveragePool2D, pool_size=st.integers(1, 3)
)
dropouts = st.builds(Dropout, rate=st.floats(0, 0.9))
normalizations = st.builds(BatchNormalization, momentum=st.floats(0, 0.99))
denses = st.builds(Dense, units=st.integers(1, 32), activation=activations)
any_layer = convolutions | poolings | dropouts | normalizations | denses | st.just(Flatten())

image_shapes = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 4))

# Any list at all: most cannot be built.
any_layers = st.lists(any_layer, max_size=8).map(tuple)


@st.composite
def proper_layers(draw: st.DrawFn) -> tuple[Layer, ...]:
    """Layers in the order of a network: maps, Flatten, vectors. Windows may still be too large."""
    maps = draw(st.lists(convolutions | poolings | dropouts | normalizations, max_size=5))
    vectors = draw(st.lists(denses | dropouts | normalizations, max_size=3))
    return (*maps, Flatten(), *vectors)


configs = st.builds(
    recipes.TrainConfig,
    recipe=st.text(string.ascii_lowercase + "-", max_size=20),
    dataset=st.sampled_from(["mnist", "fashion_mnist", "cifar10"]),
    layers=proper_layers(),
    optimizer=st.sampled_from(["adam", "rmsprop", "adadelta", "sgd"]),
    learning_rate=st.floats(1e-6, 10),
    schedule=st.sampled_from(["constant", "one_cycle"]),
    batch_size=st.integers(1, 4096),
    epochs=st.integers(1, 200),
    validation=st.just("test") | st.floats(0.01, 0.99),
    train_images=st.none() | st.integers(100, 60_000),
    seed=st.integers(0, 2**31 - 1),
    early_stopping=st.booleans(),
    patience=st.integers(1, 200),
    keep_best=st.booleans(),
    as_people_draw=st.booleans(),
)

shares = st.floats(0, 1)
epochs = st.builds(
    Epoch,
    epoch=st.integers(1, 200),
    loss=st.floats(0),
    accuracy=shares,
    val_loss=st.floats(0),
    val_accuracy=shares,
    seconds=st.floats(0, 1e6),
)


def keras_file(**members: bytes) -> bytes:
    """The bytes of a zip archive with the parts of a `.keras` file, without a network in it.

    Args:
        **members: other contents, by the parts' names without their endings.
    """
    parts = {"metadata": b"{}", "config": b"{}", "weights": b""} | members
    names = {"metadata": "metadata.json", "config": "config.json", "weights": "model.weights.h5"}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part, name in names.items():
            archive.writestr(name, parts[part])
    return content.getvalue()


HOLLOW = keras_file()

trained_models = st.builds(
    TrainedModel,
    config=configs,
    keras_file=st.just(HOLLOW),
    history=st.lists(epochs, max_size=4).map(tuple),
    filters=st.none()
    | hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 3), *[st.integers(1, 3)] * 4),
        elements=st.floats(-9, 9, width=32),
    ),
    test_accuracy=shares,
    test_loss=st.floats(0, 1e6),
    parameters=st.integers(1, 10**8),
    fit_seconds=st.floats(0, 1e6),
    data_name=st.sampled_from(["mnist", "fashion_mnist", "cifar10", "uci_digits"]),
    data_sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    input_shape=st.sampled_from([(28, 28, 1), (32, 32, 3)]),
    class_names=st.lists(st.text(min_size=1, max_size=9), min_size=2, max_size=12).map(tuple),
    stopped=st.booleans(),
)

# Letters of several scripts, and what paths, shells and web pages make something of.
names = st.text(st.characters(codec="utf-8") | st.sampled_from("../\\~$&;:*?\"'<>|\n\0 가나다"), max_size=80)
