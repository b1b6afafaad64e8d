"""What surrounds an answer: its reasons, corrections, numbers, and pictures instead of drawings."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.everywhere import settled
from tests.browser.hand import draw, expect_answer, key, resting, write
from tests.browser.served import Served
from tests.rows import row

BUSY = 180_000
"""Milliseconds that an answer may take while processes start."""


def test_the_preparation_and_the_evidence_are_shown(app: Served, page: Page) -> None:
    """Under an answer stand the four steps, and on request where the evidence lies, for any digit."""
    page.goto(app.url)
    draw(page, 3)
    expect(key(page, "steps").locator("img")).to_have_count(4, timeout=BUSY)
    key(page, "why").locator("label").click()
    picture = key(page, "evidence").locator("img")
    expect(picture).to_be_visible(timeout=BUSY)
    before = picture.get_attribute("src")
    page.get_by_role("radiogroup", name="Evidence for").get_by_text("8", exact=True).click()
    expect(picture).not_to_have_attribute("src", before or "", timeout=BUSY)


def test_a_correction_is_kept_and_downloaded(app: Served, page: Page) -> None:
    """A drawing with another label stands in the list and in the file."""
    page.goto(app.url)
    draw(page, 7)
    expect_answer(page, 7)
    page.get_by_role("button", name="No, it was").click()
    page.get_by_role("radiogroup", name="It was").get_by_text("1", exact=True).click()
    expect(page.get_by_text("1, read as 7").first).to_be_visible(timeout=BUSY)
    # While the page still runs, its buttons for downloads are about to be replaced.
    settled(page)
    with page.expect_download(timeout=BUSY) as waiting:
        key(page, "get_corrections").locator("button").click()
    with np.load(io.BytesIO(waiting.value.path().read_bytes())) as arrays:
        assert arrays["images"].shape == (1, 28, 28)
        assert arrays["images"].dtype == np.uint8
        assert arrays["labels"].tolist() == [1]


def wide_canvas(page: Page) -> Locator:
    """The drawing area for a number, once it has taken the other one's place."""
    surface = key(page, "number_0").locator("canvas.upper-canvas").last
    expect(surface).to_be_visible(timeout=BUSY)
    settled(page)
    return surface


def test_a_number_is_read_whole(app: Served, page: Page) -> None:
    """Digits side by side on the wide canvas are read from left to right."""
    page.goto(app.url)
    page.get_by_text("A number", exact=True).click()
    write(
        page,
        wide_canvas(page),
        [[(60, 40), (60, 160)], [(130, 45), (200, 45), (165, 160)], [(280, 40), (280, 160)]],
    )
    expect_answer(page, 171)
    expect(key(page, "boxes").locator("img")).to_be_visible()
    expect(key(page, "probabilities").locator("img")).to_have_count(3)


def test_a_number_fits_on_a_phone(app: Served, other_page: Page) -> None:
    """At 390 pixels the canvas is as wide as the page, nothing scrolls sideways, and a number is read."""
    other_page.goto(app.url)
    other_page.get_by_text("A number", exact=True).click()
    surface = wide_canvas(other_page)
    assert 300 < resting(surface)["width"] < 390
    write(
        other_page,
        surface,
        [[(40, 40), (40, 160)], [(110, 45), (180, 45), (145, 160)], [(270, 40), (270, 160)]],
    )
    expect_answer(other_page, 171)
    assert other_page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_a_photo_is_read_and_a_letter_refused(app: Served, page: Page) -> None:
    """Dark digits on grey paper, lit from one side, are read; a file that is no picture gets a sentence."""
    page.goto(app.url)
    page.get_by_text("A picture", exact=True).click()
    upload = key(page, "upload").locator("input[type=file]")
    upload.set_input_files({"name": "paper.png", "mimeType": "image/png", "buffer": photo("170")})
    expect_answer(page, 170)
    upload.set_input_files({"name": "letter.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("This file is no picture")).to_be_visible(timeout=BUSY)


def test_one_digit_on_a_photo_is_explained_like_a_drawn_one(app: Served, page: Page) -> None:
    """Its ten probabilities, the steps of its preparation, the evidence, and the way to correct it."""
    page.goto(app.url)
    page.get_by_text("A picture", exact=True).click()
    key(page, "upload").locator("input[type=file]").set_input_files(
        {"name": "paper.png", "mimeType": "image/png", "buffer": photo("7")}
    )
    expect_answer(page, 7)
    expect(key(page, "probabilities").locator("li")).to_have_count(10)
    expect(key(page, "steps").locator("figure")).to_have_count(4)
    page.get_by_text("What made it say 7?").click()
    expect(key(page, "evidence").locator("img")).to_be_visible(timeout=BUSY)
    page.get_by_role("button", name="No, it was …").click()
    page.get_by_role("radiogroup", name="It was").get_by_text("9", exact=True).click()
    expect(page.get_by_text("9, read as 7").first).to_be_visible(timeout=BUSY)


def photo(text: str) -> bytes:
    """A row of digits as a phone would see it on paper, as PNG."""
    ink = np.pad(row(text), 60).astype(np.float32) / 255
    light = np.linspace(225, 150, ink.shape[1])[np.newaxis]
    grain = np.random.default_rng(0).normal(0, 3, ink.shape)
    paper = light * (1 - 0.75 * ink) + grain
    content = io.BytesIO()
    Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)).save(content, "PNG")
    return content.getvalue()


def test_a_test_image_is_read(app: Served, page: Page) -> None:
    """By its number, without any pointer, with its label beside the answer."""
    page.goto(app.url)
    page.get_by_text("A picture", exact=True).click()
    page.get_by_text("A test image", exact=True).click()
    expect(page.get_by_text("Its label says")).to_be_visible(timeout=BUSY)
    expect(key(page, "probabilities").locator("li")).to_have_count(10)
