"""Looking inside a network, in a real browser."""

import re
import shutil
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cnn.jobs import inspections
from cnn.models.folder import ModelFolder
from tests.browser.conftest import OWN_MODEL
from tests.browser.hand import draw, expect_answer, key, point
from tests.browser.served import Served

START = 120_000
"""Milliseconds that processes may take to start on a busy machine."""
CLOSE = 1e-4
HEADINGS = {"Filters": "What it looks for", "Feature maps": "What each layer sees"}


def choose_own(page: Page) -> None:
    """Choose the model that was trained here."""
    key(page, "model").locator("input").click()
    page.get_by_role("option", name=re.compile(OWN_MODEL)).click()
    expect(key(page, "model").locator("input")).to_have_value(re.compile(OWN_MODEL))


def open_maps(app: Served, page: Page) -> None:
    """The feature maps of our own model for the first test image."""
    page.goto(f"{app.url}/feature_maps")
    expect(key(page, "feature_maps_grid").locator("img")).to_be_visible(timeout=START)
    choose_own(page)
    expect(key(page, "feature_maps_grid").get_by_role("button")).to_have_count(6, timeout=START)


def open_mistakes(app: Served, page: Page) -> None:
    """The mistakes of our own model, once those of the first one are gone."""
    page.goto(f"{app.url}/mistakes")
    matrix = key(page, "confusion").locator("table")
    expect(matrix.get_by_role("button")).to_have_count(100, timeout=START)
    of_the_first_model = matrix.text_content() or ""
    choose_own(page)
    expect(matrix).not_to_have_text(of_the_first_model, timeout=START)


def open_layer(page: Page, number: int) -> None:
    """Press a layer on the poster."""
    layer = key(page, "poster").locator(f'button[value="{number}"]')
    layer.click()
    expect(layer).to_have_attribute("aria-pressed", "true", timeout=START)


@pytest.fixture(scope="module")
def outputs(app: Served) -> list[np.ndarray]:
    """What Keras itself makes of the first test image, layer by layer."""
    import keras

    from cnn.network.build import load

    folder = ModelFolder(app.log.parent / "models" / OWN_MODEL)
    record = folder.record()
    network = load(record, folder.keras_path())
    every = keras.Model(network.inputs, [layer.output for layer in network.layers])
    image = inspections.dataset_of(record).x_test[:1, ..., np.newaxis].astype(np.float32) / 255
    return [output[0] for output in every.predict(image, verbose=0)]


def result(page: Page) -> Locator:
    """The line with the sum and what comes of it."""
    return key(page, "arithmetic").locator(".result")


def hover(page: Page, row: int, column: int, side: int) -> None:
    """Point at a pixel of the map that comes out, which is `side` pixels wide."""
    canvas = key(page, "arithmetic").locator(".map canvas")
    point(canvas, (column + 0.5) / side, (row + 0.5) / side)
    expect(result(page)).to_have_attribute("data-row", str(row))
    expect(result(page)).to_have_attribute("data-column", str(column))


def wait_for_value(page: Page, own: float) -> None:
    """Wait until the value that the browser computed is this one; a map just picked may be on its way."""
    line = "document.querySelector('.arithmetic .result').dataset.value"
    page.wait_for_function(f"([own, close]) => Math.abs({line} - own) < close", arg=[own, CLOSE])


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_the_sum_under_the_pointer_is_keras_own(
    app: Served, page: Page, outputs: list[np.ndarray], number: int
) -> None:
    """For each layer of maps, the value that the browser computes at a pixel is Keras's, and is shown."""
    open_maps(app, page)
    if number:
        open_layer(page, number)
    maps = outputs[number]
    grid = key(page, "feature_maps_grid")
    channel = maps.shape[-1] - 2
    grid.locator(f'button[value="{channel}"]').click()
    expect(grid.locator(f'button[value="{channel}"]')).to_have_attribute("aria-pressed", "true")
    for row, column in [(0, 0), (maps.shape[0] - 1, maps.shape[1] // 2)]:
        hover(page, row, column, maps.shape[0])
        own = float(maps[row, column, channel])
        wait_for_value(page, own)
        expect(result(page)).to_contain_text(f"{abs(own):.4f}")
        expect(result(page)).to_contain_text("✓")


def test_units_and_softmax_are_keras_own(app: Served, page: Page, outputs: list[np.ndarray]) -> None:
    """A unit's sum and the ten probabilities, computed in the browser, are Keras's."""
    open_maps(app, page)
    open_layer(page, 6)
    units = key(page, "feature_maps_grid")
    strongest = int(outputs[6].argmax())
    units.locator(f'button[value="{strongest}"]').click()
    wait_for_value(page, float(outputs[6][strongest]))
    open_layer(page, 7)
    cells = key(page, "arithmetic").locator("[data-probability]")
    expect(cells).to_have_count(10)
    shown = [float(cell.get_attribute("data-probability") or "nan") for cell in cells.all()]
    assert shown == pytest.approx(outputs[7], abs=CLOSE)


def test_a_unit_frames_what_it_depends_on(app: Served, page: Page) -> None:
    """Beside the sum of a dense unit stands the image, framed from its corner on: the unit sees it whole."""
    open_maps(app, page)
    open_layer(page, 6)
    image = key(page, "arithmetic").locator(".image canvas")
    expect(image).to_be_visible()
    corner = "canvas => [...canvas.getContext('2d').getImageData(0, 0, 1, 1).data]"
    assert image.evaluate(corner) == [255, 159, 26, 255]


def test_the_arithmetic_needs_no_pointer(app: Served, page: Page) -> None:
    """Arrow keys move from pixel to pixel, and the steps are spoken."""
    open_maps(app, page)
    hover(page, 5, 5, 28)
    key(page, "arithmetic").locator(".map canvas").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(result(page)).to_have_attribute("data-row", "6")
    expect(result(page)).to_have_attribute("data-column", "6")
    expect(key(page, "arithmetic").locator("[aria-live]")).to_contain_text("row 6, column 6")


def test_the_window_slides_and_pauses(app: Served, page: Page) -> None:
    """Played, the window moves by itself until it is paused."""
    open_maps(app, page)
    play = key(page, "arithmetic").locator(".play")
    play.click()
    expect(result(page)).to_have_attribute("data-row", "0")
    expect(result(page)).to_have_attribute("data-row", re.compile("[1-9]"), timeout=START)
    play.click()
    expect(play).to_contain_text("Slide")
    stands = key(page, "arithmetic").locator(".place").inner_text()
    page.wait_for_timeout(300)
    assert key(page, "arithmetic").locator(".place").inner_text() == stands


def test_those_who_want_no_motion_step(app: Served, browser: Browser) -> None:
    """With reduced motion asked for, the button takes one step at a time."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    open_maps(app, page)
    play = key(page, "arithmetic").locator(".play")
    for column in range(2):
        play.click()
        expect(result(page)).to_have_attribute("data-column", str(column))
    page.wait_for_timeout(300)
    expect(result(page)).to_have_attribute("data-column", "1")
    context.close()


def test_a_drawing_is_followed_from_page_to_page(app: Served, page: Page) -> None:
    """What was drawn is what the pages that look inside begin with, and go on with from one to the other."""
    page.goto(app.url)
    draw(page, 3)
    expect_answer(page, 3)
    chosen = key(page, "image_kind").get_by_role("radio", name="My drawing")
    for name in ("Feature maps", "Filters", "Feature maps"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_test_id("stHeading").first).to_have_text(HEADINGS[name], timeout=START)
        expect(chosen).to_be_checked(timeout=START)
    expect(page.get_by_text("Your drawing.")).to_be_visible(timeout=START)


def pick_filter(page: Page, number: int) -> None:
    """Press a filter, and wait until it is marked and shown."""
    button = key(page, "filters_grid").locator(f'.buttons button[value="{number}"]')
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true", timeout=START)
    expect(page.get_by_role("heading", name=f"Filter {number}")).to_be_visible(timeout=START)


def test_filters_play_over_the_epochs(app: Served, page: Page) -> None:
    """The slider goes back to before the first step, where filters differ, and Play leads to the last.

    A filter that is picked meanwhile changes neither where the film is nor whether it plays.
    """
    page.goto(f"{app.url}/filters")
    expect(key(page, "filters_grid").locator("img")).to_be_visible(timeout=START)
    choose_own(page)
    grid = key(page, "filters_grid")
    expect(grid.locator("input[type=range]")).to_have_attribute("max", "3", timeout=START)
    last = grid.locator("img").get_attribute("src")
    grid.locator("input[type=range]").fill("0")
    expect(grid.locator("output")).to_have_text("before the first step")
    assert grid.locator("img").get_attribute("src") != last
    pick_filter(page, 2)
    expect(grid.locator("output")).to_have_text("before the first step")
    grid.get_by_role("button", name="Play").click()
    pick_filter(page, 3)
    expect(grid.locator("output")).to_have_text("after epoch 3", timeout=START)
    assert grid.locator("img").get_attribute("src") == last
    grid.locator('.buttons button[value="4"]').hover()
    expect(grid.locator(".weights td")).to_have_count(9)
    pick_filter(page, 4)


def test_filters_step_for_those_who_want_no_motion(app: Served, browser: Browser) -> None:
    """With reduced motion asked for, a press shows the next epoch and no more; the first follows the last."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{app.url}/filters")
    choose_own(page)
    film = key(page, "filters_grid")
    for caption in ("before the first step", "after epoch 1"):
        film.get_by_role("button", name="Next").click(timeout=START)
        expect(film.locator("output")).to_have_text(caption)
    page.wait_for_timeout(1000)
    expect(film.locator("output")).to_have_text("after epoch 1")
    context.close()


def test_a_cell_shows_its_images(app: Served, page: Page) -> None:
    """Picking a cell of the matrix shows exactly its images; one of them leads to its feature maps."""
    open_mistakes(app, page)
    cells = key(page, "confusion").locator("button.wrong").filter(has_text=re.compile(r"^[1-9]\d?$"))
    cell = cells.first
    count, place = int(cell.inner_text()), (cell.get_attribute("value") or "").split(",")
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    cards = key(page, "gallery").get_by_role("button")
    expect(cards).to_have_count(min(count, 30))
    for text in cards.all_inner_texts():
        assert text.startswith(f"is {place[0]}, read {place[1]}")
    cell.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") == f"{place[0]},{int(place[1]) + 1}"

    number = cards.first.get_attribute("value")
    cards.first.click()
    expect(key(page, "one_mistake")).to_contain_text(f"Test image {number}")
    key(page, "mistakes_look_inside").get_by_role("button").click()
    expect(page.get_by_text(f"Test image {number} shows {place[0]}")).to_be_visible(timeout=START)


def test_it_tells_what_an_image_resembles(app: Served, page: Page) -> None:
    """On request the training images that the network sees most alike stand there, each in words."""
    open_mistakes(app, page)
    key(page, "gallery").get_by_role("button").first.click()
    picked = key(page, "one_mistake")
    picked.get_by_role("button", name="Find them").click()
    alike = picked.locator(".strip img")
    expect(alike).to_have_count(8, timeout=START)
    for image in alike.all():
        expect(image).to_have_attribute("alt", re.compile(r"Training image \d+, labelled \d"))


def test_a_reload_keeps_the_model(app: Served, page: Page) -> None:
    """A picked model stands in the address, and is there again on other pages, after Back or a reload."""
    open_maps(app, page)
    expect(page).to_have_url(re.compile(r"\?model="))
    chosen = key(page, "model").locator("input")
    page.get_by_role("link", name="Filters").click()
    expect(page.get_by_role("heading", name=HEADINGS["Filters"])).to_be_visible(timeout=START)
    expect(chosen).to_have_value(re.compile(OWN_MODEL), timeout=START)
    page.reload()
    expect(chosen).to_have_value(re.compile(OWN_MODEL), timeout=START)
    page.go_back()
    expect(page.get_by_role("heading", name=HEADINGS["Feature maps"])).to_be_visible(timeout=START)
    expect(chosen).to_have_value(re.compile(OWN_MODEL), timeout=START)


@pytest.mark.parametrize(
    ("name", "grid", "act"),
    [
        ("feature_maps", "feature_maps_grid", lambda page: key(page, "poster").locator("button").nth(2)),
        ("filters", "filters_grid", lambda page: key(page, "filters_grid").locator(".buttons button").nth(2)),
    ],
)
def test_a_model_goes_while_one_looks(
    app: Served, page: Page, name: str, grid: str, act: Callable[[Page], Locator]
) -> None:
    """At the next press the page says that the model is gone, and shows another one in its place."""
    models = app.log.parent / "models"
    copy = models / f"copy-{name.replace('_', '-')}"
    shutil.copytree(models / OWN_MODEL, copy)
    page.goto(f"{app.url}/{name}?model={copy.name}")
    buttons = key(page, grid).locator(".buttons button")
    expect(buttons).to_have_count(6, timeout=START)
    shutil.rmtree(copy)
    act(page).click()
    expect(page.get_by_text("is gone; another one stands in for it")).to_be_visible(timeout=START)
    expect(buttons).not_to_have_count(6, timeout=START)
    expect(page.get_by_text("It may have been deleted")).to_have_count(0)


def test_what_a_pick_shows_comes_into_sight(app: Served, page: Page) -> None:
    """Where the arithmetic stands below the window, picking a map scrolls to it."""
    page.set_viewport_size({"width": 1280, "height": 600})
    open_maps(app, page)
    expect(key(page, "arithmetic")).not_to_be_in_viewport()
    key(page, "feature_maps_grid").locator(".buttons button").nth(3).click()
    expect(key(page, "arithmetic")).to_be_in_viewport()


def test_the_heading_of_a_pick_comes_into_sight(app: Served, page: Page) -> None:
    """Where one has scrolled far down a grid, what stands of the picked filter begins within the window."""
    page.set_viewport_size({"width": 1280, "height": 600})
    page.goto(f"{app.url}/filters")
    tiles = key(page, "filters_grid").locator(".buttons button")
    expect(tiles.first).to_be_visible(timeout=START)
    page.get_by_label("Layer").click()
    page.get_by_role("option", name="Convolution 3").click()
    expect(tiles).to_have_count(64, timeout=START)
    tiles.nth(60).click()
    expect(page.get_by_role("heading", name="Filter 60")).to_be_in_viewport()


def test_weights_are_in_sight_beside_a_long_grid(app: Served, page: Page) -> None:
    """The weights of the filter under the pointer stand in the window, however long the grid is."""
    page.set_viewport_size({"width": 1280, "height": 600})
    page.goto(f"{app.url}/filters")
    grid = key(page, "filters_grid")
    expect(grid.locator(".buttons button").first).to_be_visible(timeout=START)
    choose = page.get_by_label("Layer")
    choose.click()
    page.get_by_role("option", name="Convolution 3").click()
    expect(grid.locator(".buttons button")).to_have_count(64, timeout=START)
    grid.locator(".buttons button").nth(7).hover()
    expect(grid.locator(".weights")).to_be_in_viewport()
    expect(grid.locator(".weights caption")).to_have_text("Filter 7")
