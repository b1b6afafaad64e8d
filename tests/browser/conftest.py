"""A browser and an app for the journeys."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cnn.training.layers import AveragePool2D, BatchNormalization, Conv2D, Dense, Flatten, MaxPool2D
from tests.browser.chromium import launch
from tests.browser.everywhere import LEADERS_PASSWORD
from tests.browser.served import Served, serve
from tests.networks import keep_small

OWN_MODEL = "6-8-20"
"""A model that was trained here, with its filters; its name is in no language."""
OWN_LAYERS = (
    Conv2D(filters=6, padding="same"),
    MaxPool2D(),
    Conv2D(filters=8, strides=2, activation="tanh"),
    AveragePool2D(),
    BatchNormalization(),
    Flatten(),
    Dense(units=20),
)

# A machine that does other work besides may take this long for what takes a second alone.
expect.set_options(timeout=30_000)


# These two end with the last journey of a process: Playwright keeps an event loop running, beside which
# no other test could run its own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for all journeys."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app, one for all journeys that leave it as it was; with `OWN_MODEL` among its models."""
    folder = tmp_path_factory.mktemp("app")
    keep_small(folder / "models", OWN_MODEL, recipe=OWN_MODEL, layers=OWN_LAYERS, epochs=3)
    cache = os.environ["CNN_CACHE_DIR"]
    with serve(folder, CNN_CACHE_DIR=cache, CNN_LEADER_PASSWORD=LEADERS_PASSWORD) as served:
        yield served


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An app for one file alone, whose journeys kill its processes, fill its queue, or publish."""
    with serve(tmp_path_factory.mktemp("own_app")) as served:
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor with a browser of their own: nothing is shared with another."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def other_page(browser: Browser) -> Iterator[Page]:
    """A second visitor."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()
