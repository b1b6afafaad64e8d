"""One log of the app: a line for each event, in a file that turns over by itself.

Whatever happens is logged by the standard library's loggers; `begin` says where it goes. The terminal hears
of warnings and errors of the app's own, the file of everything down to information, and of other libraries'
warnings.
"""

import logging
import re
import sys
from collections import deque
from dataclasses import dataclass
from functools import cache
from logging.handlers import RotatingFileHandler
from pathlib import Path

from cnn.settings import settings

_OWN = ("cnn", "pages")
_BYTES = 1_000_000
_KEPT = 4
_LINE = re.compile(r"(?P<when>\S+ \S+) (?P<level>[A-Z]+) (?P<name>\S+): (?P<text>.*)")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """A line of the log.

    Attributes:
        when: the local time, as "2026-11-21 13:40:00".
        level: "INFO", "WARNING", "ERROR" or "CRITICAL".
        name: the logger's.
        text: what happened; of an exception the whole traceback, with `\\n` for the ends of its lines.
    """

    when: str
    level: str
    name: str
    text: str


class _OneLine(logging.Formatter):
    """Whatever an event's text contains, also what a visitor has typed, it stays one line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in super().format(record))


def path() -> Path:
    """The file of the log."""
    return settings().logs_dir / "app.log"


@cache
def begin() -> None:
    """Send every event to the file, and what matters of the app's own to the terminal, too.

    Where the file cannot be written, that is said, and the terminal has to do. A second call changes nothing.
    """
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    terminal.addFilter(lambda record: record.name.split(".")[0] in _OWN)
    terminal.setFormatter(_OneLine())
    logging.getLogger().addHandler(terminal)
    for name in _OWN:
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(path(), maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError as error:
        _log.warning("no log can be kept in %s: %s", path(), error)
    else:
        file.setFormatter(_OneLine())
        logging.getLogger().addHandler(file)


def last(count: int, levels: frozenset[str] = frozenset({"WARNING", "ERROR", "CRITICAL"})) -> list[Event]:
    """The last events of some levels, the newest first; none where there is no log."""
    found: deque[Event] = deque(maxlen=count)
    for file in (path().with_name(f"{path().name}.1"), path()):
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            # No log yet, or it is just turning over.
            continue
        matches = filter(None, map(_LINE.fullmatch, lines))
        found.extend(Event(**match.groupdict()) for match in matches if match["level"] in levels)
    return list(reversed(found))
