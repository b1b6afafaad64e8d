"""Every page of the app, and how to wait until one of them stands there whole."""

import re

from playwright.sync_api import Page, expect

from tests.browser.served import PROJECT
from tests.sections import SECTIONS

BUSY = 180_000
"""Milliseconds that a page may take while processes start."""

LEADERS_PASSWORD = "gradient"
"""What opens the leader's page of an app that these journeys share."""

_PAGES = [path.stem for path in (PROJECT / "pages").glob("*.py")]

PATHS = [
    *("" if page == "draw" else page for page in sorted(_PAGES) if page != "concepts"),
    *(f"concepts?section={section}" for section in SECTIONS),
    "concepts?tour=6",
]


def open_whole(page: Page, url: str) -> None:
    """Open a page, wait until nothing on it is on its way, and unfold its folded parts."""
    if url.endswith("/status"):
        page.request.post(url, form={"password": LEADERS_PASSWORD})
    page.goto(url)
    expect(page.get_by_test_id("stHeading").first).to_be_visible(timeout=BUSY)
    settled(page)
    # Until Streamlit has measured the bar at the top, it says by itself how many pages do not fit.
    expect(page.get_by_text(re.compile(r"^\d+ more$"))).to_have_count(0, timeout=BUSY)
    for part in page.get_by_test_id("stExpander").locator("summary").all():
        part.click()
        settled(page)


def settled(page: Page) -> None:
    """Wait until nothing runs for a page, and nothing holds the place of what is still to come."""
    for waiting in ("stStatusWidget", "stSkeleton", "stSpinner"):
        expect(page.get_by_test_id(waiting)).to_have_count(0, timeout=BUSY)
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=BUSY)
