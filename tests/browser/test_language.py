"""The pages in each language: how a visitor comes to read theirs, and that all of it is in it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.everywhere import BUSY, settled
from tests.browser.hand import key
from tests.browser.served import Served
from tests.browser.wording import strays, written


@pytest.fixture
def korean_page(browser: Browser) -> Iterator[Page]:
    """A visitor whose browser speaks Korean."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("source", ["사진이나 스캔", "카메라"])
def test_files_and_the_camera_are_asked_for_in_korean(app: Served, korean_page: Page, source: str) -> None:
    """What Streamlit writes by itself where a picture is brought is Korean too, and English in English."""
    korean_page.goto(app.url)
    korean_page.get_by_text("사진", exact=True).click()
    korean_page.get_by_text(source, exact=True).click()
    settled(korean_page)
    expect(korean_page.get_by_text("20 MB").or_(korean_page.get_by_text("카메라를 사용"))).to_be_visible()
    text = written(korean_page, "ko")
    assert strays(text) == set(), text
    key(korean_page, "language").get_by_text("English").click()
    own = korean_page.get_by_text("20MB per file").or_(korean_page.get_by_text("use your camera"))
    expect(own).to_be_visible(timeout=BUSY)
    expect(korean_page.locator("html")).to_have_attribute("lang", "en")


def test_a_number_out_of_range_is_refused_in_korean(app: Served, korean_page: Page) -> None:
    """With both of its bounds; Streamlit alone says so, in a field's tooltip."""
    korean_page.goto(f"{app.url}/concepts?section=convolution")
    field = key(korean_page, "kernel_0_0").locator("input")
    expect(field).to_be_visible(timeout=BUSY)
    settled(korean_page)
    field.fill("500")
    field.press("Enter")
    expect(korean_page.get_by_text("-99.00부터 99.00까지의 값을 입력하세요.").first).to_be_attached(
        timeout=BUSY
    )
    assert strays(written(korean_page, "ko")) == set()


def test_an_unknown_address_is_said_in_korean(app: Served, korean_page: Page) -> None:
    """Streamlit's word on it is Korean, and the first page stands behind."""
    korean_page.goto(f"{app.url}/nowhere")
    said = korean_page.get_by_role("dialog")
    expect(said).to_contain_text("그런 페이지는 없습니다", timeout=BUSY)
    assert strays(said.inner_text()) == set()
    said.get_by_role("button").click()
    expect(korean_page.get_by_role("heading", name="숫자를 그려 보세요")).to_be_visible(timeout=BUSY)


def test_the_choice_goes_along_and_stands_in_the_address(app: Served, page: Page) -> None:
    """Korean, once picked, stays on the next page, after a reload, in a copied address, and going back."""
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible(timeout=BUSY)
    key(page, "language").get_by_text("한국어").click()
    expect(page.get_by_role("heading", name="숫자를 그려 보세요")).to_be_visible(timeout=BUSY)
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.get_by_role("link", name="훈련", exact=True).click()
    heading = page.get_by_role("heading", name="신경망을 훈련해 보세요")
    expect(heading).to_be_visible(timeout=BUSY)
    expect(page).to_have_url(re.compile(r"/train\?language="))
    page.reload()
    expect(heading).to_be_visible(timeout=BUSY)
    page.go_back()
    expect(page.get_by_role("heading", name="숫자를 그려 보세요")).to_be_visible(timeout=BUSY)


def test_an_address_may_name_a_language_by_its_code(app: Served, page: Page) -> None:
    """Written by hand, `?language=ko` opens in Korean, also once more, and the picker leads away from it."""
    page.goto(f"{app.url}/?language=ko")
    expect(page.get_by_role("heading", name="숫자를 그려 보세요")).to_be_visible(timeout=BUSY)
    page.reload()
    expect(page.get_by_role("heading", name="숫자를 그려 보세요")).to_be_visible(timeout=BUSY)
    key(page, "language").get_by_text("English").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible(timeout=BUSY)
    page.reload()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible(timeout=BUSY)


def test_the_first_page_has_its_name_for_an_address_too(app: Served, page: Page) -> None:
    """`/draw` leads to the first page, in the language that it names."""
    page.goto(f"{app.url}/draw?language=ko")
    expect(page.get_by_role("heading", name="숫자를 그려 보세요")).to_be_visible(timeout=BUSY)
    assert page.url.startswith(f"{app.url}/?")


def test_the_tour_keeps_the_language(app: Served, page: Page) -> None:
    """The buttons that lead from page to page take the language along."""
    page.goto(f"{app.url}/?tour=1")
    key(page, "language").get_by_text("한국어").click()
    page.get_by_role("button", name="다음: 훈련").click()
    expect(page.get_by_role("heading", name="신경망을 훈련해 보세요")).to_be_visible(timeout=BUSY)
    expect(page).to_have_url(re.compile("language="))


def test_the_picker_is_at_hand_on_a_phone(app: Served, other_page: Page) -> None:
    """On a small screen the languages are in the bar at the top, and nothing needs to be opened first."""
    other_page.goto(app.url)
    key(other_page, "language").get_by_text("한국어").click()
    expect(other_page.get_by_role("heading", name="숫자를 그려 보세요")).to_be_visible(timeout=BUSY)
