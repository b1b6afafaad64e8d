"""What holds of every page at rest, its folded parts unfolded: one opening serves all that is held of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import audit
from tests.browser.everywhere import PATHS, open_whole
from tests.browser.served import Served
from tests.browser.wording import strays, written

LAPTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 664}
"""What a phone leaves to a page between its browser's bars."""

STEPS = 80
"""So many presses of Tab more than there are controls, and a hand would have given up."""

CONTROLS = """() => {
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const controls = [...document.querySelectorAll(kinds)].filter(
    each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({visibilityProperty: true}));
  for (const each of controls) {
    const first = each.closest("[role=radiogroup]")?.querySelector("[role=radio], input") ?? each;
    each.dataset.stop = controls.indexOf(first);
  }
  return controls.map(each => [each.dataset.stop, each.outerHTML]);
}"""
"""What a mouse can use: its number, which those share between which arrows lead, and its HTML."""

TOO_WIDE = """width => [...document.querySelectorAll(".stApp *")].filter(element => {
  if (element.getBoundingClientRect().right <= width + 1 || !element.checkVisibility()) return false;
  // What scrolls by itself, or is cut off on purpose, may hold more than it shows.
  for (let around = element.parentElement; around.matches(".stMain *"); around = around.parentElement)
    if (getComputedStyle(around).overflowX !== "visible" && around.getBoundingClientRect().right <= width + 1)
      return false;
  return true;
}).map(element => element.outerHTML.slice(0, 160))"""


@pytest.fixture(scope="module", params=PATHS)
def opened(app: Served, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens a page of the app whole, once for all that is held of it in a browser of given properties."""
    with ExitStack() as contexts:
        pages: dict[str, Page] = {}

        def page(**properties: Any) -> Page:
            if repr(properties) not in pages:
                context = contexts.enter_context(closing(browser.new_context(**properties)))
                pages[repr(properties)] = context.new_page()
                open_whole(pages[repr(properties)], f"{app.url}/{request.param}")
            return pages[repr(properties)]

        yield page


def test_tab_leads_to_every_control(opened: Callable[..., Page]) -> None:
    """Whatever stands on a page to press, to fill in or to pick: Tab comes by."""
    page = opened(viewport=LAPTOP)
    controls = dict(page.evaluate(CONTROLS))
    assert len(controls) > 10
    page.evaluate("document.activeElement.blur()")
    for _step in range(len(controls) + STEPS):
        page.keyboard.press("Tab")
        controls.pop(page.evaluate("document.activeElement.dataset.stop"), None)
        if not controls:
            break
    assert list(controls.values()) == []


def test_an_english_page_has_no_korean(opened: Callable[..., Page]) -> None:
    """On an English page, Korean is the word for itself in the picker alone."""
    text = written(opened(viewport=LAPTOP), "en")
    assert set(re.findall("[가-힣]+", text)) <= {"한국어", "언어"}


def test_a_page_breaks_no_rule(opened: Callable[..., Page]) -> None:
    """No page breaks one of WCAG's rules, in both themes, on a laptop's and a phone's screen."""
    assert audit(opened(viewport=LAPTOP)) == {}


def test_a_korean_page_has_no_stray_english(opened: Callable[..., Page]) -> None:
    """A Korean browser gets every page in Korean: text, labels, descriptions of pictures, title."""
    text = written(opened(viewport=LAPTOP, locale="ko-KR"), "ko")
    assert re.search("[가-힣]", text)
    assert strays(text) == set(), text


def test_nothing_is_wider_than_the_screen(opened: Callable[..., Page]) -> None:
    """On a phone no page scrolls sideways, and nothing on it reaches beyond the edge."""
    phone = opened(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2, locale="en-US")
    widths = phone.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e.scrollWidth)"
    )
    assert max(widths) <= PHONE["width"]
    assert phone.evaluate(TOO_WIDE, PHONE["width"]) == []
