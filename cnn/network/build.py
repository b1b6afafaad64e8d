"""From a `TrainConfig` to a Keras network, and from a saved model back to one."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import keras

from cnn.errors import ModelBroken
from cnn.i18n import N_
from cnn.models.record import ModelRecord
from cnn.network import compat
from cnn.network.weights import check_weights
from cnn.training.layers import KERAS_CLASSES, Shape, check_layers
from cnn.training.recipes import CLIMB_SHARE, START_SHARE, TrainConfig

LAYERS = {kind: getattr(keras.layers, name) for kind, name in KERAS_CLASSES.items()}
OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
    "adadelta": keras.optimizers.Adadelta,
    "sgd": keras.optimizers.SGD,
}


def build(config: TrainConfig, input_shape: Shape, classes: int, *, steps: int | None = None) -> keras.Model:
    """The network of `config`, compiled, with new weights.

    It takes float32 images (N, height, width, channels) in [0, 1] and gives float32 probabilities
    (N, classes). Layers are named by kind and number, as `conv2d_1`; the last one is `output`.

    Args:
        config: the layers, the optimizer and its learning rate.
        input_shape: (height, width, channels).
        classes: the output's units.
        steps: how many batches the whole training has; the one-cycle schedule needs it. Without
            it the learning rate stays constant.

    Raises:
        ConfigError: a layer cannot stand where it stands, or the network is larger than the
            setting `max_parameters` allows.
    """
    model = _network(config, input_shape, classes)
    _compile(model, config, steps)
    return model


def load(record: ModelRecord, keras_file: Path) -> keras.Model:
    """The network of a saved model, compiled, with its weights.

    The network is built from the record; of the `.keras` file only numbers are read, so nothing
    that a foreign file contains is ever run. A file with more than numbers in it is refused.

    Args:
        record: the model's record, with its config.
        keras_file: the model's `.keras` file.

    Raises:
        ModelBroken: there is no config, or the file is no `.keras` file or of another network.
    """
    if record.config is None:
        raise ModelBroken(N_("The model {name} does not say what network it is."), name=record.name)
    model = _network(record.config, record.input_shape, len(record.class_names) + record.reject_class)
    _read_weights(model, record.name, keras_file)
    _compile(model, record.config, None)
    return model


def keras_file(model: keras.Model) -> bytes:
    """A network with its optimizer's state as the bytes of a `.keras` file.

    Made in memory: a full disk loses nothing, and makes HDF5 end the process where it writes there itself.
    """
    content = io.BytesIO()
    compat.write_keras(model, content)
    return content.getvalue()


def set_weights(model: keras.Model, name: str, keras_file: bytes) -> None:
    """Give a network the weights of a saved one of the same layers.

    Args:
        model: as `build` makes it.
        name: the saved model's, for what is said where they do not fit.
        keras_file: the bytes of its `.keras` file, of which only numbers are read.

    Raises:
        ModelBroken: the bytes are no `.keras` file or of another network.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(keras_file)
        _read_weights(model, name, path)


def _read_weights(model: keras.Model, name: str, keras_file: Path) -> None:
    try:
        check_weights(keras_file)
        model.load_weights(keras_file)
    except ModelBroken:
        raise
    except Exception as error:  # a broken file raises whatever zipfile, HDF5 and Keras stumble over
        raise ModelBroken(
            N_(
                "The file {file} does not hold the weights of the model {name}. Restore it, or train the "
                "model again."
            ),
            file=keras_file.name,
            name=name,
        ) from error


def _network(config: TrainConfig, input_shape: Shape, classes: int) -> keras.Model:
    _rows, mistake = check_layers(config.layers, input_shape, classes)
    if mistake is not None:
        raise mistake
    numbers: dict[str, int] = {}
    model = keras.Sequential([keras.Input(input_shape, name="image")], name="network")
    for layer in config.layers:
        numbers[layer.kind] = numbers.get(layer.kind, 0) + 1
        name = f"{layer.kind}_{numbers[layer.kind]}"
        # A layer's settings bear the names of Keras's arguments.
        model.add(LAYERS[layer.kind](**layer.model_dump(exclude={"kind"}), name=name))
    model.add(keras.layers.Dense(classes, activation="softmax", name="output"))
    return model


def _compile(model: keras.Model, config: TrainConfig, steps: int | None) -> None:
    rate: float | keras.optimizers.schedules.LearningRateSchedule = config.learning_rate
    if config.schedule == "one_cycle" and steps is not None:
        rate = _one_cycle(config.learning_rate, steps)
    model.compile(
        optimizer=OPTIMIZERS[config.optimizer](learning_rate=rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        # XLA makes an epoch on a CPU several times slower.
        jit_compile=False,
    )


def _one_cycle(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    climb = max(1, round(CLIMB_SHARE * steps))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=START_SHARE * peak,
        warmup_target=peak,
        warmup_steps=climb,
        decay_steps=max(1, steps - climb),
    )
