"""`cnn.models.record`: a name stays what its owner wrote, or is refused."""

import pytest

from cnn.errors import ModelNameError
from cnn.models.record import as_known_to, check_name
from cnn.models.store import ModelStore
from tests.networks import trained


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "no name"),
        ("   ", "no name"),
        ("x" * 61, "61 characters"),
        ("a/b", "'/'"),
        ("a\\b", "contains"),
        ("..", "'.'"),
        (".hidden", "'.'"),
        ("a\nb", "contains"),
        ("!!!", "no letter"),
        ("___", "no letter"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_its_reason(name, said):
    """Each refusal says what is wrong with the name."""
    with pytest.raises(ModelNameError, match=said):
        check_name(name)


def test_a_name_keeps_what_its_owner_wrote():
    """Spaces around it go, and letters and their marks are joined; the rest stays."""
    assert check_name(" 내 첫 모델 (2) ") == "내 첫 모델 (2)"
    assert check_name("e\u0301te\u0301") == "été"


def test_a_private_name_is_its_owners_alone(tmp_path):
    """Others know a published model by the name it has for the room, also in what is said of it."""
    record = ModelStore(tmp_path).save("Ann's secret", trained(), owner="ann")
    record = ModelStore(tmp_path).publish(record.id, "For all", "ann")
    assert as_known_to("ann", record).name == "Ann's secret"
    assert as_known_to("bob", record).name == "For all"
