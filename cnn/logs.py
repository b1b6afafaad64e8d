"""One log of the app: a line for each event, in a file that turns over by itself.

Whatever happens is logged by the standard library's loggers; `begin` says where it goes. The terminal hears
of warnings and errors of the app's own, the file of everything down to information, and of other libraries'
warnings. The terminal and the file are English; the last warnings are also kept so that they can be shown in
the reader's language.
"""

import logging
import sys
from collections import deque
from copy import copy
from dataclasses import dataclass
from functools import cache
from itertools import islice
from logging.handlers import RotatingFileHandler
from numbers import Number
from pathlib import Path
from typing import Any

from cnn.errors import CnnError
from cnn.i18n import N_, _, fixed
from cnn.reasons import reason
from cnn.settings import settings

_OWN = ("cnn", "pages")
_BYTES = 1_000_000
_KEPT = 4
_RECENT = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """Something that went wrong, as it is told to people.

    Attributes:
        when: seconds since 1970.
        level: as `logging` counts it, from `logging.WARNING` up.
        message: a template for `%`; the app's own are marked for translation.
        values: what fills it.
        error: what the exception says that came with it; the log file has the whole traceback.
    """

    when: float
    level: int
    message: str
    values: tuple[Any, ...] = ()
    error: CnnError | str = ""

    def __str__(self) -> str:
        told = _(self.message) % self.values if self.values else _(self.message)
        return f"{told}: {self.error}" if self.error else told


class _Recent(logging.Handler):
    """Keeps the last events: in a file they would have lost what translates them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.events: deque[Event] = deque(maxlen=_RECENT)

    def emit(self, record: logging.LogRecord) -> None:
        # Of others' texts there are no translations.
        message, values = "%s", (record.getMessage(),)
        if record.name.split(".")[0] in _OWN and isinstance(record.args, tuple):
            message, values = record.msg, tuple(map(_lasting, record.args))
        error = record.exc_info[1] if record.exc_info else None
        told = "" if error is None else _lasting(error)
        self.events.append(Event(record.created, record.levelno, message, values, told))


class _OneLine(logging.Formatter):
    """Whatever an event's text contains, also what a visitor has typed, it stays one line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        record = copy(record)
        # Another handler's words for the exception may be in another language.
        record.exc_text = None
        with fixed("en"):
            told = super().format(record)
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in told)


def path() -> Path:
    """The file of the log."""
    return settings().logs_dir / "app.log"


def _lasting(value: Any) -> Any:
    """What a text says of a value, without holding on to the value."""
    if isinstance(value, CnnError):
        # Without its traceback, which holds on to frames, and so for the errors in it.
        return type(value)(value.message, **{name: _lasting(each) for name, each in value.values.items()})
    if isinstance(value, BaseException):
        why = reason(value)
        return why if isinstance(why, CnnError) else f"{type(value).__name__}: {why}"
    return value if isinstance(value, Number) else str(value)


_recent = _Recent()


@cache
def begin() -> None:
    """Send every event to the file, and what matters of the app's own to the terminal, too.

    Where the file cannot be written, that is said, and the terminal has to do. A second call changes nothing.
    """
    logging.getLogger().addHandler(_recent)
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
        _log.warning(N_("no log can be kept in %s: %s"), path(), error)
    else:
        file.setFormatter(_OneLine())
        logging.getLogger().addHandler(file)


def last(count: int) -> list[Event]:
    """The last warnings and errors since `begin`, the newest first; the file has those before, too."""
    return list(islice(reversed(_recent.events), count))
