"""The app on a phone: a finger draws, and nothing needs to be looked for off the screen."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.everywhere import BUSY
from tests.browser.hand import DIGITS, canvas, key, take_pen
from tests.browser.served import Served

WIDTH, HEIGHT = 390, 664
"""What a phone of 390 pixels leaves to a page between its browser's bars."""


@pytest.fixture
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor with a phone, which speaks English unless the test asks for another language."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        locale=getattr(request, "param", "en-US"),
    )
    yield context.new_page()
    context.close()


def draw_with_finger(page: Page, digit: int) -> None:
    """Draw a digit by touch."""
    finger: CDPSession = page.context.new_cdp_session(page)
    box = take_pen(page, canvas(page))

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    for stroke in DIGITS[digit]:
        touch("touchStart", stroke[0])
        for (x, y), (x_next, y_next) in pairwise(stroke):
            for part in (0.2, 0.4, 0.6, 0.8, 1):
                touch("touchMove", (x + (x_next - x) * part, y + (y_next - y) * part))
        touch("touchEnd")


def scrolled(page: Page) -> float:
    """How far down the page stands."""
    return float(page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop + scrollY"))


@pytest.mark.parametrize("phone", ["en-US", "ko-KR"], indirect=True)
def test_a_finger_draws_and_the_answer_is_in_sight(app: Served, phone: Page) -> None:
    """Strokes up and down the canvas scroll nothing, and the answer stands on the screen as it is."""
    phone.goto(app.url)
    canvas(phone)
    phone.wait_for_function("document.fonts.status === 'loaded'")
    before = scrolled(phone)
    draw_with_finger(phone, 7)
    said = key(phone, "answer").get_by_role("status")
    expect(said).to_contain_text("7", timeout=BUSY)
    assert scrolled(phone) == before == 0
    expect(said).to_be_in_viewport(ratio=1)


def test_the_menu_opens_and_closes(app: Served, phone: Page) -> None:
    """Nothing that stays on the page lies on the button that closes the menu."""
    phone.goto(app.url)
    phone.get_by_test_id("stExpandSidebarButton").tap(timeout=BUSY)
    close = phone.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    close.tap(timeout=BUSY)
    expect(close).not_to_be_in_viewport()
    expect(key(phone, "language")).to_be_visible()
