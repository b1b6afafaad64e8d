"""The concepts and the tour, in a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy.signal import correlate2d

from cnn.data import datasets
from tests.browser.hand import key, point
from tests.browser.served import Served

START = 120_000
"""Milliseconds that a page may take on a busy machine."""


def value_at(page: Page, row: int, column: int) -> float:
    """The sum that the browser shows, once the pointer is on a pixel of the map."""
    canvas = key(page, "arithmetic").locator(".map canvas")
    point(canvas, (column + 0.5) / 26, (row + 0.5) / 26)
    result = key(page, "arithmetic").locator(".result")
    expect(result).to_have_attribute("data-row", str(row))
    expect(result).to_have_attribute("data-column", str(column))
    return float(result.get_attribute("data-value") or "nan")


def test_an_edited_kernel_changes_the_sum(app: Served, page: Page) -> None:
    """The sum under the pointer is SciPy's, before a weight is edited and after, at the same pixel."""
    page.goto(f"{app.url}/concepts?section=convolution")
    expect(key(page, "arithmetic").locator(".map canvas")).to_be_visible(timeout=START)
    image = datasets.load("mnist").x_test[0] / 255
    kernel = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], float)
    expected = correlate2d(image, kernel, mode="valid")
    row, column = map(int, np.unravel_index(int(expected.argmax()), expected.shape))
    assert value_at(page, row, column) == pytest.approx(expected[row, column], abs=1e-4)

    kernel[1, 1] = 2
    weight = key(page, "kernel_1_1").locator("input")
    weight.fill("2")
    weight.press("Enter")
    result = key(page, "arithmetic").locator(".result")
    edited = correlate2d(image, kernel, mode="valid")[row, column]
    expect(result).to_contain_text(f"{edited:.4f}", timeout=START)
    expect(result).to_contain_text("✓")
    # The pixel that one looked at is still the one that is shown.
    expect(result).to_have_attribute("data-row", str(row))
    expect(result).to_have_attribute("data-column", str(column))


def test_the_tour_leads_from_page_to_page(app: Served, page: Page) -> None:
    """Begun by keyboard on Concepts, led on by Next, still there after a reload, and left."""
    page.goto(f"{app.url}/concepts")
    key(page, "tour_start").locator("button").press("Enter", timeout=START)
    expect(key(page, "tour")).to_contain_text("Tour 1 of 6 · Draw", timeout=START)
    key(page, "tour_next").locator("button").press("Enter")
    expect(key(page, "tour")).to_contain_text("Tour 2 of 6 · Train", timeout=START)
    expect(page.get_by_role("heading", name="Train a network")).to_be_visible(timeout=START)
    page.reload()
    expect(key(page, "tour")).to_contain_text("Tour 2 of 6 · Train", timeout=START)
    key(page, "tour_leave").locator("button").click()
    expect(key(page, "tour")).to_have_count(0, timeout=START)
    assert "tour" not in page.url


def test_the_browsers_way_back_leads_from_section_to_section(app: Served, page: Page) -> None:
    """Each section that was picked is there again, in the order in which they came."""
    page.goto(f"{app.url}/concepts?section=pooling")
    expect(page.get_by_text("Max-pooling cuts")).to_be_visible(timeout=START)
    page.get_by_role("radio", name="Shared weights").click()
    expect(page.get_by_text("Every pixel of every map")).to_be_visible(timeout=START)
    page.get_by_role("radio", name="Receptive field").click()
    expect(page.get_by_text("A pixel of the first map")).to_be_visible(timeout=START)
    page.go_back()
    expect(page.get_by_text("Every pixel of every map")).to_be_visible(timeout=START)
    page.go_back()
    expect(page.get_by_text("Max-pooling cuts")).to_be_visible(timeout=START)
    page.go_forward()
    expect(page.get_by_text("Every pixel of every map")).to_be_visible(timeout=START)


def test_the_browsers_way_back_leads_through_the_tour(app: Served, page: Page) -> None:
    """To the step before and its page, and once more to the first; Streamlit keeps two addresses for each."""
    page.goto(f"{app.url}/?tour=1")
    for number in (2, 3):
        key(page, "tour_next").locator("button").click(timeout=START)
        expect(key(page, "tour")).to_contain_text(f"Tour {number} of 6", timeout=START)
    for number, heading in ((2, "Train a network"), (1, "Draw a digit")):
        page.go_back()
        expect(page).to_have_url(re.compile(rf"tour={number + 1}$"))
        page.go_back()
        expect(key(page, "tour")).to_contain_text(f"Tour {number} of 6", timeout=START)
        expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=START)


@pytest.mark.parametrize(
    ("section", "link", "opened"),
    [
        ("pooling", "Pooling in a trained network", "Max pooling 1"),
        ("scores", "Softmax in a trained network: its output", "Output"),
    ],
)
def test_a_section_leads_to_its_layer(app: Served, page: Page, section: str, link: str, opened: str) -> None:
    """What the section explains is open in the real network."""
    page.goto(f"{app.url}/concepts?section={section}")
    page.get_by_role("link", name=link).click(timeout=START)
    expect(page.get_by_role("heading", name="What each layer sees")).to_be_visible(timeout=START)
    expect(page.locator("strong", has_text=opened).first).to_be_visible(timeout=START)
