"""`cnn.network.inspector` and `cnn.insight.activations`: what is shown is what the network computes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.errors import ConfigError, ModelBroken, PictureError
from cnn.insight.activations import receptive_field
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from cnn.network.build import build, load
from cnn.network.fitting import fit
from cnn.network.inspector import Inspector
from cnn.training.layers import (
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    layer_table,
)
from cnn.training.recipes import RECIPES
from tests.arithmetic import before_activation
from tests.networks import SHAPES, digits, random_image, small_config, stirred
from tests.strategies import proper_layers

PER_LAYER = 12


@pytest.fixture(scope="module")
def trained():
    """The inspector of a network that reads digits, and the network."""
    result = fit(small_config(epochs=3), digits())
    model = build(result.config, (28, 28, 1), 10)
    model.set_weights(_weights_of(result))
    return Inspector(model), model


def _weights_of(result):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(result.keras_file)
        return keras.models.load_model(path).get_weights()


def convolved_in_loops(inputs, kernel, bias, stride, same):
    """A convolution written out: for each place, each filter, each weight."""
    size, channels = kernel.shape[0], kernel.shape[3]
    if same:
        outs = [-(-side // stride) for side in inputs.shape[:2]]
        missing = [
            max((out - 1) * stride + size - side, 0) for out, side in zip(outs, inputs.shape, strict=False)
        ]
        around = [(lack // 2, lack - lack // 2) for lack in missing]
        inputs = np.pad(inputs, [*around, (0, 0)])
    else:
        outs = [(side - size) // stride + 1 for side in inputs.shape[:2]]
    result = np.zeros((*outs, channels))
    for row in range(outs[0]):
        for column in range(outs[1]):
            patch = inputs[row * stride : row * stride + size, column * stride : column * stride + size]
            for channel in range(channels):
                result[row, column, channel] = (patch * kernel[..., channel]).sum() + bias[channel]
    return result


@pytest.mark.parametrize("name", RECIPES)
def test_a_look_equals_keras_and_loops(name):
    """For each recipe every layer's output is Keras's own, and every convolution that of plain loops."""
    config = RECIPES[name].config
    model = stirred(build(config, SHAPES[config.dataset], 10))
    inspector = Inspector(model)
    image = random_image(SHAPES[config.dataset])
    forward = inspector.forward_pass(image)
    outputs = keras.Model(model.inputs, [layer.output for layer in model.layers]).predict(
        image[None], verbose=0
    )
    for number, (facts, values, output) in enumerate(
        zip(inspector.layers, forward.layers, outputs, strict=True)
    ):
        assert values.output == pytest.approx(output[0], abs=1e-4, rel=1e-4)
        if facts.kind == "conv2d":
            layer = config.layers[number]
            same = layer.padding == "same"
            expected = convolved_in_loops(
                forward.input_of(number), facts.kernel, facts.bias, layer.strides, same
            )
            assert values.before == pytest.approx(expected, abs=1e-4, rel=1e-4)
    assert forward.probabilities.sum() == pytest.approx(1, abs=1e-5)


def check_the_arithmetic(model, image, random, **tolerance):
    """At corners and random places of every layer, input and weights give the value; all are Keras's."""
    inspector = Inspector(model)
    forward = inspector.forward_pass(image)
    every = keras.Model(model.inputs, [layer.output for layer in model.layers])
    outputs = [output[0] for output in every.predict(image.reshape(1, *model.input_shape[1:]), verbose=0)]
    for number, (facts, values) in enumerate(zip(inspector.layers, forward.layers, strict=True)):
        corners = [tuple(0 for _ in facts.output_shape), tuple(side - 1 for side in facts.output_shape)]
        others = [tuple(int(i) for i in random.integers(facts.output_shape)) for _ in range(PER_LAYER)]
        for pixel in corners + others:
            expected = before_activation(facts, forward.input_of(number), pixel)
            assert values.before[pixel] == pytest.approx(expected, **tolerance)
        activated = keras.activations.get(facts.activation)(values.before[None])[0]
        for expected in (activated, outputs[number]):
            assert np.allclose(values.output, expected, atol=tolerance["abs"], rtol=tolerance["rel"])
    assert facts.activation == "softmax"


@pytest.mark.parametrize("name", RECIPES)
def test_the_arithmetic_gives_what_keras_gives(name):
    """For every layer of every recipe, as it begins, input and weights give Keras's values, to 1e-4."""
    config = RECIPES[name].config
    shape = SHAPES[config.dataset]
    check_the_arithmetic(
        build(config, shape, 10), random_image(shape, seed=1), np.random.default_rng(2), abs=1e-4, rel=0
    )


@pytest.mark.parametrize("name", RECIPES)
def test_the_arithmetic_holds_for_any_weights(name):
    """The same where no bias and no scale is trivial and values are large, as a share of the value."""
    config = RECIPES[name].config
    shape = SHAPES[config.dataset]
    model = stirred(build(config, shape, 10))
    check_the_arithmetic(model, random_image(shape, seed=1), np.random.default_rng(2), abs=1e-4, rel=1e-4)


@pytest.mark.parametrize("number", [0, 100, 200])
def test_the_arithmetic_of_the_shipped_model(number):
    """On real digits the shipped network's weights give Keras's values, to 1e-4."""
    shipped = model_store().folder_of(SHIPPED)
    model = load(shipped.record(), shipped.keras_path())
    image = digits().x_test[number] / np.float32(255)
    check_the_arithmetic(model, image, np.random.default_rng(number), abs=1e-4, rel=1e-5)


@settings(max_examples=15)
@given(layers=proper_layers(), side=st.integers(12, 18), seed=st.integers(0, 99))
def test_the_arithmetic_holds_for_any_network(layers, side, seed):
    """With any kernel, stride, padding, pool and activation, input and weights give Keras's values."""
    try:
        layer_table(layers, (side, side, 2), 4)
    except ConfigError:
        return
    model = stirred(build(small_config(layers=layers), (side, side, 2), 4), seed)
    image = random_image((side, side, 2), seed)
    check_the_arithmetic(model, image, np.random.default_rng(seed), abs=1e-3, rel=1e-3)


FIELD_NETWORKS = {
    "valid": (
        Conv2D(filters=2),
        AveragePool2D(),
        Conv2D(filters=3),
        Flatten(),
    ),
    "same": (
        Conv2D(filters=2, kernel_size=5, padding="same"),
        MaxPool2D(),
        BatchNormalization(),
        Conv2D(filters=2, kernel_size=2, padding="same"),
        MaxPool2D(pool_size=3),
        Dropout(),
        Flatten(),
        Dense(units=3),
    ),
    "strides": (
        Conv2D(filters=2, kernel_size=4, strides=3, padding="same"),
        Conv2D(filters=2, strides=2),
        Flatten(),
    ),
}


@pytest.mark.parametrize("name", FIELD_NETWORKS)
def test_the_receptive_field_is_where_the_gradient_is(name):
    """The box computed from windows, strides and paddings is the box of the pixels that matter."""
    # With positive weights, no activation, and means in place of maxima, every pixel that can matter does.
    layers = tuple(_everything_matters(layer) for layer in FIELD_NETWORKS[name])
    model = build(small_config(layers=layers), (20, 22, 1), 4)
    model.set_weights([np.abs(weights) + 0.1 for weights in model.get_weights()])
    inspector = Inspector(model)
    image = tf.constant(random_image((1, 20, 22, 1)))
    random = np.random.default_rng(0)
    for number, facts in enumerate(inspector.layers[:-1]):
        part = keras.Model(model.inputs, model.layers[number].output)
        for _ in range(6):
            pixel = tuple(int(i) for i in random.integers(facts.output_shape))
            with tf.GradientTape() as tape:
                tape.watch(image)
                value = part(image)[(0, *pixel)]
            rows, columns = np.nonzero(tape.gradient(value, image)[0, ..., 0])
            expected = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
            assert receptive_field(inspector.layers, number, pixel) == expected


def _everything_matters(layer):
    if isinstance(layer, MaxPool2D):
        return AveragePool2D(pool_size=layer.pool_size)
    return layer.model_copy(update={"activation": "linear"}) if hasattr(layer, "activation") else layer


def test_a_unit_after_a_dense_layer_sees_the_whole_image():
    """Behind the flattened vector a dense unit depends on every pixel."""
    model = build(RECIPES["conv32-conv32"].config, (28, 28, 1), 10)
    layers = Inspector(model).layers
    assert receptive_field(layers, len(layers) - 1, (3,)) == (0, 0, 28, 28)


def test_evidence_adds_up_to_the_score(trained):
    """What the pixels add is the difference of the score from a black image's, to a few per cent."""
    inspector, model = trained
    hidden = keras.Model(model.inputs, model.layers[-1].input)
    kernel, bias = model.layers[-1].get_weights()
    for number in range(8):
        image = digits().x_test[number, ..., None] / np.float32(255)
        label = int(digits().y_test[number])
        evidence = inspector.evidence(image, label)
        scores = hidden.predict(np.stack([image, 0 * image]), verbose=0) @ kernel + bias
        assert [evidence.score, evidence.black_score] == pytest.approx(scores[:, label], abs=1e-4)
        whole = evidence.score - evidence.black_score
        assert evidence.pixels.sum() == pytest.approx(whole, rel=0.05, abs=0.1)


def test_evidence_is_only_where_something_is_drawn(trained):
    """Black pixels have none, and another class has other evidence."""
    inspector, _ = trained
    image = digits().x_test[0] / np.float32(255)
    first, second = inspector.evidence(image, 3), inspector.evidence(image, 8)
    assert first.pixels.shape == (28, 28)
    assert (first.pixels[image == 0] == 0).all()
    assert not np.allclose(first.pixels, second.pixels)


def test_the_strongest_images_are_those_of_the_largest_output(trained):
    """The images, values and places are what one finds by looking at every image's map."""
    inspector, model = trained
    maps = keras.Model(model.inputs, model.layers[0].output).predict(
        digits().x_test[..., None] / np.float32(255), verbose=0
    )[..., 5]
    found = inspector.strongest("conv2d_1", 5, digits().x_test, count=7)
    assert found.values == pytest.approx(np.sort(maps.max(axis=(1, 2)))[::-1][:7], abs=1e-5)
    for image, value, (row, column) in zip(found.images, found.values, found.pixels, strict=True):
        assert maps[image, row, column] == pytest.approx(value, abs=1e-5)


def test_what_is_not_there_is_said(trained):
    """A picture, class, layer, map or pixel that cannot be ends in a sentence."""
    inspector, _ = trained
    with pytest.raises(PictureError, match="32×32×3"):
        inspector.forward_pass(np.zeros((32, 32, 3), np.float32))
    with pytest.raises(ConfigError, match="class 10"):
        inspector.evidence(np.zeros((28, 28), np.float32), 10)
    with pytest.raises(ConfigError, match="conv2d_1"):
        inspector.strongest("dense_1", 0, digits().x_test)
    with pytest.raises(ConfigError, match="8 maps"):
        inspector.strongest("conv2d_1", 8, digits().x_test)
    with pytest.raises(ConfigError, match="13×13×8"):
        receptive_field(inspector.layers, 0, (13, 0, 0))


def test_networks_of_another_kind_are_refused():
    """Branches, and layers that this app never builds, are refused with a reason."""
    image = keras.Input((8, 8, 1))
    vector = keras.layers.Flatten()(image)
    with pytest.raises(ModelBroken, match="no sequence"):
        Inspector(keras.Model(image, [vector, vector]))
    with pytest.raises(ModelBroken, match="UpSampling2D"):
        Inspector(keras.Sequential([image, keras.layers.UpSampling2D()]))
