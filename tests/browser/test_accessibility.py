"""Every page, held against WCAG's rules by axe-core, in both themes, on a laptop's and a phone's screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OWN_MODEL
from tests.browser.everywhere import BUSY, PATHS, open_whole, settled
from tests.browser.hand import draw, key
from tests.browser.served import Served, serve

SCREENS = {"laptop": 1280, "phone": 390}
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}

NOT_OURS = {
    # Browsers give a part that scrolls the focus by themselves; axe asks for a `tabindex` all the same.
    ("scrollable-region-focusable", "<pre"),
    # The canvas's own frame, which scrolls where a window is made narrower than what it was opened in.
    ("scrollable-region-focusable", '<div class="dc-scroll"'),
    # Streamlit's passing note has no name; its words are read out all the same.
    ("aria-dialog-name", '<div data-testid="stToast"'),
}
"""What markup that is not ours breaks and nothing of ours can mend: the rule, and how the element begins."""

# Whether axe can tell a contrast depends on whether it is on the screen: the window gets the page's height.
HEIGHT = "(document.querySelector('[data-testid=stMain]') ?? document.documentElement).scrollHeight"
# What follows the scrolling stands still by itself, and never ends.
STILL = """Promise.all(
  document.getAnimations()
    .filter(animation => animation.timeline instanceof DocumentTimeline)
    .map(animation => animation.finished.catch(() => {})))"""


def violations(page: Page) -> list[str]:
    """What axe finds on a page as it stands, in a line each: the rule, the element, and what is wrong."""
    assert page.viewport_size is not None
    page.set_viewport_size({"width": page.viewport_size["width"], "height": page.evaluate(HEIGHT)})
    page.evaluate(STILL)
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
        if not any(rule["id"] == broken and node["html"].startswith(own) for broken, own in NOT_OURS)
    ]


def audit(page: Page) -> dict[str, list[str]]:
    """What axe finds in each theme on each screen, where it finds anything."""
    found = {}
    for screen, width in SCREENS.items():
        page.set_viewport_size({"width": width, "height": 800})
        for theme, ground in GROUNDS.items():
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            expect(page.locator(".stApp")).to_have_css("background-color", ground)
            settled(page)
            found[f"{theme} {screen}"] = violations(page)
    return {where: what for where, what in found.items() if what}


# A module that is waited for and never comes, instead of each that Streamlit makes of a component's script.
SCRIPTS_STAY_OUT = """URL.createObjectURL = () => "data:text/javascript,await new Promise(() => {})";"""


@pytest.mark.parametrize("path", PATHS)
def test_a_page_breaks_no_rule(app: Served, page: Page, path: str) -> None:
    """As it opens, with its folded parts unfolded, no page breaks a rule."""
    open_whole(page, f"{app.url}/{path}")
    assert audit(page) == {}


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
