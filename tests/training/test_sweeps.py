"""`cnn.training.sweeps`: all combinations, and no more than there is room for."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.errors import ConfigError
from cnn.training import sweeps
from cnn.training.recipes import RECIPES

BASE = RECIPES["conv32"].config


@given(
    rates=st.lists(st.floats(1e-5, 1), max_size=4),
    sizes=st.lists(st.integers(1, 4096), max_size=4),
    optimizers=st.lists(st.sampled_from(["adam", "sgd"]), max_size=3),
)
def test_every_combination_comes_once_and_nothing_else_changes(rates, sizes, optimizers):
    """The product of the values, each config otherwise the base."""
    values = {"learning_rate": rates, "batch_size": sizes, "optimizer": optimizers}
    configs = sweeps.combinations(BASE, values, at_most=100)
    wanted = product(
        set(rates) or {BASE.learning_rate},
        set(sizes) or {BASE.batch_size},
        set(optimizers) or {BASE.optimizer},
    )
    assert {(c.learning_rate, c.batch_size, c.optimizer) for c in configs} == set(wanted)
    assert len(configs) == len({c.model_dump_json() for c in configs})
    unchanged = {"learning_rate": 1.0, "batch_size": 1, "optimizer": "adam"}
    assert {c.model_copy(update=unchanged) for c in configs} == {BASE.model_copy(update=unchanged)}


def test_a_thousand_combinations_are_refused_with_the_figure():
    """The sentence says how many there would be and how many may be, before any is made."""
    values = {"seed": range(100), "batch_size": range(1, 1001)}
    with pytest.raises(ConfigError, match="make 100,000 combinations, but at most 24"):
        sweeps.combinations(BASE, values, at_most=24)


def test_without_room_there_is_no_sweep():
    """It is said once there are values; the training as it is set above makes no sweep."""
    assert sweeps.combinations(BASE, {"seed": []}, at_most=0) == [BASE]
    with pytest.raises(ConfigError, match="There is no room for another training"):
        sweeps.combinations(BASE, {"seed": [1]}, at_most=0)
    assert len(sweeps.combinations(BASE, {"seed": [1]}, at_most=1)) == 1


def test_a_value_out_of_range_is_named():
    """The setting and its value stand in the sentence."""
    with pytest.raises(ConfigError, match="batch size is 0"):
        sweeps.combinations(BASE, {"batch_size": [0, 10]}, at_most=24)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.001, 0.01", [0.001, 0.01]), ("32;64 128", [32, 64, 128]), ("", []), (" 1e-3 ,", [0.001])],
)
def test_numbers_are_read_as_people_write_them(text, expected):
    """Commas, semicolons or spaces; whole numbers stay whole."""
    assert sweeps.numbers(text) == expected
    assert [type(number) for number in sweeps.numbers(text)] == [type(number) for number in expected]


@given(text=st.text(max_size=30))
def test_any_text_gives_numbers_or_one_sentence(text):
    """Nothing that somebody types raises anything else."""
    try:
        read = sweeps.numbers(text)
    except ConfigError:
        return
    assert all(isinstance(number, int | float) for number in read)
