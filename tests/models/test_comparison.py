"""`cnn.models.comparison`: trainings side by side."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.models import comparison
from cnn.models.record import ModelRecord
from cnn.models.store import ModelStore
from tests import strategies


@given(images=st.integers(1, 20_000), share=st.floats(0, 1))
def test_the_interval_is_wilsons(images, share):
    """It equals the formula written out, lies in [0, 1] and holds the accuracy."""
    right = round(share * images)
    accuracy = right / images
    low, high = comparison.accuracy_interval(accuracy, images)
    z = 1.959963984540054
    middle = (accuracy + z * z / (2 * images)) / (1 + z * z / images)
    half = z / (1 + z * z / images) * sqrt(accuracy * (1 - accuracy) / images + (z / (2 * images)) ** 2)
    assert (low, high) == pytest.approx((max(middle - half, 0), min(middle + half, 1)), abs=1e-9)
    assert 0 <= low <= accuracy <= high <= 1


def test_ten_thousand_images_tell_99_from_994_and_not_from_991():
    """What looks like progress on 10,000 images may be noise."""
    at_99, at_991, at_994 = (comparison.accuracy_interval(share, 10_000) for share in (0.99, 0.991, 0.994))
    assert comparison.may_be_chance(at_99, at_991)
    assert not comparison.may_be_chance(at_99, at_994)


@given(first=st.tuples(st.floats(0, 1), st.floats(0, 1)), second=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_overlap_does_not_depend_on_the_order(first, second):
    """The same question asked the other way round has the same answer."""
    first, second = tuple(sorted(first)), tuple(sorted(second))
    assert comparison.may_be_chance(first, second) == comparison.may_be_chance(second, first)


@given(config=strategies.configs, other=strategies.configs)
def test_only_what_differs_is_marked(config, other):
    """Every setting that two trainings do not share is named, and no other."""
    first, second = (config.model_dump(exclude={"layers"}) for config in (config, other))
    marked = comparison.differing([first, second])
    assert marked == {name for name in first if first[name] != second[name]}
    assert comparison.differing([first, first]) == set()
    assert comparison.differing([first]) == set()


def test_a_patience_without_effect_is_no_setting(a_record: ModelRecord):
    """Two trainings that never stop early do not differ by their patience."""
    assert a_record.config is not None
    values = comparison.settings_of(a_record)
    assert values["patience"] is None
    assert values["network"] == "Conv2D 32 × 3×3, same, relu · MaxPooling2D 2×2 · Dropout 0.25 · Flatten"
    stops = a_record.model_copy(
        update={"config": a_record.config.model_copy(update={"early_stopping": True, "patience": 3})}
    )
    assert comparison.settings_of(stops)["patience"] == 3


def test_a_model_without_a_config_has_no_settings(a_record: ModelRecord):
    """A network that no training describes stands in the comparison without settings."""
    assert comparison.settings_of(a_record.model_copy(update={"config": None})) == {}


@pytest.fixture
def a_record(tmp_path) -> ModelRecord:
    from tests.networks import TRAINED

    return ModelStore(tmp_path).save("one", TRAINED)
