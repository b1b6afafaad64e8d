"""A workshop with a password, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import canvas
from tests.browser.served import Served, serve


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app behind a password."""
    with serve(
        tmp_path_factory.mktemp("app"), CNN_PASSWORD="kernel", CNN_LEADER_PASSWORD="gradient"
    ) as served:
        yield served


def test_the_password_is_asked_for_once(closed: Served, page: Page) -> None:
    """Before it there is a form and no connection to the app; after it every page is there, also reloaded."""
    connections: list[str] = []
    page.on("websocket", lambda socket: connections.append(socket.url))
    page.goto(f"{closed.url}/concepts")
    enter(page, "The workshop's password", "not it")
    expect(page.get_by_role("alert")).to_contain_text("That is not the password")
    assert connections == []
    enter(page, "The workshop's password", "kernel")
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


def test_the_leader_sees_who_is_here(closed: Served, page: Page, other_page: Page) -> None:
    """`/status` opens with the leader's password alone, and follows who comes and goes."""
    page.goto(closed.url)
    enter(page, "The workshop's password", "kernel")
    canvas(page)
    other_page.goto(f"{closed.url}/status")
    enter(other_page, "The leader's password", "kernel")
    expect(other_page.get_by_role("alert")).to_contain_text("That is not the password")
    enter(other_page, "The leader's password", "gradient")
    expect(other_page.get_by_text("2 visitors have a page open")).to_be_visible(timeout=120_000)
    page.close()
    expect(other_page.get_by_text("1 visitor has a page open")).to_be_visible()


def enter(page: Page, label: str, password: str) -> None:
    """Give a password at the door."""
    field = page.get_by_label(label)
    field.fill(password)
    field.press("Enter")
