"""The main acts by keyboard alone: Tab, Enter, Space, the arrows, and digits."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.everywhere import BUSY, settled
from tests.browser.hand import key
from tests.browser.served import Served

STEPS = 80
"""After so many presses of Tab a hand would have given up."""


def opened(page: Page, url: str) -> None:
    """Open a page and wait until it can be used."""
    page.goto(url)
    expect(page.get_by_test_id("stHeading").first).to_be_visible(timeout=BUSY)
    settled(page)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is on what is wanted, or in it."""
    expect(wanted).to_be_visible(timeout=BUSY)
    for _step in range(STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element.contains(document.activeElement)"):
            return
    raise AssertionError(f"{STEPS} presses of Tab do not lead to {wanted}")


def test_a_test_image_instead_of_a_drawing(app: Served, page: Page) -> None:
    """Who cannot draw takes a test image, and reads the answer to it."""
    opened(page, app.url)
    tab_to(page, key(page, "way"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(key(page, "picture_source")).to_be_visible(timeout=BUSY)
    settled(page)
    tab_to(page, key(page, "picture_source"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, key(page, "test_image").locator("input"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(key(page, "answer").get_by_role("status")).to_contain_text(re.compile(r"\d"), timeout=BUSY)


def test_a_training(app: Served, page: Page) -> None:
    """From the link in the navigation to the settings, to the button, to the outcome."""
    opened(page, app.url)
    tab_to(page, page.get_by_role("link", name="Train", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Train a network")).to_be_visible(timeout=BUSY)
    settled(page)
    tab_to(page, page.locator("summary").filter(has_text="More settings"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("spinbutton", name="Training images"))
    page.keyboard.press("Control+a")
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    settled(page)
    tab_to(page, key(page, "train_start").locator("button"))
    page.keyboard.press("Enter")
    expect(key(page, "train_progress")).to_contain_text("of the test images right", timeout=BUSY)
    settled(page)
    curves = page.locator(".live-curves")
    tab_to(page, curves)
    page.keyboard.press("ArrowLeft")
    expect(curves.get_by_role("status")).to_contain_text(re.compile(r"Epoch \d.*Validation \d+\.\d+%"))


def test_a_cell_of_the_confusion_matrix(app: Served, page: Page) -> None:
    """The matrix is one stop; arrows go through it, and Enter shows a cell's images."""
    opened(page, f"{app.url}/mistakes")
    tab_to(page, key(page, "confusion").locator("table"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(key(page, "confusion").locator('[value="1,1"]')).to_have_attribute(
        "aria-pressed", "true", timeout=BUSY
    )


def test_a_filter(app: Served, page: Page) -> None:
    """The grid is one stop, too; the next filter is an arrow away."""
    opened(page, f"{app.url}/filters")
    tab_to(page, key(page, "filters_grid"))
    page.keyboard.press("ArrowRight")
    # What a pointer shows of it, the keyboard does, too.
    expect(key(page, "filters_grid").locator(".weights caption")).to_have_text("Filter 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Filter 1", exact=True)).to_be_visible(timeout=BUSY)


def test_a_pixel_of_a_feature_map(app: Served, page: Page) -> None:
    """The map is a stop, and arrows lead from pixel to pixel."""
    opened(page, f"{app.url}/feature_maps")
    tab_to(page, key(page, "arithmetic").locator(".map canvas"))
    result = key(page, "arithmetic").locator(".result")
    row, column = (int(result.get_attribute(f"data-{name}") or "") for name in ("row", "column"))
    page.keyboard.press("ArrowUp" if row else "ArrowDown")
    page.keyboard.press("ArrowLeft" if column else "ArrowRight")
    expect(result).to_have_attribute("data-row", str(row - 1 if row else 1))
    expect(result).to_have_attribute("data-column", str(column - 1 if column else 1))
