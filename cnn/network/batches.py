"""Images on their way into a network: shuffled, batched and scaled as they are needed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import tensorflow as tf

# Larger batches leave the processor's cache and take twice as long on two cores.
EVALUATION_BATCH = 100
_AT_ONCE = 2

Result = TypeVar("Result")
Distort = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
_Take = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def training_batches(
    images: np.ndarray, labels: np.ndarray, batch_size: int, *, distort: Distort | None = None
) -> tf.data.Dataset:
    """All images once, in another order each time they are gone through.

    The bytes are kept as they are, once; each batch is gathered and scaled when it is its turn.

    Args:
        images: uint8 (N, height, width) or (N, height, width, channels).
        labels: int64 (N,).
        batch_size: images in a batch; the last batch may be smaller.
        distort: what to do with a batch of float32 images in [0, 1] and its labels.

    Returns:
        Batches of float32 images (B, height, width, channels) in [0, 1] and int64 labels (B,).
    """
    count = len(images)
    take = _taker(images, labels, distort)

    # Shuffling the numbers at once, not one by one through a buffer, halves the cost of an epoch's order.
    def shuffled(_: tf.Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensor_slices(tf.random.shuffle(tf.range(count))).batch(batch_size)

    order = tf.data.Dataset.range(1).flat_map(shuffled)
    return _fed(order.apply(tf.data.experimental.assert_cardinality(-(-count // batch_size))), take)


def evaluation_batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """All images in their order, in batches of `EVALUATION_BATCH`; else as `training_batches`."""
    take = _taker(images, labels, None)
    return _fed(tf.data.Dataset.range(len(images)).batch(EVALUATION_BATCH), take)


def _fed(order: tf.data.Dataset, take: _Take) -> tf.data.Dataset:
    options = tf.data.Options()
    # TensorFlow's tuner sleeps in ever longer spells, up to many seconds, and an iterator cannot be
    # let go of before it wakes: a training of 6 s would end after 10.
    options.autotune.enabled = False
    return order.map(take).prefetch(2).with_options(options)


def _taker(images: np.ndarray, labels: np.ndarray, distort: Distort | None) -> _Take:
    all_images = tf.constant(with_channels(images))
    all_labels = tf.constant(labels)

    def take(chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch, truth = tf.cast(tf.gather(all_images, chosen), tf.float32) / 255, tf.gather(all_labels, chosen)
        return (batch if distort is None else distort(batch, truth)), truth

    return take


def by_batches(work: Callable[[np.ndarray], Result], images: np.ndarray) -> list[Result]:
    """What `work` gives for each `EVALUATION_BATCH` of images, in their order.

    Two batches are worked at once: while one is scaled or handed over, which keeps one core, the
    network is busy with the other.

    Args:
        work: may be called from several threads at the same time.
        images: (N, ...); with N = 0 the list is empty.
    """
    batches = [images[start : start + EVALUATION_BATCH] for start in range(0, len(images), EVALUATION_BATCH)]
    if len(batches) == 1:
        return [work(images)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(work, batches))


def with_channels(images: np.ndarray) -> np.ndarray:
    """Grey images (N, height, width) with a channel of their own; colour images as they are."""
    return images[..., np.newaxis] if images.ndim == 3 else images
