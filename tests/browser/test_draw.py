"""Drawing, in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.hand import canvas, clear, draw, expect_answer, key
from tests.browser.served import Served


def test_an_empty_canvas_invites(app: Served, page: Page) -> None:
    """Before the first stroke there is an invitation and no digit."""
    page.goto(app.url)
    canvas(page)
    expect(key(page, "answer")).to_contain_text("Draw a digit")
    expect(key(page, "answer")).not_to_have_text(re.compile(r"\d"))


def test_a_drawn_digit_is_recognised(app: Served, page: Page) -> None:
    """A 3 is read as a 3, with ten probabilities and the picture that the network saw."""
    page.goto(app.url)
    draw(page, 3)
    expect_answer(page, 3)
    expect(key(page, "probabilities").locator("li")).to_have_count(10)
    expect(key(page, "prepared").locator("img")).to_be_visible()


def test_clear_is_one_press(app: Served, page: Page) -> None:
    """After Clear the invitation is back, and another digit can be drawn."""
    page.goto(app.url)
    draw(page, 7)
    expect_answer(page, 7)
    clear(page)
    draw(page, 1)
    expect_answer(page, 1)


def test_two_visitors_draw_at_once(app: Served, page: Page, other_page: Page) -> None:
    """Each reads the answer to their own drawing, one of them on a phone's screen."""
    page.goto(app.url)
    other_page.goto(app.url)
    draw(page, 3)
    draw(other_page, 7)
    expect_answer(page, 3)
    expect_answer(other_page, 7)


def test_a_drawing_is_still_there_after_a_look_elsewhere(app: Served, page: Page) -> None:
    """Back from another page the digit stands on the canvas, is answered, and can be drawn on and cleared."""
    page.goto(app.url)
    draw(page, 1)
    expect_answer(page, 1)
    page.locator('a[href$="/train"]').first.click()
    expect(key(page, "train_start")).to_be_visible(timeout=120_000)
    page.go_back()
    expect_answer(page, 1)
    page.get_by_text("A number", exact=True).click()
    expect(key(page, "answer")).to_contain_text("Write a number", timeout=120_000)
    page.get_by_text("A digit", exact=True).click()
    expect_answer(page, 1)
    clear(page)
    draw(page, 7)
    expect_answer(page, 7)
