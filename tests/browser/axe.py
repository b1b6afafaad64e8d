"""WCAG's rules, by which axe-core finds what a page breaks."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.everywhere import settled

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
