"""A network that goes away: what a proxy of this machine gives of every file, and then gives no more."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from tests.processes import PATIENCE, self_signed

PIECE = bytes(1 << 16)


class BrokenNetwork:
    """The settings of a program that is to reach everything through it, and what happens there.

    Attributes:
        environment: the variables that `requests` heeds.
        asked: set once a file is on its way.
        gone: once it is set, what is on its way breaks off, and nothing can be reached any more.
    """

    def __init__(self, folder: Path, host: str) -> None:
        certificate, key = self_signed(folder, host, "-addext", f"subjectAltName=DNS:{host}")
        self.asked, self.gone = Event(), Event()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._door = socket.create_server(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.environment = {
            "https_proxy": proxy,
            "no_proxy": "127.0.0.1",
            "REQUESTS_CA_BUNDLE": str(certificate),
        }

    def run(self) -> None:
        """Serve whoever comes, one after the other, until the network is gone."""
        with self._door:
            while not self.gone.is_set():
                # Who is refused or leaves is no concern of the others'.
                with suppress(OSError), self._door.accept()[0] as caller:
                    self._serve(caller)

    def close(self) -> None:
        """End `run`."""
        self.gone.set()
        with suppress(OSError):
            socket.create_connection(self._door.getsockname(), timeout=1).close()

    def _serve(self, caller: socket.socket) -> None:
        caller.settimeout(PATIENCE)
        caller.recv(1 << 16)
        if self.gone.is_set():
            return
        caller.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with self._tls.wrap_socket(caller, server_side=True) as visitor:
            visitor.recv(1 << 16)
            visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            self.asked.set()
            while not self.gone.wait(0.1):
                visitor.sendall(PIECE)


@contextmanager
def broken_network(folder: Path, host: str) -> Iterator[BrokenNetwork]:
    """A network in which there is one host, whose certificate lies in `folder`."""
    network = BrokenNetwork(folder, host)
    serving = Thread(target=network.run, daemon=True)
    serving.start()
    try:
        yield network
    finally:
        network.close()
        serving.join(timeout=PATIENCE)
