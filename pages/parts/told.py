"""What goes wrong in one part of a page is told there; the rest of the page stays."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cnn.errors import CnnError


@contextmanager
def told() -> Iterator[None]:
    """Show a `CnnError` of the block as a sentence in its place."""
    try:
        yield
    except CnnError as error:
        st.error(str(error))
