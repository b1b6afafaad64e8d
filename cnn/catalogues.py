"""The catalogues of translations, held against the texts of the code.

`python -m cnn.catalogues` adds what is new to each catalogue and takes out what is gone; what it added is
then to be translated, and where it says `fuzzy`, to be looked at and the mark removed.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from cnn.i18n import LANGUAGES, path_of

PROJECT = Path(__file__).resolve().parent.parent
FOLDERS = ("cnn", "pages")
TEXTS_OF = {"_": 1, "N_": 1, "ngettext": 2}
"""How many texts each of the marking functions takes, from its first argument on."""


def in_code() -> Catalog:
    """Every text that the code marks, with the file where it is first."""
    catalogue = Catalog()
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            place = path.relative_to(PROJECT).as_posix()
            for texts in _marked(ast.parse(path.read_text(encoding="utf-8"))):
                text = texts if len(texts) > 1 else texts[0]
                if text not in catalogue:
                    # A line's number would change the catalogue whenever the line moves.
                    catalogue.add(text, locations=[(place, None)])  # type: ignore[list-item]
    return catalogue


def _marked(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    """The texts of each marking call. Babel's own extraction overlooks those inside f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS_OF:
            first = node.args[: TEXTS_OF[node.func.id]]
            texts = [part.value for part in first if isinstance(part, ast.Constant)]
            if len(texts) == len(first):
                yield tuple(map(str, texts))


def read(language: str) -> Catalog:
    """A language's catalogue; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(
            language,
            project="cnn",
            version="",
            copyright_holder="the authors",
            header_comment=f"# {LANGUAGES[language]}",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, language)


def update(language: str) -> int:
    """Bring a language's catalogue up to the code, and return how many texts wait for a translator."""
    catalogue = read(language)
    catalogue.update(in_code(), update_header_comment=False, update_creation_date=False)
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
    return sum(_waits(message) for message in catalogue if message.id)


def _waits(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return message.fuzzy or not all(forms)


if __name__ == "__main__":
    for code, name in LANGUAGES.items():
        if code != "en":
            sys.stdout.write(f"{name}: {update(code)} to translate\n")
