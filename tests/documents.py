"""The project's documents, taken apart: sentences, code, tables, headings."""

import re
from functools import cache

from cnn.settings import PROJECT


@cache
def text(name: str) -> str:
    """A document."""
    return (PROJECT / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[str]:
    """What stands between a document's ``` lines: commands, settings of other programs, and trees."""
    return re.findall(r"^```\w*\n(.*?)^```", text(name), re.M | re.S)


def prose(name: str) -> str:
    """A document without them."""
    return re.sub(r"(?ms)^```.*?^```\n", "", text(name))


def spans(name: str) -> list[str]:
    """Each `piece of code` within a document's sentences."""
    return re.findall(r"`([^`\n]+)`", prose(name))


def code(name: str) -> str:
    """All code of a document, a piece a line."""
    return "\n".join([*blocks(name), *spans(name)])


def tables(name: str) -> list[list[str]]:
    """The cells of each row of a document's tables."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in prose(name).splitlines()
        if line.startswith("|")
    ]


def headings(name: str) -> list[tuple[str, str]]:
    """The level and the words of each of a document's headings."""
    return re.findall(r"^(#+) (.+)$", prose(name), re.M)
