"""A workshop with a password, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import canvas
from tests.browser.served import Served, serve


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app behind a password."""
    with serve(tmp_path_factory.mktemp("app"), CNN_PASSWORD="kernel") as served:
        yield served


def test_the_password_is_asked_for_once(closed: Served, page: Page) -> None:
    """Before it there is a form and no connection to the app; after it every page is there, also reloaded."""
    connections: list[str] = []
    page.on("websocket", lambda socket: connections.append(socket.url))
    page.goto(f"{closed.url}/concepts")
    field = page.get_by_label("The workshop's password")
    field.fill("not it")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That is not the password")
    assert connections == []
    field.fill("kernel")
    field.press("Enter")
    expect(page.get_by_role("heading", name="What a convolutional network is")).to_be_visible(timeout=120_000)
    page.reload()
    expect(page.get_by_role("heading", name="What a convolutional network is")).to_be_visible(timeout=120_000)
    page.goto(closed.url)
    canvas(page)


def test_a_stranger_gets_no_connection(closed: Served, page: Page) -> None:
    """Whoever leaves the form aside and opens Streamlit's own connection is turned away."""
    page.goto(closed.url)
    outcome = page.evaluate(
        """() => new Promise(resolve => {
            const socket = new WebSocket(location.origin.replace("http", "ws") + "/_stcore/stream");
            socket.onopen = () => resolve("open");
            socket.onerror = () => resolve("refused");
        })"""
    )
    assert outcome == "refused"
