"""What fails in a worker process as TensorFlow fails. Importable without it."""

from typing import Any, Never

from cnn.errors import ModelError


def fail(*_arguments: Any) -> Never:
    """Raise what TensorFlow raises where memory runs out."""
    import tensorflow as tf

    raise tf.errors.ResourceExhaustedError(None, None, "too large")


def fail_in_a_sentence() -> Never:
    """Raise an error of the library's own that comes from one of TensorFlow's."""
    try:
        fail()
    except Exception as error:
        raise ModelError("It is {size}.", size="too large") from error


class Unusable:
    """A picture or a trained network that makes whoever uses it fail."""

    __getitem__ = dataset = fail
