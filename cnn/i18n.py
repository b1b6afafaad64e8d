"""Texts in the reader's language.

The source texts are English. `_("…")` gives the text in the language of whoever reads now; `N_("…")`
only marks a text that is kept and translated later. Who reads is known to the app alone, so it hands
in a function with `use`; without one, texts stay English.
"""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = ("en", "ko")


def _english() -> str:
    return "en"


_reader: dict[str, Callable[[], str]] = {"language": _english}


def use(current_language: Callable[[], str]) -> None:
    """Make `current_language`, which returns one of `LANGUAGES`, decide what `_` gives."""
    _reader["language"] = current_language


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", CATALOGUES, [language], fallback=True)


def _(text: str) -> str:
    """The text in the reader's language; the text itself where no translation exists."""
    return _catalogue(_reader["language"]()).gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the text that goes with `count`, in the reader's language."""
    return _catalogue(_reader["language"]()).ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text translated later
    """The text as it is, marked for the catalogues."""
    return text
