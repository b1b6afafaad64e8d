"""`cnn.reasons`: why something failed, in words that can be translated."""

import errno
import os
import pickle
import re
import socket
import ssl
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from cnn import i18n
from cnn.errors import CnnError, DataError
from cnn.i18n import N_
from cnn.reasons import mistake, reason


@pytest.fixture
def korean(monkeypatch):
    """Whoever reads reads Korean."""
    monkeypatch.setitem(i18n._reader, "language", lambda: "ko")


UNCAUSED = (
    *("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EIO", "EEXIST", "ENOTEMPTY", "EMFILE", "ENFILE"),
    *("ENOMEM", "EADDRINUSE", "ECONNRESET", "EPIPE", "ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT"),
)


def is_korean(text):
    """Whether nothing of it is English."""
    return bool(re.search("[가-힣]", text)) and not re.search("[A-Za-z]{2,}", text)


def raised(act):
    """The error that something ends with."""
    with pytest.raises(OSError, match=r".") as caught:
        act()
    return caught.value


def test_the_systems_own_errors_are_told_in_korean(tmp_path, korean):
    """Real ones, as it raises them: nothing there, a folder, a file in the way, nobody who answers."""
    file = tmp_path / "file"
    file.touch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()
    errors = [
        raised((tmp_path / "nothing").read_bytes),
        raised(tmp_path.read_bytes),
        raised((file / "below").mkdir),
        raised(file.mkdir),
        raised((tmp_path / ("x" * 300)).touch),
        raised(lambda: socket.create_connection(nobody, timeout=5)),
    ]
    assert [error for error in errors if not is_korean(str(reason(error)))] == []


@pytest.mark.parametrize(
    "error",
    [
        *(OSError(getattr(errno, name), os.strerror(getattr(errno, name))) for name in UNCAUSED),
        TimeoutError(),
        TimeoutError("timed out"),
        MemoryError(),
    ],
    ids=repr,
)
def test_those_that_no_test_can_cause_are_told_in_korean(korean, error):
    """The disk full, a closed folder (root may enter all), no answer, no memory."""
    assert is_korean(str(reason(error)))


def test_numbers_that_are_not_the_systems_are_not_taken_for_it(korean):
    """A server without a certificate and a machine without an address have numbers of their own."""
    untrusted = ssl.SSLCertVerificationError(1, "certificate verify failed")
    assert "권한" not in str(reason(untrusted))
    assert is_korean(str(reason(untrusted)))
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert is_korean(str(reason(unknown)))


def test_an_error_of_ours_stays_itself():
    """It says in the reader's language what it says, inside another one too, and beyond a process."""
    inner = CnnError(N_("the disk is full"))
    assert reason(inner) is inner
    message = N_("Nothing can be written to {folder} ({reason}). Make room there, or allow writing.")
    outer = pickle.loads(pickle.dumps(DataError(message, folder="/f", reason=reason(inner))))
    assert str(outer) == "Nothing can be written to /f (the disk is full). Make room there, or allow writing."


@given(
    st.builds(lambda kind, text: kind(text), st.sampled_from([ValueError, OSError, KeyError]), st.text())
    | st.builds(OSError, st.integers(), st.text())
)
def test_every_error_has_a_reason_of_one_line(error):
    """Whatever a library puts into its errors, or nothing, a sentence can be made with it."""
    told = str(reason(error))
    assert told == told.strip() != ""
    assert len(told.splitlines()) == 1


def test_a_system_error_that_is_not_known_is_told_in_the_systems_words():
    """Rather than not at all."""
    assert reason(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"


class Asked(BaseModel, extra="forbid"):
    """Fields of the kinds that settings and records have."""

    count: Annotated[int, Field(ge=1, le=9)] = 1
    large: Annotated[int, Field(lt=2**31)] = 0
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    on: bool = True
    name: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    kind: Literal["one", "two"] = "one"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": 0}, "it must be at least 1"),
        ({"count": 10}, "it must be at most 9"),
        ({"large": 2**31}, "it must be below 2147483648"),
        ({"count": "many"}, "it must be a whole number"),
        ({"count": 1.5}, "it must be a whole number"),
        ({"share": 0}, "it must be above 0"),
        ({"share": 1}, "it must be below 1"),
        ({"share": "half"}, "it must be a number"),
        ({"on": "perhaps"}, "it must be true or false"),
        ({"name": 5}, "it must be a text"),
        ({"name": ""}, "it must not be shorter than 1"),
        ({"name": "four"}, "it must not be longer than 3"),
        ({"kind": "three"}, "it must be one of 'one', 'two'"),
        ({"other": 1}, "nothing of that name is known"),
    ],
)
def test_what_pydantic_refuses_is_told(monkeypatch, values, said):
    """In the reader's language, with the bounds that hold."""
    with pytest.raises(ValidationError) as refusal:
        Asked(**values)
    [found] = refusal.value.errors()
    assert str(mistake(found)) == said
    monkeypatch.setitem(i18n._reader, "language", lambda: "ko")
    # The two words that a switch may have, and the names of kinds, are typed as they stand.
    assert is_korean(re.sub("true|false|'one'|'two'", "", str(mistake(found))))
