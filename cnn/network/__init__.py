"""All that needs Keras. Runs in worker processes, notebooks and on the command line, never in the app's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _without_notes() -> Iterator[None]:
    """TensorFlow's import writes notes past Python and past its own log level; errors still come through."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


# Two threads of a worker may come here at once. Importing Keras under this package's own lock lets the
# second one wait; TensorFlow breaks when two threads import it at the same time.
with _without_notes():
    import keras as keras
