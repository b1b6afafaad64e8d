"""The app behind nginx, under a path of its own, as `docs/operate.md` says to set it up."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import draw, expect_answer, key
from tests.browser.proxied import proxied
from tests.browser.served import serve

START = 120_000
"""Milliseconds that processes may take to start on a busy machine."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address under which nginx gives the app."""
    folder = tmp_path_factory.mktemp("app")
    with serve(folder, prefix="/cnn") as app, proxied(folder, app.url) as address:
        yield address


def test_a_digit_is_read(url: str, page: Page) -> None:
    """What is drawn goes through the proxy, and its answer comes back."""
    page.goto(f"{url}/")
    draw(page, 3)
    expect_answer(page, 3)


def test_pages_keep_the_prefix(url: str, page: Page) -> None:
    """Links stay under the app's path, and each address opens its page again."""
    page.goto(f"{url}/")
    page.get_by_role("link", name="Concepts").click()
    heading = page.get_by_role("heading", name="What a convolutional network is")
    expect(heading).to_be_visible(timeout=START)
    assert page.url.startswith(f"{url}/concepts")
    page.reload()
    expect(heading).to_be_visible(timeout=START)


def test_a_training_is_asked_for_under_the_prefix(url: str, page: Page) -> None:
    """There, too, the address knows trainings, and no page of the app's stands in for an unknown one."""
    answer = page.request.get(f"{url}/training/unknown")
    assert (answer.status, answer.text()) == (404, "null")


def test_a_picture_is_uploaded(url: str, page: Page) -> None:
    """Streamlit's guard against foreign forms lets the visitor's own upload through."""
    picture = np.full((200, 200), 255, np.uint8)
    cv2.line(picture, (100, 40), (100, 160), 0, 14)
    page.goto(f"{url}/")
    page.get_by_text("A picture", exact=True).click()
    key(page, "upload").locator("input[type=file]").set_input_files(
        {"name": "one.png", "mimeType": "image/png", "buffer": cv2.imencode(".png", picture)[1].tobytes()}
    )
    expect_answer(page, 1)
