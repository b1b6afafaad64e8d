"""A network's first filters, which a training announces and keeps as they form."""

import math

import keras
import numpy as np

# More weights than this in the first layer are neither announced nor kept: nobody could tell them apart.
_MOST_WEIGHTS = 50_000


def first_filters(model: keras.Model) -> np.ndarray | None:
    """A copy of the first layer's kernels, float32 (height, width, channels, filters).

    None where that layer is no convolution, or has too many weights to be shown.
    """
    first = model.layers[0]
    if not isinstance(first, keras.layers.Conv2D) or math.prod(first.kernel.shape) > _MOST_WEIGHTS:
        return None
    return np.array(first.kernel.numpy(), np.float32)
