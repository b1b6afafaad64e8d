import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.insight.answers import answer_from


def outputs(**values):
    """Eleven outputs with the named ones set (d3=0.9, no=0.1) and the rest sharing what is left."""
    named = {10 if name == "no" else int(name[1]): value for name, value in values.items()}
    rest = (1 - sum(named.values())) / (11 - len(named))
    return np.array([named.get(place, rest) for place in range(11)])


def test_a_clear_digit_is_sure():
    """One output far above the rest is the digit, and the verdict says so."""
    answer = answer_from(outputs(d3=0.97), reject_class=True)
    assert (answer.digit, answer.verdict, answer.is_digit) == (3, "sure", True)


def test_two_close_digits_are_unsure():
    """With two outputs close together the answer doubts and names the second."""
    answer = answer_from(outputs(d7=0.5, d1=0.45), reject_class=True)
    assert (answer.digit, answer.runner_up, answer.verdict) == (7, 1, "unsure")


@pytest.mark.parametrize(("threshold", "is_digit"), [(0.2, False), (0.4, True)])
def test_the_threshold_decides_what_is_no_digit(threshold, is_digit):
    """The last output is held against the model's own threshold, whichever output is largest."""
    answer = answer_from(outputs(d4=0.6, no=0.3), reject_class=True, reject_threshold=threshold)
    assert answer.is_digit is is_digit
    assert (answer.verdict == "not_a_digit") is not is_digit


def test_probabilities_are_those_given_a_digit():
    """The doubt whether it is a digit at all does not lower how sure the answer is which one."""
    answer = answer_from(outputs(d8=0.45, d0=0.05, no=0.5), reject_class=True, reject_threshold=0.9)
    assert answer.probability == pytest.approx(0.9)
    assert answer.probabilities.shape == (10,)


def test_a_model_without_a_reject_class_says_when_nothing_fits():
    """Ten nearly equal probabilities are no digit even for a network that knows digits only."""
    assert answer_from(np.full(10, 0.1)).verdict == "not_a_digit"
    assert answer_from(np.array([0.91] + [0.01] * 9)).verdict == "sure"


@given(st.lists(st.floats(0, 1, width=32), min_size=11, max_size=11))
def test_any_outputs_give_a_whole_answer(values):
    """Whatever a softmax puts out, all zeros but the last included, ten probabilities add up to 1."""
    answer = answer_from(np.array(values), reject_class=True)
    assert answer.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert answer.digit != answer.runner_up
    assert answer.probability == pytest.approx(float(answer.probabilities.max()), abs=1e-6)
