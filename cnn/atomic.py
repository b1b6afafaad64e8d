"""Files and folders that appear whole or not at all, whatever ends the process that writes them.

Each is written into a hidden folder beside its place and moved when it is whole. A lock holds that hidden
folder as long as its process lives, so that what a crash left can be told from what is being written.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, TemporaryFile

from cnn.i18n import N_

_log = logging.getLogger(__name__)

_UNFINISHED = ".unfinished-"
# Inside such a folder: the old content, while the new one takes its place.
_BEFORE = "before"


def write(path: Path, content: bytes) -> None:
    """Write a file; one that stands there is replaced.

    Raises:
        OSError: the disk is full or the folder cannot be written; all is as before.
    """
    with _scratch(path.parent) as scratch:
        write_through(scratch / path.name, content)
        (scratch / path.name).replace(path)


@contextmanager
def folder(place: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes its place at the end; one that stands there is replaced.

    Raises:
        OSError: as `write`.
    """
    with _scratch(place.parent) as scratch:
        whole = scratch / "new"
        whole.mkdir()
        yield whole
        _put(whole, place, scratch / _BEFORE / place.name)


def write_through(path: Path, content: bytes) -> None:
    """Write a new file, and return when the disk has it.

    Raises:
        OSError: as `write`, or a file stands there; a part of it may be left.
    """
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def remove(place: Path) -> None:
    """Let a folder go with all that is in it, at once.

    Raises:
        OSError: it is not there, or the folder around it cannot be written.
    """
    with _scratch(place.parent) as scratch:
        place.replace(scratch / place.name)


def make_writable(folder: Path) -> None:
    """Make a folder where it is missing, and see that files can be written there.

    Raises:
        OSError: they cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder):
        pass


def clear_leftovers(folder: Path) -> None:
    """Remove what unfinished writes have left in a folder and in those inside it.

    What stood in a place whose new content was not yet there comes back. What another process is just
    writing is left alone.
    """
    for scratch in [*folder.glob(f"{_UNFINISHED}*"), *folder.glob(f"*/{_UNFINISHED}*")]:
        try:
            with held(scratch) as mine:
                if not mine:
                    continue
                for before in scratch.glob(f"{_BEFORE}/*"):
                    if not (scratch.parent / before.name).exists():
                        before.replace(scratch.parent / before.name)
                rmtree(scratch)
        except OSError as error:
            _log.warning(N_("%s, left by an unfinished write, could not be removed: %s"), scratch, error)
        else:
            _log.info("%s, left by an unfinished write, is removed", scratch)


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold a folder as long as this process lives; gives whether it does. Nobody holds it twice."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = True
        except OSError:
            # Somebody else's, or on a disk that knows no locks.
            held = False
        yield held
    finally:
        os.close(handle)


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A hidden folder on the same disk, gone afterwards with what is in it."""
    with (
        TemporaryDirectory(prefix=_UNFINISHED, dir=parent, ignore_cleanup_errors=True) as path,
        held(Path(path)),
    ):
        yield Path(path)


def _put(whole: Path, place: Path, old: Path) -> None:
    """Move a folder to its place; what stood there goes to `old`, and back if the move fails."""
    old.parent.mkdir()
    if place.exists():
        place.replace(old)
    try:
        whole.replace(place)
    except OSError:
        if old.exists():
            old.replace(place)
        raise
