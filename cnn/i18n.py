"""Texts in the reader's language.

The source texts are English. `_("…")` gives the text in the language of whoever reads now; `N_("…")`
only marks a text that is kept and translated later. Who reads is known to the app alone, so it hands
in a function with `use`; without one, texts stay English.

The translations are in `locale/LANGUAGE/LC_MESSAGES/messages.po`, which Babel reads when a language is
first asked for: a `.mo` file beside it could be forgotten. `python -m cnn.catalogues` brings them up to
the code's texts.
"""

import gettext
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = MappingProxyType({"en": "English", "ko": "한국어"})
"""Each language's code with its own name for itself."""


def _english() -> str:
    return "en"


_reader: dict[str, Callable[[], str]] = {"language": _english}
_fixed: ContextVar[str | None] = ContextVar("_fixed", default=None)


def _language() -> str:
    return _fixed.get() or _reader["language"]()


def use(current_language: Callable[[], str]) -> None:
    """Make `current_language`, which returns one of `LANGUAGES`, decide what `_` gives."""
    _reader["language"] = current_language


def of_environment() -> str:
    """The language of the terminal, found as Python's gettext does; English where it is none of ours."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next(filter(None, map(os.environ.get, names)), "")
    codes = (re.split(r"[_.@]", each)[0] for each in asked.split(":"))
    return next((code for code in codes if code in LANGUAGES), "en")


@contextmanager
def fixed(language: str) -> Iterator[None]:
    """Have all texts in one language, whoever reads; for this thread."""
    before = _fixed.set(language)
    try:
        yield
    finally:
        _fixed.reset(before)


def language_named(text: str) -> str | None:
    """The code of the language that is called so, by its code or by its own name; None where none is."""
    return next((code for code, name in LANGUAGES.items() if text in {code, name}), None)


def path_of(language: str) -> Path:
    """The file with a language's translations."""
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """A language's translations; for a language without any, those that leave each text as it is."""
    path = path_of(language)
    if not path.exists():
        return gettext.NullTranslations()
    # Whoever reads English need not wait for Babel.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """The text in the reader's language; the text itself where no translation exists."""
    return catalogue(_language()).gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the text that goes with `count`, in the reader's language."""
    return catalogue(_language()).ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text translated later
    """The text as it is, marked for the catalogues."""
    return text
