"""A Dask cluster as on other machines: nothing is shared with the app but the network."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from cnn.settings import PROJECT
from tests.processes import PATIENCE, keep_digits


class Cluster:
    """A scheduler and its workers, each in a folder of its own, with a checkout and data of its own.

    Args:
        folder: where those folders are made.
        tls: the options of Dask's command line that name the files of TLS; none without TLS.
    """

    def __init__(self, folder: Path, tls: Sequence[str] = ()) -> None:
        self._folder = folder
        self._tls = tls
        self._protocol = "tls" if tls else "tcp"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"{self._protocol}://127.0.0.1:{self._port}"

    @contextmanager
    def scheduler(self) -> Iterator[psutil.Process]:
        """`dask scheduler`, until the block ends."""
        options = ["--host", "127.0.0.1", "--port", str(self._port), "--protocol", self._protocol]
        with self._machine("scheduler", ["scheduler", *options, "--no-dashboard"]) as process:
            yield process

    @contextmanager
    def worker(self, name: str) -> Iterator[psutil.Process]:
        """`dask worker`, until the block ends."""
        options = ["--nthreads", "1", "--no-dashboard"]
        with self._machine(name, ["worker", self.address, *options]) as process:
            yield process

    @contextmanager
    def _machine(self, name: str, command: list[str]) -> Iterator[psutil.Process]:
        home = self._folder / name
        if not home.exists():
            shutil.copytree(PROJECT / "cnn", home / "cnn", ignore=shutil.ignore_patterns("__pycache__"))
            keep_digits(home / "data")
            (home / "tmp").mkdir()
        own = {f"CNN_{part.upper()}_DIR": str(home / part) for part in ("data", "models", "work", "logs")}
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command, *self._tls],
            cwd=home,
            env=os.environ
            | own
            | {"PYTHONPATH": ".", "TMPDIR": str(home / "tmp"), "DASK_LOGGING__DISTRIBUTED": "error"},
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def kill(machine: psutil.Process) -> None:
    """A machine that loses its power."""
    for process in (machine, *machine.children(recursive=True)):
        process.kill()
