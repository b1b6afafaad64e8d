"""One file from the network: its progress told, its length and checksum held against what is known."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests
import urllib3

from cnn.errors import CnnError, DownloadFailed
from cnn.i18n import N_

CHUNK = 1 << 16


@dataclass(frozen=True)
class RemoteFile:
    """A file that never changes.

    Attributes:
        url: where it lies.
        size: its length in bytes.
        checksum: the algorithm's name in `hashlib`, a colon, and the digest in hexadecimal.
    """

    url: str
    size: int
    checksum: str

    def matches(self, content: bytes | bytearray) -> bool:
        """Whether this is the file's content, by its checksum."""
        algorithm, expected = self.checksum.split(":")
        return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() == expected


def ignore(done: int) -> None:
    """Hears what a download tells, and does nothing."""


def download(file: RemoteFile, timeout: float, on_bytes: Callable[[int], None] = ignore) -> bytes:
    """The file's whole content.

    Args:
        file: what to fetch.
        timeout: seconds without a byte after which to give up.
        on_bytes: called with the bytes that came so far, for each piece.

    Raises:
        DownloadFailed: no connection, no byte for `timeout` seconds, or something else came.
    """
    content = bytearray()
    for chunk in _chunks(file.url, timeout):
        content += chunk
        on_bytes(len(content))
        if len(content) > file.size:
            break
    if not file.matches(content):
        raise DownloadFailed(
            N_(
                "{url} gave {size} bytes that are not the file of {expected} bytes that was expected. "
                "Perhaps the network shows a login page instead: open a web page once, then try again."
            ),
            url=file.url,
            size=len(content),
            expected=file.size,
        )
    return bytes(content)


def _chunks(url: str, timeout: float) -> Iterator[bytes]:
    try:
        # Without compression, a piece can be passed on as soon as it comes.
        headers = {"Accept-Encoding": "identity"}
        with requests.get(url, stream=True, timeout=timeout, headers=headers) as response:
            response.raise_for_status()
            while chunk := response.raw.read1(CHUNK):
                yield chunk
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise DownloadFailed(
            N_("{url} could not be fetched ({reason}). Check the network, then try again."),
            url=url,
            reason=_reason(error, timeout),
        ) from error


def _reason(error: Exception, timeout: float) -> str | CnnError:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return CnnError(N_("{timeout:g} s without a byte"), timeout=timeout)
    if isinstance(error, requests.HTTPError):
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.exceptions.SSLError):
        return CnnError(N_("the server does not show that it is the right one"))
    if isinstance(error, requests.ConnectionError):
        return CnnError(N_("there is no connection"))
    return CnnError(N_("the connection broke off"))
