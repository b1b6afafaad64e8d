"""What goes wrong with one picture costs that picture alone."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from cnn.errors import CnnError, PictureError
from cnn.i18n import N_

_log = logging.getLogger(__name__)


@contextmanager
def refusing() -> Iterator[None]:
    """Let the block, or the function that it decorates, raise nothing but the library's own errors.

    An unforeseen error goes to the log with its traceback. The block reads, prepares or classifies one
    picture; what shows the answer stays outside.

    Raises:
        CnnError: as the block raises it.
        PictureError: the block raised anything else that is an `Exception`.
    """
    try:
        yield
    except CnnError:
        raise
    except Exception as error:
        _log.exception(N_("a picture could not be read to its end"))
        raise PictureError(
            N_(
                "This picture was to be read, but led to a fault in the program ({kind}). "
                "Crop it a little differently, or bring or draw another one."
            ),
            kind=type(error).__name__,
        ) from error
