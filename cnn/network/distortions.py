"""Training images distorted the way drawings on a screen differ from MNIST."""

from math import pi

import tensorflow as tf

from cnn.pictures.styles import pool

# The ranges are wider than what one writer varies: they cover the slants, proportions and pens of many.
_ROTATION = 12 * pi / 180
_SLANT = 0.35
_STRETCH = 0.2
_SHIFT = 1.5
_PERSPECTIVE = 0.006
_FATTEN, _THIN = 0.6, 0.5
# The share of images that are replaced by the same digit in another style of writing.
_RESTYLED = 0.08
# How many images stay as they are. Distorted ones are softer, having been sampled anew: a network that sees
# no others reads MNIST's sharp ones worse.
_UNTOUCHED = 0.25


def distort(
    images: tf.Tensor, labels: tf.Tensor | None = None, *, untouched: float = _UNTOUCHED
) -> tf.Tensor:
    """Most images turned, slanted, stretched, moved, seen at an angle, and drawn with another pen.

    The transformation is one projective map for each image. The pen is changed by mixing the image
    with its dilation or erosion by 3x3 pixels. Where the digits are known, some of them give way to the
    same digit in a style that MNIST lacks, as `cnn.pictures.styles` draws it.

    Args:
        images: float32 (B, 28, 28, 1) in [0, 1], light ink on dark.
        labels: integers (B,), the digits 0-9; what has another label, or none, is not restyled.
        untouched: the share of the images that are not distorted, in [0, 1].

    Returns:
        The same shape, dtype and range. Random: `tf.random.set_seed` makes it repeatable.
    """
    if labels is not None:
        images = _restyled(images, labels)
    touched = tf.random.uniform([tf.shape(images)[0], 1, 1, 1]) >= untouched
    return tf.where(touched, _with_another_pen(_moved(images)), images)


def _restyled(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    digits = pool()
    count, each = tf.shape(images)[0], digits.shape[1]
    chosen = tf.random.uniform([count], maxval=each, dtype=tf.int32)
    labels = tf.cast(labels, tf.int32)
    known = labels < digits.shape[0]
    places = tf.where(known, labels, 0) * each + chosen
    others = tf.gather(tf.constant(digits.reshape(-1, 28, 28, 1)), places)
    restyled = tf.random.uniform([count, 1, 1, 1]) < _RESTYLED
    restyled = restyled & known[:, tf.newaxis, tf.newaxis, tf.newaxis]
    return tf.where(restyled, tf.cast(others, tf.float32) / 255, images)


def _moved(images: tf.Tensor) -> tf.Tensor:
    shape = tf.shape(images)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=_maps(shape[0], tf.cast(shape[1:3], tf.float32)),
        output_shape=shape[1:3],
        fill_value=0.0,
        interpolation="BILINEAR",
    )


def _maps(count: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Projective maps (count, 8) around the image's middle, from pixels of the result to the image's."""

    def any_of(limit: float) -> tf.Tensor:
        return tf.random.uniform([count], -limit, limit)

    angle, slant = any_of(_ROTATION), any_of(_SLANT)
    across, down = tf.exp(any_of(_STRETCH)), tf.exp(any_of(_STRETCH))
    a, b = across * tf.cos(angle), across * (tf.sin(angle) + slant)
    c, d = -down * tf.sin(angle), down * tf.cos(angle)
    middle_y, middle_x = (size[0] - 1) / 2, (size[1] - 1) / 2
    lean_x, lean_y = any_of(_PERSPECTIVE), any_of(_PERSPECTIVE)
    # The denominator is 1 in the middle.
    bottom = 1 - lean_x * middle_x - lean_y * middle_y
    to_x, to_y = middle_x + any_of(_SHIFT), middle_y + any_of(_SHIFT)
    rows = [
        a + to_x * lean_x,
        b + to_x * lean_y,
        to_x * bottom - a * middle_x - b * middle_y,
        c + to_y * lean_x,
        d + to_y * lean_y,
        to_y * bottom - c * middle_x - d * middle_y,
        lean_x,
        lean_y,
    ]
    return tf.stack([row / bottom for row in rows], axis=1)


def _with_another_pen(images: tf.Tensor) -> tf.Tensor:
    change = tf.random.uniform([tf.shape(images)[0], 1, 1, 1], -_THIN, _FATTEN)
    dilated = tf.nn.max_pool2d(images, 3, 1, "SAME")
    eroded = -tf.nn.max_pool2d(-images, 3, 1, "SAME")
    return images + tf.nn.relu(change) * (dilated - images) + tf.nn.relu(-change) * (eroded - images)
