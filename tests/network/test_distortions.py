import numpy as np
import pytest

from cnn.pictures import styles

tf = pytest.importorskip("tensorflow")
from cnn.network.distortions import distort  # noqa: E402 - TensorFlow has to be there first


@pytest.fixture(autouse=True)
def _seed():
    tf.random.set_seed(3)


def digits(count=60):
    pool = styles.pool()
    labels = np.arange(count) % 10
    images = np.stack([pool[label, number] for number, label in enumerate(labels)])
    return tf.constant(images[..., None] / np.float32(255)), tf.constant(labels)


def test_pictures_stay_pictures():
    """Shape, dtype and range are kept, inside a tf.data pipeline with batches of any size."""
    images, labels = digits(25)
    pipeline = tf.data.Dataset.from_tensor_slices((images, labels)).batch(10).map(distort)
    batches = [batch.numpy() for batch in pipeline]
    assert [batch.shape for batch in batches] == [(10, 28, 28, 1), (10, 28, 28, 1), (5, 28, 28, 1)]
    for batch in batches:
        assert batch.dtype == np.float32
        assert 0 <= batch.min() <= batch.max() <= 1


def test_each_picture_is_distorted_in_its_own_way():
    """Copies of one picture in a batch become different pictures."""
    images, _ = digits(1)
    copies = distort(tf.repeat(images, 20, axis=0), untouched=0).numpy()
    assert len({copy.tobytes() for copy in copies}) == 20


def test_some_pictures_stay_as_they_are():
    """About the asked share of a batch is not distorted at all."""
    images, _ = digits(200)
    same = (distort(images, untouched=0.5) == images).numpy().all(axis=(1, 2, 3))
    assert 0.35 < same.mean() < 0.65


def test_the_ink_stays_where_and_about_what_it_was():
    """Distorted digits still lie near the middle, with ink of the same order."""
    images, _ = digits()
    before, after = images.numpy(), distort(images).numpy()
    rows = np.arange(28)[None, :, None, None]
    centre = (after * rows).sum(axis=(1, 2, 3)) / after.sum(axis=(1, 2, 3))
    assert np.abs(centre - 14).max() < 4
    ratio = after.sum(axis=(1, 2, 3)) / before.sum(axis=(1, 2, 3))
    assert 0.3 < ratio.min() < ratio.max() < 2.5


def test_only_known_digits_are_restyled():
    """An empty picture stays empty without its label, and sometimes becomes a digit with it."""
    empty = tf.zeros([200, 28, 28, 1])
    assert not distort(empty).numpy().any()
    restyled = distort(empty, tf.zeros([200], tf.int64)).numpy().any(axis=(1, 2, 3))
    assert 0.02 < restyled.mean() < 0.16


def test_a_seed_repeats_it():
    """The same seed gives the same distortions, so that a training can be repeated."""
    images, labels = digits()
    tf.random.set_seed(5)
    first = distort(images, labels).numpy()
    tf.random.set_seed(5)
    np.testing.assert_array_equal(distort(images, labels).numpy(), first)


def test_what_is_no_digit_is_never_restyled():
    """Pictures with a label beyond the digits keep their own ink, whatever is drawn for them."""
    images = np.zeros((400, 28, 28, 1), np.float32)
    strangers = distort(images, np.full(400, 10), untouched=0.0)
    assert float(tf.reduce_max(strangers)) == 0
    digits = distort(images, np.full(400, 3), untouched=0.0)
    assert float(tf.reduce_max(digits)) > 0.5
