"""The README's pictures, a page each, in both languages. Run as `python -m tests.browser.pictures`."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cnn.i18n import LANGUAGES
from tests.browser.chromium import launch
from tests.browser.everywhere import BUSY, LEADERS_PASSWORD, settled
from tests.browser.hand import draw, expect_answer, key
from tests.browser.served import PROJECT, serve

FOLDER = PROJECT / "docs" / "pictures"
_WIDTH, _HEIGHT = 1280, 860
_COLOURS = 192
"""Enough for flat pages; a picture is then a few dozen kilobytes."""
_MADE = {
    "mistakes": ".st-key-confusion table button",
    "filters": ".st-key-filter_answer img",
    "feature_maps": ".st-key-feature_maps_grid img",
    "concepts": ".st-key-kernel",
}
"""What stands on a page once its network has answered."""


def main() -> None:
    """Open the app as a visitor of each language, and take every page's picture."""
    with (
        TemporaryDirectory() as folder,
        serve(Path(folder), CNN_LEADER_PASSWORD=LEADERS_PASSWORD) as app,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for language in LANGUAGES:
            _take_all(browser, app.url, language)
        browser.close()


def _take_all(browser: Browser, url: str, language: str) -> None:
    """The pages in the order in which one meets them: what is drawn and trained shows on the later ones."""
    context = browser.new_context(locale=language, viewport={"width": _WIDTH, "height": _HEIGHT})
    page = context.new_page()
    folder = FOLDER / language
    folder.mkdir(parents=True, exist_ok=True)

    page.goto(url)
    draw(page, 3)
    expect_answer(page, 3)
    _take(page, folder / "draw.png")

    for name, made in _MADE.items():
        _follow(page, name)
        expect(page.locator(made).first).to_be_visible(timeout=BUSY)
        _take(page, folder / f"{name}.png")

    _follow(page, "train")
    key(page, "train_start").locator("button").click()
    expect(key(page, "draw_with_it")).to_be_visible(timeout=BUSY)
    _take(page, folder / "train.png")
    _follow(page, "runs")
    _take(page, folder / "runs.png")

    # The leader's page, while something is going on.
    page.goto(f"{url}/train?epochs_fast=50")
    key(page, "train_start").locator("button").click()
    expect(key(page, "train_stop")).to_be_visible(timeout=BUSY)
    page.request.post(f"{url}/status", form={"password": LEADERS_PASSWORD})
    page.goto(f"{url}/status")
    stop = page.locator("[class*=st-key-status_stop] button")
    expect(stop.first).to_be_visible(timeout=BUSY)
    _take(page, folder / "status.png")
    stop.first.click()
    expect(stop).to_have_count(0, timeout=BUSY)
    context.close()


def _follow(page: Page, name: str) -> None:
    """Go to a page by its link, as the drawing stays with a visitor who does not load the app anew."""
    heading = page.get_by_test_id("stHeading").first
    before = heading.inner_text()
    page.locator(f'a[href$="/{name}"]').first.click()
    expect(heading).not_to_have_text(before, timeout=BUSY)


def _take(page: Page, file: Path) -> None:
    settled(page)
    page.mouse.move(0, 0)
    picture = Image.open(BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
