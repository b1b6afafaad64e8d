"""From a network of one's own to the room's leaderboard, and a sweep, in a real browser."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.everywhere import BUSY, settled
from tests.browser.hand import key
from tests.browser.served import Served

_HEAD = _ROW = 35
"""Pixels of a table's head and of each row: it is drawn on a canvas."""


def write(page: Page, role: str, name: str, text: str) -> None:
    """Write into a field, and wait until the page knows."""
    field = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type] # a role's name
    field.fill(text)
    field.press("Enter")
    settled(page)


def few_images(page: Page) -> None:
    """Open the Train page with settings of which an epoch takes a moment."""
    page.get_by_text("More settings").click(timeout=BUSY)
    write(page, "spinbutton", "Training images (0 for all)", "200")
    page.get_by_text("Distort images as people draw").click()
    settled(page)


def row(page: Page, number: int) -> Locator:
    """A row of the page's table, from 0, as a screen reader finds it inside the canvas."""
    return page.get_by_test_id("stDataFrame").locator("tbody tr").nth(number)


def tick(page: Page, number: int, *, on: bool = True) -> None:
    """Pick a row of the page's table, or no longer."""
    expect(row(page, number)).to_have_attribute("aria-selected", str(not on).lower(), timeout=BUSY)
    page.get_by_test_id("stDataFrame").locator(".dvn-scroller").click(
        position={"x": 16, "y": _HEAD + _ROW * number + _ROW / 2}
    )
    expect(row(page, number)).to_have_attribute("aria-selected", str(on).lower(), timeout=BUSY)


def train(page: Page, epochs: int, name: str) -> None:
    """Train what stands on the Train page, to its end; `name` is what it is then called."""
    write(page, "spinbutton", "Epochs", str(epochs))
    key(page, "train_start").locator("button").click()
    outcome = page.get_by_role("textbox", name="Name", exact=True)
    expect(outcome).to_have_value(name, timeout=BUSY)


def test_networks_are_built_trained_compared_and_published(
    own_app: Served, page: Page, other_page: Page
) -> None:
    """One more layer; one epoch beside two; one of them on the room's leaderboard, and withdrawn again.

    What stands there at the end of a training, and a comparison, break none of WCAG's rules either.
    """
    page.goto(f"{own_app.url}/train")
    few_images(page)
    page.get_by_text("Build your own network").click()
    key(page, "add_dense").locator("button").click()
    train(page, epochs=1, name="custom 1")
    train(page, epochs=2, name="custom 2")
    expect(key(page, "train_log")).to_be_visible(timeout=BUSY)
    assert violations(page) == []

    page.get_by_role("link", name="Runs").click()
    expect(row(page, 1)).to_contain_text("custom 2", timeout=BUSY)
    tick(page, 1)
    tick(page, 2)
    verdict = re.compile(r"custom \d is (better than|ahead of) custom \d")
    expect(page.get_by_text(verdict)).to_be_visible(timeout=BUSY)
    curves = key(page, "runs_curves").locator(".legendtext")
    expect(curves).to_have_text(["custom 2", "custom 1"], timeout=BUSY)
    marked = key(page, "comparison").get_by_role("row", name=re.compile("^≠"))
    expect(marked).to_have_text("≠ Epochs21")
    assert violations(page) == []

    tick(page, 2, on=False)
    page.get_by_label("Name for the room").fill("Deep Thought")
    key(page, "publish").locator("button").click()
    expect(page.get_by_text("The room sees it as “Deep Thought”.")).to_be_visible(timeout=BUSY)
    expect(ranked(page, "Deep Thought (mine)")).to_be_visible(timeout=BUSY)
    other_page.goto(f"{own_app.url}/runs")
    expect(ranked(other_page, "Deep Thought")).to_be_visible(timeout=BUSY)

    key(page, "withdraw").locator("button").click()
    expect(page.get_by_text("Until you publish it, nobody but you sees it.")).to_be_visible(timeout=BUSY)
    other_page.reload()
    expect(ranked(other_page, "The shipped model")).to_be_visible(timeout=BUSY)
    expect(ranked(other_page, "Deep Thought")).to_have_count(0)


def ranked(page: Page, name: str) -> Locator:
    """A model's place on the leaderboard."""
    return key(page, "leaderboard").get_by_role("rowheader", name=name, exact=True)


def test_a_sweep_of_four_is_trained_and_one_is_stopped(own_app: Served, page: Page) -> None:
    """Of four, one leaves the queue and a long one is stopped while it runs; the others end, and open."""
    page.goto(f"{own_app.url}/train")
    few_images(page)
    page.get_by_text("A sweep: several values at once").click()
    write(page, "textbox", "Epochs", "200, 1")
    write(page, "textbox", "Seed", "1, 2")
    page.get_by_role("button", name="Train all 4").click()
    progress = key(page, "train_progress")
    expect(progress).to_contain_text(re.compile(r"Epoch \d+ of 200"), timeout=BUSY)
    states = key(page, "sweep_table").locator("tbody td[aria-colindex='3']")
    expect(states).to_have_text(["running", "waiting", "waiting", "waiting"], timeout=BUSY)

    tick(page, 1)
    expect(progress).to_contain_text("place 1", timeout=BUSY)
    key(page, "train_stop").locator("button").click()
    expect(states).to_have_text(["running", "waiting", "waiting"], timeout=BUSY)

    tick(page, 0)
    expect(progress).to_contain_text("of 200", timeout=BUSY)
    key(page, "train_stop").locator("button").click()
    expect(states).to_have_text(["stopped", "finished", "finished"], timeout=BUSY)
    expect(key(page, "sweep_stop_all")).to_have_count(0, timeout=BUSY)
    expect(progress).to_contain_text("Stopped after", timeout=BUSY)
    tick(page, 2)
    expect(progress).to_contain_text("Trained after", timeout=BUSY)
