"""What a network's probabilities say to a person: a digit, a doubt between two, or no digit at all."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["sure", "unsure", "not_a_digit"]

# Below this probability the answer names the runner-up, too.
_SURE = 0.8
# A network that never learned what is no digit can only say that none of its classes fits well.
_NONE_FITS = 0.4


@dataclass(frozen=True)
class Answer:
    """What was read in one picture.

    Attributes:
        digit: the most probable class, 0-9; the best guess where the picture is no digit.
        probability: the digit's, in [0, 1], given that the picture is one.
        probabilities: float32 (10,), of all classes, adding up to 1.
        is_digit: whether the picture is taken for a digit at all.
        verdict: "sure", "unsure" (then `runner_up` is worth a look), or "not_a_digit".
        runner_up: the second most probable class.
        not_a_digit: the probability that the picture is no digit, in [0, 1]; 0 from a network that
            cannot tell.
    """

    digit: int
    probability: float
    probabilities: NDArray[np.float32]
    is_digit: bool
    verdict: Verdict
    runner_up: int
    not_a_digit: float = 0.0


def answer_from(
    outputs: NDArray[Any], *, reject_class: bool = False, reject_threshold: float = 0.5
) -> Answer:
    """The answer that a network's outputs for one picture amount to.

    Args:
        outputs: float (classes,), or (classes + 1,) with `reject_class`; not negative, adding up to 1.
        reject_class: whether the last output stands for "not a digit".
        reject_threshold: from this value of the last output on, the picture is no digit.
    """
    values = np.asarray(outputs, np.float64)
    classes = values[:-1] if reject_class else values
    total = float(classes.sum())
    shares = classes / total if total > 0 else np.full(len(classes), 1 / len(classes))
    runner_up, digit = (int(place) for place in np.argsort(shares, kind="stable")[-2:])
    probability = float(shares[digit])
    not_a_digit = float(values[-1]) if reject_class else 0.0
    is_digit = not_a_digit < reject_threshold if reject_class else probability >= _NONE_FITS
    verdict: Verdict = "not_a_digit"
    if is_digit:
        verdict = "sure" if probability >= _SURE else "unsure"
    return Answer(digit, probability, shares.astype(np.float32), is_digit, verdict, runner_up, not_a_digit)
