"""The language of the page: the visitor's choice, and before it the browser's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import cast

import streamlit as st

from cnn import i18n
from cnn.i18n import LANGUAGES
from pages.parts.server import compat
from pages.parts.server.addresses import LANGUAGE
from pages.parts.server.streamlit_words import streamlit_words
from pages.parts.widgets.component import component

_document = component(Path(__file__).with_name("document.js"))
_spoken: ContextVar[str] = ContextVar("_spoken", default="en")


def picker() -> None:
    """The choice of the language; it holds for all pages, and the address carries it.

    The address says nothing while the choice is the browser's own: such an address, handed on, opens in
    the language of whoever opens it.
    """
    languages = list(LANGUAGES)
    st.segmented_control(
        # Who cannot read the page must find it.
        "Language · 언어",
        languages,
        default=_of_browser(),
        required=True,
        format_func=LANGUAGES.__getitem__,
        key=LANGUAGE,
        label_visibility="collapsed",
        bind="query-params",
    )


def chosen() -> str:
    """The language of whoever's page this thread makes; where it makes none, what is `spoken`."""
    if not compat.runs_a_page():
        return _spoken.get()
    return cast(str, st.session_state.get(LANGUAGE)) or _of_browser()


@contextmanager
def spoken(code: str) -> Iterator[None]:
    """Answer in a language, outside of any page; in English where the app has no such language."""
    before = _spoken.set(i18n.negotiated([code]))
    try:
        yield
    finally:
        _spoken.reset(before)


def _of_browser() -> str:
    """The language that suits the browser's reader best.

    The header counts: it has all languages that somebody reads, and how much they want each. Streamlit's
    `locale` is `navigator.language`, the first of them alone; it stands in where a browser sends no such
    header with its WebSocket.
    """
    header = st.context.headers.get("Accept-Language", "")
    return i18n.negotiated(i18n.accepted(header) or filter(None, [st.context.locale]))


def tell_browser() -> None:
    """Say to the browser what language the page is in, for its voice, its fonts, its line breaks.

    Streamlit's own words come in English; where that is not the language, they are put into it.
    """
    # In English the place stays empty. Without it, a change of language would renew the elements below.
    place = st.empty()
    if (code := chosen()) != "en":
        with place:
            _document(key="document", data={"language": code, "words": streamlit_words()})


i18n.use(chosen)
