"""`cnn.errors`: the tree in the docstring, and messages that travel."""

import inspect
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn import errors, i18n
from cnn.errors import CnnError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CnnError)]


def test_the_tree_in_the_docstring_is_the_tree():
    """Every error stands in the drawing, below its parent."""
    drawn, parents = {}, []
    for line in str(errors.__doc__).splitlines():
        if found := re.match(r"^    ([│├└─ ]*)([A-Z]\w+)", line):
            depth = len(found[1]) // 4
            parents[depth:] = [found[2]]
            drawn[found[2]] = parents[depth - 1] if depth else "Exception"
    assert drawn == {kind.__name__: kind.__base__.__name__ for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
@given(name=st.text(max_size=9), number=st.integers())
def test_an_error_survives_the_way_to_another_process(kind, name, number):
    """Unpickled it is of the same kind, with the same template, values and text."""
    error = kind("{name!r} has {number}.", name=name, number=number)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert (copy.message, copy.values, str(copy)) == (error.message, error.values, f"{name!r} has {number}.")


def test_an_error_is_translated_where_it_is_shown(monkeypatch):
    """The template is looked up when the text is wanted, not when the error is raised."""
    error = CnnError("There is no {what}.", what="model")
    monkeypatch.setattr(errors, "_", {"There is no {what}.": "{what} 없음."}.__getitem__)
    assert str(error) == "model 없음."
    assert i18n.N_("x") == "x"
