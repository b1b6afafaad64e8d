"""The pages that look inside, for a network of colour images, by AppTest."""

import re
from base64 import b64decode

import cv2
import numpy as np
import pytest

from cnn.jobs import evaluation_cache, inspections
from pages.parts.inside import arithmetic, evidence, filter_grid, map_grid, one_filter, questions
from pages.parts.mistakes import explorer
from pages.parts.widgets import placeholders
from tests.networks import colours, keep_colour
from tests.pages.local import LocalWorkers
from tests.pages.opened import html


@pytest.fixture
def shown(monkeypatch):
    """What each grid of pictures was given to show, by its key."""
    given = {}
    for module in (filter_grid, map_grid):
        monkeypatch.setattr(module, "tiles", lambda key, content, _on_pick: given.update({key: content}))
    return given


@pytest.fixture
def open_page(visit, models_dir, monkeypatch, tmp_path):
    """Opens a page for a network that tells red, green and blue images apart."""
    workers = LocalWorkers()
    for module in (questions, placeholders, one_filter, evidence, explorer):
        monkeypatch.setattr(module, "workers", lambda: workers)
    made = evaluation_cache.EvaluationCache(workers, tmp_path / "kept")
    monkeypatch.setattr(evaluation_cache, "evaluation_cache", lambda: made)
    monkeypatch.setattr(inspections, "dataset_of", lambda _record: colours())
    record = keep_colour(models_dir)

    def opened(name):
        page = visit(name)
        return page.selectbox(key="model").select(record.id).run()

    return opened


def pictures(page) -> list[np.ndarray]:
    """The pictures that a page shows by `st.html`, as RGB."""
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', html(page))
    return [
        cv2.imdecode(np.frombuffer(b64decode(content), np.uint8), cv2.IMREAD_COLOR_RGB) for content in found
    ]


def test_first_filters_are_in_colour(open_page, shown):
    """The three channels of a first filter are one picture of colours; around zero, one channel is chosen."""
    page = open_page("filters")
    assert not page.exception
    assert not page.error
    assert shown["filters_grid"].frames.shape[1:] == (6, 20, 20, 3)
    page.button_group(key="filters_colours").set_value(True).run()
    page.selectbox(key="filters_incoming_3").select(2).run()
    assert not page.exception
    assert shown["filters_grid"].weights.shape[1:] == (6, 5, 5)


def test_exciting_images_are_in_colour(open_page):
    """The images that excite a filter most are shown as they are."""
    page = open_page("filters")
    page.button(key="filter_excited_begin").click().run()
    assert not page.exception
    assert any(np.array_equal(picture, image) for picture in pictures(page) for image in colours().x_test)


def test_feature_maps_of_a_colour_image(open_page, shown, monkeypatch):
    """The image is shown in colour, its maps as maps, and the arithmetic is given all three channels."""
    sent = []
    monkeypatch.setattr(arithmetic, "_component", lambda data, **_rest: sent.append(data))
    page = open_page("feature_maps")
    assert not page.exception
    assert not page.error
    assert any(np.array_equal(picture, colours().x_test[0]) for picture in pictures(page))
    assert shown["feature_maps_grid"].frames.shape[:2] == (1, 6)
    data = sent[-1]
    kernel = np.frombuffer(b64decode(data["kernel"]), np.float32).reshape(5, 5, 3)
    image = np.frombuffer(b64decode(data["input"]), np.float32).reshape(data["inputShape"])
    assert image == pytest.approx(colours().x_test[0] / np.float32(255))
    own = np.frombuffer(b64decode(data["after"]), np.float32).reshape(data["mapShape"])
    assert (image[4:9, 2:7] * kernel).sum() + data["bias"] == pytest.approx(own[2, 1], abs=1e-4)


def test_evidence_in_a_colour_image(open_page):
    """Where the evidence lies is one picture over all three channels, for a class that there is."""
    page = open_page("feature_maps")
    page.toggle(key="evidence_shown").set_value(True).run()
    assert not page.exception
    assert not page.error
    [choice] = [group for group in page.button_group if group.label == "Evidence for"]
    assert choice.options == ["red", "green", "blue"]
    choice.set_value(2).run()
    assert not page.error
    assert any(caption.value.startswith("Blue speaks for blue") for caption in page.caption)


def test_mistakes_of_colour_images(open_page):
    """The page of mistakes shows classes by name, and the picked image in its colours."""
    page = open_page("mistakes")
    assert not page.exception
    page.session_state["mistakes_image"] = 3
    page.run()
    assert not page.exception
    assert any(np.array_equal(picture, colours().x_test[3]) for picture in pictures(page))
    page.button(key="mistakes_alike_begin").click().run()
    assert not page.exception
    assert any(np.array_equal(picture, image) for picture in pictures(page) for image in colours().x_train)
