"""What comes of using a page, held against WCAG's rules; `test_every_page.py` holds each page at rest."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import audit, violations
from tests.browser.conftest import OWN_MODEL
from tests.browser.everywhere import BUSY, settled
from tests.browser.hand import draw, key
from tests.browser.served import Served, serve

# A module that is waited for and never comes, instead of each that Streamlit makes of a component's script.
SCRIPTS_STAY_OUT = """URL.createObjectURL = () => "data:text/javascript,await new Promise(() => {})";"""


@pytest.mark.parametrize(
    ("path", "made"),
    [("train", ".network-picture"), ("filters", ".tiles"), ("feature_maps", ".arithmetic")],
)
def test_what_waits_for_its_script_breaks_no_rule(app: Served, page: Page, path: str, made: str) -> None:
    """Until a component's script has come there is no control and no picture without a name."""
    page.add_init_script(SCRIPTS_STAY_OUT)
    page.goto(f"{app.url}/{path}")
    expect(page.locator(made)).to_be_attached(timeout=BUSY)
    settled(page)
    expect(page.locator(made)).to_be_hidden()
    assert violations(page) == []


def test_the_door_breaks_no_rule(page: Page, tmp_path: Path) -> None:
    """Nor does what asks for the password of a workshop that has one."""
    with serve(tmp_path, CNN_PASSWORD="kernel") as closed:
        page.goto(closed.url)
        expect(page.get_by_role("textbox")).to_be_visible(timeout=BUSY)
        assert violations(page) == []


def drawn(page: Page) -> None:
    """A digit with its answer and the evidence for it."""
    draw(page, 3)
    page.get_by_text("What made it say 3?").click(timeout=BUSY)
    expect(key(page, "evidence").locator("img").first).to_be_visible(timeout=BUSY)


def number(page: Page) -> None:
    """A number with its boxes."""
    page.get_by_text("A number", exact=True).click()
    expect(key(page, "number_0").locator("canvas").last).to_be_visible(timeout=BUSY)
    draw(page, 3, size=0.7)
    expect(key(page, "boxes")).to_be_visible(timeout=BUSY)


def given(page: Page) -> None:
    """A picture instead of a drawing."""
    page.get_by_text("A picture", exact=True).click()
    page.get_by_text("A test image", exact=True).click()
    expect(key(page, "answer")).to_be_visible(timeout=BUSY)


def trained(page: Page) -> None:
    """A network that the visitor builds, and one that has been trained."""
    page.get_by_text("More settings").click()
    page.get_by_role("spinbutton", name="Training images").fill("200")
    page.get_by_role("spinbutton", name="Training images").press("Enter")
    key(page, "train_start").locator("button").click()
    expect(key(page, "train_progress")).to_contain_text("of the test images right", timeout=BUSY)
    page.get_by_text("Build your own network").click()
    key(page, "layer_row_1").get_by_role("button").first.click()
    expect(key(page, "layer_row_1").get_by_label("Kernel size")).to_be_visible(timeout=BUSY)


def picked(page: Page) -> None:
    """A cell of the matrix, and one of its images."""
    key(page, "gallery").get_by_role("button").first.click()
    expect(key(page, "one_mistake")).to_be_visible(timeout=BUSY)


def film(page: Page) -> None:
    """Filters whose training can be played."""
    key(page, "model").locator("input").fill(OWN_MODEL)
    page.get_by_role("option", name=OWN_MODEL).click()
    expect(key(page, "filters_grid").locator("input[type=range]")).to_be_visible(timeout=BUSY)


@pytest.mark.parametrize(
    ("path", "act"),
    [("", drawn), ("", number), ("", given), ("train", trained), ("mistakes", picked), ("filters", film)],
)
def test_what_comes_of_an_act_breaks_no_rule(
    app: Served, page: Page, path: str, act: Callable[[Page], None]
) -> None:
    """What a page shows once it is used breaks no rule either."""
    page.goto(f"{app.url}/{path}")
    expect(page.get_by_test_id("stHeading").first).to_be_visible(timeout=BUSY)
    settled(page)
    act(page)
    settled(page)
    assert audit(page) == {}
