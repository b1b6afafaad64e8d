"""What a machine must have before the app can work on it, and what it had better have.

Each finding is a sentence that says what is wrong and what mends it. `python -m cnn check` tells them,
`make run` does so before it starts the server, and the server writes them to its log.
"""

import shutil
import socket
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from cnn import atomic
from cnn.data import datasets
from cnn.errors import NotReady
from cnn.i18n import N_
from cnn.reasons import reason
from cnn.settings import PROJECT, Settings

REQUIREMENTS = PROJECT / "requirements.txt"
OLDEST_PYTHON = (3, 11)
ENOUGH_DISK = 10**9
"""Bytes: some hundred models with their logs, and MNIST."""
_PORTS_TRIED = 100


def obstacles(limits: Settings, port: int | None = None) -> list[NotReady]:
    """What keeps the app from working.

    Args:
        limits: the settings that name its folders.
        port: the one that a server is about to listen on; None asks for none.
    """
    return [
        *_python(),
        *_missing_packages(),
        *_closed_folders(limits),
        *([] if port is None else _port(port)),
    ]


def cautions(limits: Settings) -> list[NotReady]:
    """What the app can work without, and had better not."""
    return [*_untested_packages(), *_disk(limits.models_dir), *_data_folder(limits.data_dir), *_data()]


def _python() -> Iterator[NotReady]:
    if sys.version_info < OLDEST_PYTHON:
        yield NotReady(
            N_("This is Python {version}, and {oldest} or later is needed. Name another: make PYTHON=… run."),
            version=".".join(map(str, sys.version_info[:2])),
            oldest=".".join(map(str, OLDEST_PYTHON)),
        )


def _missing_packages() -> Iterator[NotReady]:
    for needed in _requirements():
        if _version(needed.name) is None:
            yield NotReady(
                N_("The package {name} is not installed. Install all: pip install -r requirements.txt."),
                name=needed.name,
            )


def _untested_packages() -> Iterator[NotReady]:
    for needed in _requirements():
        version = _version(needed.name)
        if version is not None and not needed.specifier.contains(version, prereleases=True):
            yield NotReady(
                N_(
                    "{name} is here in version {version}, and tested in {tested}. Install that: "
                    "pip install -r requirements.txt -c constraints.txt."
                ),
                name=needed.name,
                version=version,
                tested=needed.specifier,
            )


def _requirements() -> Iterator[Requirement]:
    """What `requirements.txt` asks for on this system."""
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text and ((needed := Requirement(text)).marker is None or needed.marker.evaluate()):
            yield needed


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _closed_folders(limits: Settings) -> Iterator[NotReady]:
    for name in ("models_dir", "work_dir", "logs_dir", "cache_dir"):
        folder: Path = getattr(limits, name)
        try:
            atomic.make_writable(folder)
        except OSError as error:
            yield NotReady(
                N_(
                    "Nothing can be written into {folder} ({reason}). Open it for writing, or name another "
                    "in {variable}."
                ),
                folder=folder,
                reason=reason(error),
                variable=f"CNN_{name.upper()}",
            )


def _port(port: int) -> Iterator[NotReady]:
    if not _free(port):
        others = range(port + 1, min(port + _PORTS_TRIED, 2**16))
        yield NotReady(
            N_(
                "Port {port} is taken by another program. End that one, or start here: make run PORT={other}."
            ),
            port=port,
            other=next(filter(_free, others), "…"),
        )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port that was left a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _disk(folder: Path) -> Iterator[NotReady]:
    here = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    free = shutil.disk_usage(here).free
    if free < ENOUGH_DISK:
        yield NotReady(
            N_(
                "Only {free:.0f} MB are free for {folder}, and a workshop may fill {enough:.0f}. Make room, "
                "or name a folder on another disk in CNN_MODELS_DIR."
            ),
            free=free / 1e6,
            folder=folder,
            enough=ENOUGH_DISK / 1e6,
        )


def _data_folder(folder: Path | None) -> Iterator[NotReady]:
    if folder is None:
        return
    try:
        (folder / "mnist.npz").stat()
    except FileNotFoundError:
        return
    except OSError as error:
        yield NotReady(
            N_(
                "CNN_DATA_DIR names {folder}, which cannot be read ({reason}). Open it for reading, or name "
                "another."
            ),
            folder=folder,
            reason=reason(error),
        )


def _data() -> Iterator[NotReady]:
    if datasets.find("mnist") is None:
        yield NotReady(
            N_(
                "MNIST is not on this machine. The first training fetches it; for a room without internet, "
                "run `python -m cnn data` now, or name a folder that has it in CNN_DATA_DIR."
            )
        )
