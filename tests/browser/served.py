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
def serve(
    folder: Path, script: str = "app.py", at: Path = PROJECT, prefix: str = "", **environment: str
) -> Iterator[Served]:
    """Run an app, from the folder `at`, until the block ends; all that it keeps stays in `folder`.

    Its addresses begin with `prefix`, as in "/cnn".
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}{prefix}"
    log = folder / "app.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)],
            cwd=at,
            env=os.environ
            | {f"CNN_{name.upper()}_DIR": str(folder / name) for name in ("models", "work", "logs", "cache")}
            | {"STREAMLIT_SERVER_BASE_URL_PATH": prefix}
            | environment,
            stdout=output,
            stderr=output,
            # A group of its own, as in a terminal of its own.
            start_new_session=True,
        )
    try:
        wait_for(f"{url}/_stcore/health", process)
        yield Served(url, psutil.Process(process.pid), log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until a process answers at an address.

    Raises:
        RuntimeError: the process has ended.
        TimeoutError: it does not answer.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} before it answered")
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"no answer from {url} within {seconds} s")
