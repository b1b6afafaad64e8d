"""Training, in a real browser."""

import re
import time

from playwright.sync_api import Download, Page, expect

from tests.browser.hand import draw, key
from tests.browser.served import Served

START = 180_000
"""Milliseconds that a training process may take to start on a busy machine."""


def begin(app: Served, page: Page, epochs: int) -> None:
    """Start a training of `fast` that lasts some epochs."""
    page.goto(f"{app.url}/train")
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill(str(epochs))
    field.press("Enter")
    key(page, "train_start").locator("button").click()
    expect(key(page, "train_progress")).to_contain_text("Epoch 1 of", timeout=START)


def stop(page: Page) -> None:
    """Press Stop and wait for the outcome."""
    key(page, "train_stop").locator("button").click()
    expect(key(page, "train_progress")).to_contain_text("Stopped after", timeout=START)


def points(page: Page) -> int:
    """How many corners the training's loss curve has on the screen."""
    path = key(page, "train_curves").locator("path.training").first
    expect(path).to_be_attached(timeout=START)
    return (path.get_attribute("d") or "").count("L")


def test_a_network_is_trained_and_drawn_with(own_app: Served, page: Page) -> None:
    """The curve grows, survives another page and a reload; stopped, saved, downloaded, drawn with."""
    begin(own_app, page, 100)
    before = points(page)
    deadline = time.monotonic() + 60
    while points(page) <= before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert points(page) > before
    expect(key(page, "train_filters").locator("img")).to_be_visible()

    page.get_by_role("link", name="Draw").click()
    expect(key(page, "answer")).to_be_visible()
    page.get_by_role("link", name="Train").click()
    expect(key(page, "train_progress")).to_contain_text("Epoch")
    page.reload()
    expect(key(page, "train_progress")).to_contain_text("Epoch", timeout=START)

    stop(page)
    expect(key(page, "train_progress")).to_contain_text("of the test images right")
    page.get_by_label("Name").fill("내 모델")
    page.get_by_role("button", name="Save under this name").click()
    expect(page.get_by_text("Saved as")).to_be_visible()
    assert downloaded(page, "get_keras")[:2] == b"PK"
    assert downloaded(page, "get_h5")[:4] == b"\x89HDF"
    assert downloaded(page, "get_csv").startswith(b"epoch,loss,accuracy")
    assert downloaded(page, "get_npy").startswith(b"\x93NUMPY")
    expect(key(page, "train_log")).to_contain_text("make tensorboard")

    key(page, "draw_with_it").locator("button").click()
    expect(key(page, "model").get_by_role("combobox")).to_have_value(re.compile("내 모델"))
    draw(page, 1)
    expect(key(page, "answer")).to_have_text(re.compile(r"[0-9?]"), timeout=START)
    page.get_by_role("link", name="Train").click()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("100", timeout=START)


def downloaded(page: Page, name: str) -> bytes:
    """What a download button gives."""
    with page.expect_download(timeout=START) as waiting:
        key(page, name).locator("button").click()
    download: Download = waiting.value
    return download.path().read_bytes()


def test_settings_outlive_a_reload(own_app: Served, page: Page) -> None:
    """What was chosen stands in the address; there, what no field takes leaves the recipe as it is."""
    page.goto(f"{own_app.url}/train?recipe=conv32&epochs_conv32=9&seed_conv32=-4&optimizer_conv32=magic")
    epochs = page.get_by_role("spinbutton", name="Epochs")
    expect(epochs).to_have_value("9", timeout=START)
    epochs.fill("7")
    epochs.press("Enter")
    expect(page).to_have_url(re.compile("epochs_conv32=7"))
    page.reload()
    expect(epochs).to_have_value("7", timeout=START)
    page.get_by_text("More settings").click()
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("0")
    expect(key(page, "optimizer_conv32").get_by_role("combobox")).to_have_value("rmsprop")


def test_visitors_have_trainings_of_their_own(own_app: Served, page: Page, other_page: Page) -> None:
    """A second visitor sees nothing of the first one's, waits in the queue, and leaves it undisturbed."""
    begin(own_app, page, 100)
    other_page.goto(f"{own_app.url}/train")
    expect(key(other_page, "train_start")).to_be_visible()
    expect(key(other_page, "train_progress")).to_have_count(0)
    key(other_page, "train_start").locator("button").click()
    expect(key(other_page, "train_progress")).to_contain_text("place 1", timeout=START)
    key(other_page, "train_stop").locator("button").click()
    expect(key(other_page, "train_progress")).to_have_count(0)
    expect(key(page, "train_progress")).to_contain_text("Epoch")
    stop(page)


def test_a_killed_training_goes_on(own_app: Served, page: Page) -> None:
    """A lost process is replaced, the page says so, and training goes on after the last whole epoch."""
    page.goto(f"{own_app.url}/train")
    page.get_by_text("More settings").click()
    images = page.get_by_role("spinbutton", name="Training images")
    images.fill("1000")
    images.press("Enter")
    begin_here(page, 200)
    expect(key(page, "train_progress")).to_contain_text(re.compile(r"Epoch ([3-9]|\d\d+) of"), timeout=START)
    for process in own_app.training_workers():
        process.kill()
    expect(key(page, "train_progress")).to_contain_text("It goes on after epoch", timeout=START)
    expect(key(page, "train_progress")).to_contain_text("Epoch", timeout=START)
    stop(page)


def begin_here(page: Page, epochs: int) -> None:
    """Start a training with the settings that stand on the page."""
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill(str(epochs))
    field.press("Enter")
    key(page, "train_start").locator("button").click()


def test_a_network_is_built_mended_and_trained(own_app: Served, page: Page) -> None:
    """A kernel too large is named at its row and keeps Train shut; mended by keyboard, it trains."""
    page.goto(f"{own_app.url}/train")
    page.get_by_text("Build your own network").click()
    row = key(page, "layer_row_3")
    row.get_by_role("button").first.press("Enter")
    kernel = row.get_by_label("Kernel size")
    kernel.fill("13")
    kernel.press("Enter")
    expect(row.get_by_role("alert")).to_contain_text("window of 13×13, but only 12×12 is left")
    train = key(page, "train_start").locator("button")
    expect(train).to_be_disabled()
    expect(kernel).to_be_focused()
    kernel.fill("5")
    kernel.press("Enter")
    expect(row.get_by_role("alert")).to_have_count(0)
    key(page, "add_dense").locator("button").press("Enter")
    key(page, "layer_row_9").get_by_label("Units").fill("20")
    key(page, "layer_row_9").get_by_label("Units").press("Enter")
    expect(key(page, "network_picture").get_by_role("img")).to_have_attribute(
        "aria-label", re.compile(r"Conv2D 8×8×32 .* Dense 20 → Dense 10$")
    )

    page.get_by_text("More settings").click()
    images = page.get_by_role("spinbutton", name="Training images")
    images.fill("200")
    images.press("Enter")
    train.click()
    expect(key(page, "train_progress")).to_contain_text("of the test images right", timeout=START)
    expect(page.get_by_label("Name", exact=True)).to_have_value(re.compile(r"^custom \d+$"))


def test_a_training_that_begins_comes_into_sight(own_app: Served, page: Page) -> None:
    """Where Train is pressed far from its progress, as on a phone, the page goes there."""
    page.set_viewport_size({"width": 390, "height": 700})
    begin(own_app, page, epochs=30)
    expect(key(page, "train_progress").get_by_role("progressbar").first).to_be_in_viewport()
    stop(page)
