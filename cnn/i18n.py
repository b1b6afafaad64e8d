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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = MappingProxyType({"en": "English", "ko": "한국어"})
"""Each language's code with its own name for itself."""

_RANGE = re.compile(
    r"(?P<tag>\*|[a-z]{1,8}(?:-[a-z\d]{1,8})*)(?:\s*;\s*q=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.IGNORECASE | re.ASCII,
)


def _english() -> str:
    return "en"


_reader: dict[str, Callable[[], str]] = {"language": _english}
_fixed: ContextVar[str | None] = ContextVar("_fixed", default=None)


def _language() -> str:
    return _fixed.get() or _reader["language"]()


def use(current_language: Callable[[], str]) -> None:
    """Make `current_language`, which returns one of `LANGUAGES`, decide what `_` gives."""
    _reader["language"] = current_language


def negotiated(preferred: Iterable[str]) -> str:
    """The one of `LANGUAGES` that suits a reader best; English where none does.

    Args:
        preferred: locales, the most wanted first, as browsers write them, "ko-KR", or systems, "ko_KR.UTF-8".
    """
    wanted = [re.split("[.@]", locale)[0].replace("-", "_") for locale in preferred]
    # Whoever reads English need not wait for Babel.
    if not wanted or wanted[0].split("_")[0].lower() == "en":
        return "en"
    from babel import negotiate_locale

    # Babel answers in the case of the question.
    codes = {code.lower(): code for code in LANGUAGES}
    return codes.get((negotiate_locale(wanted, LANGUAGES) or "").lower(), "en")


def accepted(header: str) -> list[str]:
    """The languages in an `Accept-Language` header, the most wanted first; see RFC 9110, 12.5.4.

    Those of weight 0 are left out, as is what the RFC does not allow; `*` stands for our languages that
    the header does not name. Written here, as neither Starlette nor Babel reads this header.
    """
    ranges = [_RANGE.fullmatch(part.strip()) for part in header.split(",")]
    weights = [(found["tag"], float(found["weight"] or 1)) for found in ranges if found is not None]
    named = {tag.split("-")[0].lower() for tag, _weight in weights}
    others = [code for code in LANGUAGES if code not in named]
    weights.sort(key=lambda weighted: -weighted[1])
    return [each for tag, weight in weights if weight > 0 for each in (others if tag == "*" else [tag])]


def of_environment() -> str:
    """The language of the terminal, from the variables that Python's gettext reads, in its order."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    return negotiated(next(filter(None, map(os.environ.get, names)), "").split(":"))


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
