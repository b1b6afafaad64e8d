"""What the running app refuses to strangers: other sites' pages, and other machines."""

import asyncio
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from benchmarks.client import browse
from tests.browser.served import Served, serve
from tests.processes import PATIENCE

STREAM = "/_stcore/stream"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An app with its processes."""
    with serve(tmp_path_factory.mktemp("guards")) as app:
        asyncio.run(begin_training(app.url))
        yield app


async def begin_training(url: str) -> None:
    """Have every kind of process started."""
    async with browse(url) as client:
        await client.open("train")
        await client.press("train_start")


async def connection(served: Served, origin: str) -> None:
    """Open Streamlit's own connection as a page of `origin` would."""
    async with connect(served.url.replace("http", "ws", 1) + STREAM, origin=origin):
        pass


def test_another_sites_page_gets_no_connection(served):
    """Streamlit's guard is on: what a visitor's browser has open elsewhere cannot act in their name."""
    asyncio.run(connection(served, served.url))
    with pytest.raises(InvalidStatus, match="403"):
        asyncio.run(connection(served, "http://elsewhere.example"))


def test_another_sites_form_uploads_nothing(served):
    """Without the token that the app's own page was given, an upload is refused."""
    form = Request(f"{served.url}/_stcore/upload_file/some/file", data=b"x", method="PUT")
    with pytest.raises(HTTPError, match="403"):
        urlopen(form)


def test_the_workers_listen_on_loopback_alone(served):
    """Of the app's processes only the server can be reached from other machines."""
    deadline = time.monotonic() + PATIENCE
    while not served.training_workers():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    addresses = {
        connection.laddr.ip
        for process in served.family()
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}
