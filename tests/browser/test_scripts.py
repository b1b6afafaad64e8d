"""The components' scripts on their way to a browser."""

import re
from collections import Counter
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.hand import key
from tests.browser.served import Served

START = 120_000
"""Milliseconds that processes may take to start on a busy machine."""


def test_each_script_is_loaded_once(app: Served, page: Page) -> None:
    """However often the page runs again, and whatever others import, each is asked for once."""
    asked: Counter[str] = Counter()
    page.on("request", lambda request: asked.update([urlsplit(request.url).path]))
    page.goto(f"{app.url}/filters")
    tiles = key(page, "filters_grid").locator(".buttons button")
    for number in (2, 5):
        tiles.nth(number).click(timeout=START)
        expect(key(page, "filters_grid").locator('[aria-pressed="true"]')).to_have_attribute(
            "value", str(number), timeout=START
        )
    scripts = {path: count for path, count in asked.items() if re.search("/scripts/[0-9a-f]{16}/", path)}
    assert any(path.endswith("/widgets/tiles.js") for path in scripts)
    assert any(path.endswith("/widgets/keyboard.js") for path in scripts)
    assert set(scripts.values()) == {1}


def test_a_script_that_failed_to_come_is_asked_for_again(app: Served, page: Page) -> None:
    """A network that falters once leaves no component dead: who comes back to the page finds it."""
    page.route("**/widgets/tiles.js", lambda route: route.abort(), times=1)
    page.goto(f"{app.url}/filters")
    expect(key(page, "filters_grid").get_by_text("BidiComponent Error")).to_be_visible(timeout=START)
    page.get_by_role("link", name="Concepts").click()
    expect(page.get_by_role("heading", name="What a convolutional network is")).to_be_visible(timeout=START)
    page.get_by_role("link", name="Filters").click()
    expect(key(page, "filters_grid").locator(".buttons button").first).to_be_visible(timeout=START)
