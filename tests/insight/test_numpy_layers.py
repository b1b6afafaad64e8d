"""The concepts' arithmetic, against SciPy, Keras and loops."""

from fractions import Fraction
from itertools import pairwise
from math import e, log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.signal import correlate2d
from scipy.special import softmax

from cnn.errors import ConfigError, LayerError
from cnn.insight import numpy_layers
from cnn.insight.activations import LayerFacts, receptive_field
from cnn.insight.numpy_layers import KERNELS
from cnn.training.layers import AveragePool2D, Conv2D, MaxPool2D
from tests.arithmetic import before_activation
from tests.networks import digits

PADDINGS = st.one_of(st.sampled_from(["valid", "same"]), st.integers(0, 4))
RANDOM = np.random.default_rng(0)


def picture(height: int = 28, width: int = 28, channels: int = 1) -> np.ndarray:
    return RANDOM.random((height, width, channels), np.float32)


@given(size=st.integers(1, 40), window=st.integers(1, 9), stride=st.integers(1, 5), padding=PADDINGS)
def test_the_outputs_size_is_the_number_of_places(size, window, stride, padding):
    """The formula counts the places where a window that walks over image and zeros stands whole."""
    zeros = numpy_layers.zeros_around(size, window, stride, padding)
    around = size + sum(zeros)
    assume(window <= around)
    places = [start for start in range(0, around, stride) if start + window <= around]
    assert numpy_layers.output_size(size, window, stride, zeros) == len(places)


@given(size=st.integers(1, 40), window=st.integers(1, 9), stride=st.integers(1, 5))
def test_same_padding_is_tensorflows(size, window, stride):
    """ "same" gives size / stride places, rounded up, and the fewest zeros that do."""
    before, after = numpy_layers.zeros_around(size, window, stride, "same")
    assert numpy_layers.output_size(size, window, stride, (before, after)) == -(-size // stride)
    assert after - before in (0, 1)
    needed = (-(-size // stride) - 1) * stride + window
    assert before + after == max(needed - size, 0)


def test_a_window_that_does_not_fit_is_refused():
    """The error says what came and what there is."""
    with pytest.raises(ConfigError, match="window of 5 pixels does not fit into 3"):
        numpy_layers.output_size(3, 5, 1, (0, 0))


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_a_convolution_is_scipys_correlation(name, stride, zeros):
    """Each kernel at each stride gives every stride-th value of SciPy's correlation of the padded image."""
    image = picture(28, 20)
    facts = numpy_layers.convolution(image, KERNELS[name], stride, zeros)
    expected = correlate2d(np.pad(image[..., 0], zeros), KERNELS[name], mode="valid")[::stride, ::stride]
    output = numpy_layers.through(facts, image).layers[0].output
    assert output.shape == facts.output_shape
    np.testing.assert_allclose(output[..., 0], expected, atol=1e-5)


@given(
    side=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=PADDINGS,
    channels=st.sampled_from([1, 3]),
    seed=st.integers(0, 99),
)
def test_a_map_is_what_the_arithmetic_shows(side, stride, padding, channels, seed):
    """At every pixel, the map's value is the sum that the shown patch and kernel give, in any channels."""
    random = np.random.default_rng(seed)
    image = random.random((9, 12, channels), np.float32)
    facts = numpy_layers.convolution(image, random.random((side, side), np.float32), stride, padding)
    output = numpy_layers.through(facts, image).layers[0].output
    for pixel in np.ndindex(output.shape):
        assert output[pixel] == pytest.approx(before_activation(facts, image, pixel), abs=1e-4)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_is_keras_own(stride):
    """With "same", map and size are those of Keras's layer."""
    import keras

    image = picture(14, 9)
    facts = numpy_layers.convolution(image, KERNELS["diagonal"], stride, "same")
    layer = keras.layers.Conv2D(1, 3, strides=stride, padding="same")
    layer.build((None, 14, 9, 1))
    layer.set_weights([facts.kernel, facts.bias])
    output = numpy_layers.through(facts, image).layers[0].output
    np.testing.assert_allclose(output, layer(image[np.newaxis]).numpy()[0], atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pooling_keeps_the_largest_of_each_window(size):
    """A loop over the windows finds the same."""
    image = picture(13, 11)
    [facts] = numpy_layers.stack([MaxPool2D(pool_size=size)], image.shape)
    output = numpy_layers.through(facts, image).layers[0].output
    for row, column, _ in np.ndindex(output.shape):
        window = image[row * size : (row + 1) * size, column * size : (column + 1) * size]
        assert output[row, column, 0] == window.max()
    assert output.shape == (13 // size, 11 // size, 1)


def test_kernels_do_what_their_names_say():
    """An edge kernel answers its edge and no flat image; blurring keeps a flat image, sharpening too."""
    image = np.zeros((9, 9, 1), np.float32)
    image[:4] = 1

    def answer(name: str, of: np.ndarray) -> np.ndarray:
        return numpy_layers.through(numpy_layers.convolution(of, KERNELS[name]), of).layers[0].output

    assert answer("horizontal", image).max() == 3
    assert answer("vertical", image).max() == 0
    assert answer("vertical", image.transpose(1, 0, 2)).max() == 3
    assert answer("diagonal", np.tri(9, dtype=np.float32)[..., np.newaxis]).min() == -3
    flat = np.ones((5, 5, 1), np.float32)
    for name in ("horizontal", "vertical", "diagonal"):
        assert not answer(name, flat).any()
    for name in ("blur", "sharpen"):
        np.testing.assert_allclose(answer(name, flat), 1, atol=1e-6)


LAYERS = st.lists(
    st.one_of(
        st.builds(
            Conv2D,
            filters=st.just(1),
            kernel_size=st.integers(1, 5),
            strides=st.integers(1, 3),
            padding=st.sampled_from(["valid", "same"]),
        ),
        st.builds(MaxPool2D, pool_size=st.integers(1, 3)),
        st.builds(AveragePool2D, pool_size=st.integers(1, 3)),
    ),
    min_size=1,
    max_size=4,
)


@given(layers=LAYERS)
def test_a_receptive_field_is_what_a_change_reaches(layers):
    """Light on a pixel of the image changes the middle of the last map exactly if it is in the field."""
    try:
        facts = numpy_layers.stack(layers, (16, 16, 1))
    except LayerError:
        assume(False)
    pixel = (facts[-1].output_shape[0] // 2, facts[-1].output_shape[1] // 2, 0)
    top, left, bottom, right = receptive_field(facts, len(facts) - 1, pixel)
    touched = _back(facts, pixel)
    if all(each.stride <= each.window for each in facts):
        assert {row for row, _ in touched} == set(range(top, bottom))
        assert {column for _, column in touched} == set(range(left, right))
    else:
        assert min(touched) == (top, left)
        assert max(touched) == (bottom - 1, right - 1)


def _back(facts: tuple[LayerFacts, ...], pixel: tuple[int, ...]) -> set[tuple[int, int]]:
    """All pixels of the image that a value is made of, gathered one by one."""
    seen = {pixel[:2]}
    for layer in reversed(facts):
        seen = {
            (row * layer.stride - layer.padding[0] + down, column * layer.stride - layer.padding[1] + right)
            for row, column in seen
            for down in range(layer.window)
            for right in range(layer.window)
        }
        height, width = layer.input_shape[:2]
        seen = {(row, column) for row, column in seen if 0 <= row < height and 0 <= column < width}
    return seen


@given(layers=LAYERS)
def test_a_stack_has_the_layer_tables_shapes(layers):
    """Each layer gets what the one before it gives; of a stack that does not fit, those before fit."""
    try:
        facts = numpy_layers.stack(layers, (16, 16, 1))
    except LayerError as error:
        layers = layers[: error.values["number"] - 1]
        facts = numpy_layers.stack(layers, (16, 16, 1))
    assert len(facts) == len(layers)
    for before, after in pairwise(facts):
        assert before.output_shape == after.input_shape


@given(down=st.integers(-9, 9), right=st.integers(-9, 9))
def test_a_shift_moves_every_pixel(down, right):
    """A pixel that stays within lies so far on; everything else is zero."""
    images = np.arange(1, 2 * 6 * 7 + 1).reshape(2, 6, 7)
    moved = numpy_layers.shifted(images, down, right)
    for number, row, column in np.ndindex(images.shape):
        before = row - down, column - right
        inside = 0 <= before[0] < 6 and 0 <= before[1] < 7
        assert moved[number, row, column] == (images[number, *before] if inside else 0)


def test_eight_ways_lead_away():
    """All ways of a distance differ and are as far, along or across; none leads nowhere."""
    assert numpy_layers.ways(0) == [(0, 0)]
    for distance in (1, 4):
        ways = numpy_layers.ways(distance)
        assert len(set(ways)) == 8
        assert all(max(map(abs, way)) == distance for way in ways)


def test_alike_is_the_cosine():
    """Equal pictures are alike whatever their brightness, pictures without common light not at all."""
    first = picture()
    assert numpy_layers.alike(first, 0.5 * first) == pytest.approx(1)
    left, right = np.zeros((2, 4, 4), np.float32)
    left[:, 0], right[:, 1] = 1, 1
    assert numpy_layers.alike(left, right) == 0
    assert numpy_layers.alike(left, np.zeros_like(left)) == 0


def test_pooled_digits_are_more_alike_after_a_shift():
    """What the page says of pooling holds on real digits: each larger window forgets more of the place."""
    images = digits().x_test[:50, ..., np.newaxis].astype(np.float32) / 255
    means = []
    for size in (1, 2, 4):
        [facts] = numpy_layers.stack([MaxPool2D(pool_size=size)], (28, 28, 1))
        means.append(
            np.mean(
                [
                    numpy_layers.alike(
                        numpy_layers.through(facts, image).layers[0].output,
                        numpy_layers.through(
                            facts, numpy_layers.shifted(image[..., 0], 0, 1)[..., np.newaxis]
                        )
                        .layers[0]
                        .output,
                    )
                    for image in images
                ]
            )
        )
    assert means == sorted(means)


@pytest.mark.parametrize(
    ("side", "channels", "window", "filters"), [(8, 1, 3, 4), (10, 3, 1, 2), (6, 2, 6, 5)]
)
def test_connections_are_keras_parameters(side, channels, window, filters):
    """Dense and shared are what Keras's layers have; local is one set of weights for each output."""
    import keras

    counted = numpy_layers.connections(side, channels, window, filters)
    convolution = keras.layers.Conv2D(filters, window)
    convolution.build((None, side, side, channels))
    assert counted.shared == convolution.count_params()
    outputs = convolution.compute_output_shape((None, side, side, channels))[1:]
    assert counted.outputs == outputs
    dense = keras.layers.Dense(int(np.prod(outputs)))
    dense.build((None, side * side * channels))
    assert counted.dense == dense.count_params()
    assert counted.local == (window * window * channels + 1) * np.prod(outputs)


def test_cross_entropy_is_kerass_loss():
    """For one-hot truths and for others, the loss is Keras's."""
    import keras

    for truth in (numpy_layers.one_hot(2, 4), np.array([0.1, 0.2, 0.3, 0.4])):
        shares = RANDOM.dirichlet(np.ones(4))
        expected = float(keras.losses.categorical_crossentropy(truth, shares))
        assert numpy_layers.cross_entropy(truth, shares) == pytest.approx(expected, abs=1e-6)


def test_cross_entropy_at_its_ends():
    """Sure and right costs nothing, a share of 1/e costs 1, sure and wrong has no end."""
    truth = numpy_layers.one_hot(0, 2)
    assert numpy_layers.cross_entropy(truth, np.array([1.0, 0.0])) == 0
    assert numpy_layers.cross_entropy(truth, np.array([1 / e, 1 - 1 / e])) == pytest.approx(1)
    assert numpy_layers.cross_entropy(truth, np.array([0.0, 1.0])) == np.inf
    assert numpy_layers.cross_entropy(truth, np.array([0.25, 0.75])) == pytest.approx(log(4))


def test_mean_images_are_exact():
    """Each mean pixel is the labelled images' sum by their number, in fractions."""
    images = RANDOM.integers(0, 256, (9, 2, 2), np.uint8)
    labels = np.array([0, 1, 2] * 3)
    means = numpy_layers.mean_images(images, labels, 3)
    assert means.dtype == np.float32
    for label, row, column in np.ndindex(means.shape):
        values = [int(value) for value in images[labels == label, row, column]]
        assert means[label, row, column] == pytest.approx(float(Fraction(sum(values), 255 * len(values))))


@given(scores=st.lists(st.floats(-500, 500, width=32), min_size=2, max_size=12))
def test_softmax_steps_end_in_softmax(scores):
    """The steps end in what SciPy calls softmax, also for scores too large to exponentiate."""
    steps = numpy_layers.softmax_steps(np.array(scores, np.float32))
    assert steps.probabilities == pytest.approx(softmax(scores), abs=1e-9)
    assert steps.exponentials.max() == 1
    assert steps.probabilities == pytest.approx(steps.exponentials / steps.exponentials.sum())
