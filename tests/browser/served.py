"""The app as its own process, on a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """A running app.

    Attributes:
        url: where it is.
        process: the server's.
        log: what it wrote.
    """

    url: str
    process: psutil.Process
    log: Path

    def family(self) -> list[psutil.Process]:
        """All processes that the app has started."""
        return self.process.children(recursive=True)

    def training_workers(self) -> list[psutil.Process]:
        """The processes that train: those at a lower priority than the server."""
        return [process for process in self.family() if process.nice() > self.process.nice()]

    def answering_worker(self) -> psutil.Process:
        """The process that answers: the largest one at the server's priority."""
        usual = [process for process in self.family() if process.nice() == self.process.nice()]
        return max(usual, key=lambda process: process.memory_info().rss)


@contextmanager
def serve(folder: Path, script: str = "app.py", at: Path = PROJECT, **environment: str) -> Iterator[Served]:
    """Run an app, from the folder `at`, until the block ends; models and logs stay in `folder`."""
    port = _free_port()
    log = folder / "app.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)],
            cwd=at,
            env=os.environ
            | {f"CNN_{name.upper()}_DIR": str(folder / name) for name in ("models", "work", "logs")}
            | environment,
            stdout=output,
            stderr=output,
            # A group of its own, as in a terminal of its own.
            start_new_session=True,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield Served(f"http://127.0.0.1:{port}", psutil.Process(process.pid), log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the app ended with {process.returncode} before it answered")
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"no answer from {url} within {seconds} s")
