"""How sure a network may say it is: the temperature of its scores, and the error that stays.

Temperature scaling and the expected calibration error are those of Guo, Pleiss, Sun, Weinberger, "On
calibration of modern neural networks", https://arxiv.org/abs/1706.04599.
"""

import numpy as np
from numpy.typing import NDArray

# The temperatures to try. The highest is twice what overtrained networks need.
_LEAST, _MOST, _COUNT = 0.3, 4.0, 100
# Outputs below this are taken for this, so that they have a logarithm.
_SMALLEST = 1e-9


def temperature_of(
    outputs: NDArray[np.float32], labels: NDArray[np.int64], *, least: float = _LEAST
) -> float:
    """The temperature with which the probabilities have the least cross-entropy.

    Args:
        outputs: float32 (N, classes), what the network gives for images that it did not learn from; rows
            need not add up to 1.
        labels: int64 (N,), what they show.
        least: the lowest temperature that may come out, at least 0.3; the highest is 4.
    """
    scores = np.log(np.maximum(outputs.astype(np.float64), _SMALLEST))
    of_truth = scores[np.arange(len(labels)), labels].mean()

    def loss(temperature: float) -> float:
        norm = np.logaddexp.reduce(scores / temperature, axis=1).mean()
        return float(norm - of_truth / temperature)

    return float(min(np.geomspace(least, _MOST, _COUNT), key=loss))


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_], bins: int = 15) -> float:
    """The mean gap between how sure answers are and how often they are right, over equal bins of confidence.

    Args:
        confidence: float (N,) in [0, 1].
        right: bool (N,).
        bins: how many.
    """
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(bin_of, weights=right - confidence.astype(np.float64), minlength=bins)
    return float(np.abs(gaps).sum() / max(len(right), 1))
