"""Why something failed, in the reader's language, where the system or a library knows it in English alone.

What is said here stands inside an error's sentence: short, without a capital and without a full stop.
"""

import errno
import socket
import ssl
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cnn.errors import CnnError
from cnn.i18n import N_

_OF_THE_SYSTEM: Mapping[int | None, str] = MappingProxyType(
    {
        errno.EACCES: N_("access is not allowed"),
        errno.EPERM: N_("access is not allowed"),
        errno.EROFS: N_("nothing can be written on this disk"),
        errno.ENOSPC: N_("the disk is full"),
        errno.EDQUOT: N_("the disk is full"),
        errno.EIO: N_("the disk cannot be read or written"),
        errno.ENOENT: N_("there is no such file or folder"),
        errno.EEXIST: N_("a file or folder of that name is in the way"),
        errno.ENOTEMPTY: N_("the folder is not empty"),
        errno.ENOTDIR: N_("a file stands where a folder should"),
        errno.EISDIR: N_("a folder stands where a file should"),
        errno.ENAMETOOLONG: N_("the name is too long"),
        errno.EMFILE: N_("too many files are open"),
        errno.ENFILE: N_("too many files are open"),
        errno.ENOMEM: N_("there is not enough memory"),
        errno.EADDRINUSE: N_("another program has that port"),
        errno.ECONNREFUSED: N_("nothing answers there"),
        errno.ECONNRESET: N_("the connection broke off"),
        errno.EPIPE: N_("the connection broke off"),
        errno.ENETUNREACH: N_("there is no network"),
        errno.EHOSTUNREACH: N_("there is no way to that machine"),
        errno.ETIMEDOUT: N_("no answer came in time"),
    }
)

# Their numbers, where they have any, are not the system's.
_OF_KINDS: Mapping[type[BaseException], str] = MappingProxyType(
    {
        MemoryError: _OF_THE_SYSTEM[errno.ENOMEM],
        TimeoutError: _OF_THE_SYSTEM[errno.ETIMEDOUT],
        socket.gaierror: N_("there is no machine of that name"),
        ssl.SSLError: N_("the connection cannot be trusted"),
    }
)

_OF_PYDANTIC = MappingProxyType(
    {
        "greater_than": N_("it must be above {gt:.10g}"),
        "greater_than_equal": N_("it must be at least {ge:.10g}"),
        "less_than": N_("it must be below {lt:.10g}"),
        "less_than_equal": N_("it must be at most {le:.10g}"),
        "int_from_float": N_("it must be a whole number"),
        "int_type": N_("it must be a whole number"),
        "int_parsing": N_("it must be a whole number"),
        "float_type": N_("it must be a number"),
        "float_parsing": N_("it must be a number"),
        "finite_number": N_("it must be a number"),
        "bool_parsing": N_("it must be true or false"),
        "bool_type": N_("it must be true or false"),
        "string_type": N_("it must be a text"),
        "string_too_long": N_("it must not be longer than {max_length}"),
        "string_too_short": N_("it must not be shorter than {min_length}"),
        "literal_error": N_("it must be one of {expected}"),
        "union_tag_invalid": N_("it must be one of {expected_tags}"),
        "missing": N_("it is missing"),
        "extra_forbidden": N_("nothing of that name is known"),
    }
)


def reason(error: BaseException) -> CnnError | str:
    """Why something failed: to be translated where it is shown, or in the error's own words.

    Args:
        error: of any kind; of the system's own, the usual ones are known.

    Returns:
        Never nothing: an error without words gives the name of its kind.
    """
    if isinstance(error, CnnError):
        return error
    code, own = (error.errno, error.strerror) if isinstance(error, OSError) else (None, None)
    of_its_kind = (text for kind, text in _OF_KINDS.items() if isinstance(error, kind))
    if template := next(of_its_kind, _OF_THE_SYSTEM.get(code)):
        return CnnError(template)
    lines = (line.strip().removesuffix(".") for line in (own or str(error)).splitlines())
    return next(filter(None, lines), type(error).__name__)


def mistake(found: Any) -> CnnError | str:
    """Why Pydantic refuses a value, likewise.

    Args:
        found: one of `ValidationError.errors()`.
    """
    if (template := _OF_PYDANTIC.get(found["type"])) is None:
        return str(found["msg"])
    values = dict(found.get("ctx", {}))
    if "expected" in values:
        # Pydantic joins the last two in English.
        values["expected"] = values["expected"].replace(" or ", ", ")
    return CnnError(template, **values)
