"""What goes wrong in one part of a page is told there; the rest of the page stays."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cnn.errors import CnnError, PictureError

_log = logging.getLogger(__name__)


@contextmanager
def error_note() -> Iterator[None]:
    """Show a `CnnError` of the block as a sentence in its place."""
    try:
        yield
    except CnnError as error:
        if isinstance(error, PictureError):
            # In the log's language, not the visitor's.
            _log.info("a picture is refused: %s", error.message.format(**error.values))
        st.error(str(error))
