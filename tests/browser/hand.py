"""A hand that draws on the canvas of a page."""

import time

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.everywhere import settled

Stroke = list[tuple[float, float]]

DIGITS: dict[int, list[Stroke]] = {
    1: [[(140, 60), (140, 220)]],
    3: [
        [
            (90, 75),
            (140, 55),
            (180, 85),
            (165, 120),
            (130, 135),
            (175, 155),
            (185, 195),
            (140, 225),
            (90, 205),
        ]
    ],
    7: [[(80, 70), (195, 70), (165, 130), (130, 220)]],
}
"""Strokes in canvas pixels, x to the right and y down."""

_REST = """element => new Promise((resolve, reject) => {
  let [before, frames, seen] = ["", 0, 0];
  const look = () => {
    const {x, y, width, height} = element.getBoundingClientRect();
    const now = `${[x, y, width, height]}`;
    frames = now === before ? frames + 1 : 0;
    before = now;
    if (frames === 6) resolve({x, y, width, height});
    else if (++seen === 1800) reject(new Error(`still moving at ${now}`));
    else requestAnimationFrame(look);
  };
  look();
})"""


def draw(page: Page, digit: int, size: float = 1) -> None:
    """Draw a digit with the mouse, every stroke in several moves as a hand would.

    With a `size` of 1 it fills the canvas for one digit.
    """
    write(page, canvas(page), [[(x * size, y * size) for x, y in stroke] for stroke in DIGITS[digit]])


def write(page: Page, surface: Locator, strokes: list[Stroke]) -> None:
    """Draw strokes on a canvas with the mouse, as soon as it takes them."""
    settled(page)
    for (x, y), *rest in strokes:
        box = take_pen(page, surface)
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        for x_next, y_next in rest:
            page.mouse.move(box["x"] + x_next, box["y"] + y_next, steps=4)
        assert surface.bounding_box() == box, "the canvas has moved under the pen"
        page.mouse.up()


def take_pen(page: Page, surface: Locator) -> FloatRect:
    """Point at a canvas until the pointer becomes a cross there, and tell where it lies.

    Before, a canvas that has just come takes no stroke, and it moves when what stood above it goes.
    """
    deadline = time.monotonic() + 60
    while True:
        box = resting(surface)
        for step in (1, 2):
            page.mouse.move(box["x"] + step, box["y"] + step)
        crossed = surface.evaluate("canvas => getComputedStyle(canvas).cursor") == "crosshair"
        if crossed and surface.bounding_box() == box:
            return box
        assert time.monotonic() < deadline, f"no pen over the canvas at {box}"


def point(element: Locator, across: float, down: float) -> None:
    """Point into an element, at shares of its width and height, once it rests, and see that it still does."""
    deadline = time.monotonic() + 60
    settled(element.page)
    while True:
        element.scroll_into_view_if_needed()
        box = resting(element)
        element.page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        if resting(element) == box:
            return
        assert time.monotonic() < deadline, f"what lies at {box} does not rest under the pointer"


def resting(element: Locator) -> FloatRect:
    """Where an element lies, once it has lain there for some frames: it may have just come, or be pushed."""
    box: FloatRect = element.evaluate(_REST)
    return box


def expect_answer(page: Page, number: int) -> None:
    """Wait until the app says that it reads this digit or number, and no other."""
    # From one way of drawing to the other, the old answer may stay for a moment.
    said = page.locator(".answer-digit, .answer-number").last
    expect(said).to_have_text(str(number), timeout=120_000)


def clear(page: Page) -> None:
    """Press Clear and wait until the fresh canvas lies where the old one was."""
    old = canvas(page).element_handle()
    key(page, "clear").locator("button").click()
    expect(key(page, "answer")).to_contain_text("Draw a digit", timeout=120_000)
    old.wait_for_element_state("hidden", timeout=120_000)


def canvas(page: Page) -> Locator:
    """The drawing area: Fabric.js lays a canvas for the pen over those that show the picture."""
    surface = page.locator("canvas.upper-canvas").last
    expect(surface).to_be_visible(timeout=120_000)
    return surface


def key(page: Page, name: str) -> Locator:
    """What stands under a key of the app."""
    return page.locator(f".st-key-{name}")
