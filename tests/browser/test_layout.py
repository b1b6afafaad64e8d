"""How pages stand on screens between a phone and a desktop, and in colours that the system sets."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.everywhere import BUSY, settled
from tests.browser.hand import key, resting
from tests.browser.served import Served

WIDTHS = [768, 800, 834, 900, 1024]
"""Tablets, and windows that share a screen."""


@pytest.fixture
def opened(browser: Browser, app: Served) -> Iterator[Callable[..., Page]]:
    """Opens a page of the app in a browser with given properties."""
    contexts = []

    def open_page(path: str, width: int = 1280, **properties: str) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **properties)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_test_id("stHeading").first).to_be_visible(timeout=BUSY)
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_lies_on_the_languages(opened: Callable[..., Page], width: int, locale: str) -> None:
    """Every link of the bar at the top ends before they begin, or is in the bar's own menu."""
    page = opened("concepts", width, locale=locale)
    page.wait_for_function(
        """() => {
          const languages = document.querySelector(".st-key-language").getBoundingClientRect();
          const links = [...document.querySelectorAll(".rc-overflow > *")].filter(
            each => getComputedStyle(each).opacity !== "0" && each.getBoundingClientRect().width);
          const ends = links.map(each => each.getBoundingClientRect().right);
          return ends.length > 3 && Math.max(...ends) <= languages.left;
        }"""
    )


@pytest.mark.parametrize("width", [390, *WIDTHS])
def test_a_kernel_is_as_wide_as_high(opened: Callable[..., Page], width: int) -> None:
    """Its nine weights stand in three rows of three, whole, on every screen."""
    page = opened("concepts?section=convolution", width)
    fields = key(page, "kernel").locator("input")
    expect(fields).to_have_count(9)
    places = [resting(field) for field in fields.all()]
    assert len({round(box["x"]) for box in places}) == 3
    assert len({round(box["y"]) for box in places}) == 3
    assert key(page, "kernel").evaluate(
        "kernel => [...kernel.querySelectorAll('input')].every(each => each.scrollWidth <= each.clientWidth)"
    )


def test_the_matrix_has_room_for_its_numbers(opened: Callable[..., Page]) -> None:
    """On a tablet every count stands within its cell, which a finger can hit."""
    page = opened("mistakes", 768)
    cells = key(page, "confusion").locator("button")
    expect(cells.first).to_be_visible(timeout=BUSY)
    assert cells.evaluate_all("cells => cells.every(each => each.scrollWidth <= each.clientWidth + 1)")
    assert cells.evaluate_all("cells => cells.every(each => each.clientWidth >= 24)")


def test_the_keyboard_is_seen_in_the_bar(opened: Callable[..., Page]) -> None:
    """The link that it is on has a ring, also that of the open page."""
    page = opened("concepts")
    links = page.get_by_test_id("stTopNavLink")
    for link in (links.first, links.last):
        link.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_a_closed_menu_takes_no_keyboard(opened: Callable[..., Page]) -> None:
    """On a phone no press of Tab goes to a link that cannot be seen."""
    page = opened("", 390)
    page.evaluate("document.activeElement.blur()")
    for _press in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getBoundingClientRect().right") > 0


def test_what_is_chosen_is_seen_in_the_systems_colours(opened: Callable[..., Page]) -> None:
    """With forced colours a choice, a slider's track and a probability's bar are not the ground's colour."""
    page = opened("concepts?section=scores", forced_colors="active")
    ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    chosen = page.get_by_role("radio", name="Scores and loss")
    others = page.get_by_role("radio", name="Pooling", exact=True)
    colour = "element => getComputedStyle(element).backgroundColor"
    assert chosen.evaluate(colour) != others.evaluate(colour)
    bar = key(page, "softmax").locator(".bar span").first
    assert bar.evaluate(colour) not in {ground, "rgba(0, 0, 0, 0)"}
    assert (
        page.locator(".stSlider").first.evaluate("slider => getComputedStyle(slider).forcedColorAdjust")
        == "none"
    )


@pytest.mark.parametrize(
    ("path", "title"), [("", "Draw"), ("mistakes", "Mistakes"), ("concepts", "Concepts")]
)
def test_each_page_has_its_title_and_one_first_heading(
    opened: Callable[..., Page], path: str, title: str
) -> None:
    """Tabs and the history tell pages apart, and so does whoever jumps from heading to heading."""
    page = opened(path)
    expect(page).to_have_title(f"{title} · See a network learn")
    assert page.locator("h1").count() == 1
