"""The page of filters, by AppTest; the film is tested in a browser."""

import re

import numpy as np
import pytest

from cnn.jobs import inspections
from cnn.models.store import model_store
from cnn.network.build import load
from cnn.network.inspector import Inspector
from cnn.training.layers import Conv2D, Dense, Flatten
from pages.parts.inside import filter_grid, one_filter, questions
from pages.parts.widgets import placeholders
from tests.networks import keep_small
from tests.pages.local import LocalWorkers
from tests.pages.opened import check_deletion_is_told, html

TWO = (
    Conv2D(filters=8, strides=2),
    Conv2D(filters=4),
    Flatten(),
)


@pytest.fixture
def open_model(visit, models_dir, monkeypatch):
    """Opens the page for a network of given layers, looked into in this process."""
    workers = LocalWorkers()
    for module in (questions, placeholders, one_filter):
        monkeypatch.setattr(module, "workers", lambda: workers)

    def open_page(**changes):
        record = keep_small(models_dir, **changes)
        page = visit("filters")
        return page.selectbox(key="model").select(record.id).run()

    return open_page


def captions(page) -> str:
    return " ".join(caption.value for caption in page.caption)


def test_filters_are_shown_in_both_scales(open_model):
    """First in greys, on request around zero; each says what its colours mean."""
    page = open_model(layers=TWO)
    assert page.header[0].value == "Filter 0"
    assert "smallest weight, black" in captions(page)
    page.button_group(key="filters_colours").set_value(True).run()
    assert "smallest weight, black" not in captions(page)
    assert not page.exception


def test_a_filter_has_its_colours_of_the_grid(open_model, monkeypatch):
    """Around zero, each weight in the table of a filter has the colour that it has among all filters."""
    given = []
    monkeypatch.setattr(filter_grid, "tiles", lambda _key, content, _on_pick: given.append(content))
    page = open_model(layers=TWO)
    page.button_group(key="filters_colours").set_value(True)
    for number in range(8):
        page.session_state["filters_picked"] = number
        page.run()
        written = re.findall(r"background:rgb\((\d+) (\d+) (\d+)\)", html(page))
        in_grid = given[-1].frames[-1, number, ::8, ::8].reshape(-1, 3)
        assert np.array(written, int).tolist() == in_grid.tolist()


def test_a_deeper_layer_shows_a_slice(open_model):
    """Of a deeper convolution the filters are shown for one map of its input, which can be chosen."""
    page = open_model(layers=TWO)
    page.selectbox(key="filters_layer").select(1).run()
    for incoming in (0, 5):
        page.selectbox(key="filters_incoming_8").select(incoming).run()
        record = model_store().record(page.selectbox(key="model").value)
        kernel = Inspector(load(record, model_store().folder_of(record.id).keras_path())).layers[1].kernel
        written = re.findall(r"color:#\w+\">([−\d.]+)<", html(page))
        shown = [float(value.replace("−", "-")) for value in written]
        assert shown == pytest.approx(kernel[:, :, incoming, 0].ravel(), abs=1e-3)
    assert "kept for the first convolution alone" in captions(page)
    assert not page.exception
    assert not page.error


def test_three_maps_are_no_colours(open_model):
    """A deeper convolution of three maps is shown for one of them: they are not red, green and blue."""
    page = open_model(layers=(Conv2D(filters=3, strides=2), Conv2D(filters=4), Flatten()), epochs=1)
    page.selectbox(key="filters_layer").select(1).run()
    assert page.selectbox(key="filters_incoming_3").value == 0
    assert "smallest weight, black" in captions(page)
    assert "<caption>Weights</caption>" in html(page)
    assert "<caption>Red</caption>" not in html(page)
    assert not page.exception


def test_exciting_images_are_found(open_model):
    """On request the page shows the test images that a filter answers most, each with its answer."""
    page = open_model(layers=TWO)
    page.button(key="filter_excited_begin").click().run()
    assert "the filter's largest answer" in captions(page)
    record = model_store().record(page.selectbox(key="model").value)
    found = inspections.strongest(model_store().folder_of(record.id), "conv2d_1", 0, one_filter.EXCITING)
    dataset = inspections.dataset_of(record)
    told = re.findall(r"</span>(\d) · ([\d.]+)</li>", html(page))
    assert told == [
        (str(dataset.y_test[image]), f"{value:.2f}")
        for image, value in zip(found.images, found.values, strict=True)
    ]
    assert not page.exception


def test_a_model_saved_anew_has_other_exciting_images(open_model, models_dir):
    """What was found for a network is not shown for another one that has taken its place."""
    page = open_model(layers=TWO)
    page.button(key="filter_excited_begin").click().run().run()
    assert not any(button.key == "filter_excited_begin" for button in page.button)
    keep_small(models_dir, layers=TWO, seed=5)
    page.run()
    assert any(button.key == "filter_excited_begin" for button in page.button)


def test_no_convolution_is_told(open_model):
    """A network without convolution gets a sentence."""
    page = open_model(layers=(Flatten(), Dense(units=4)), epochs=1)
    assert "no convolution" in page.info[0].value
    assert not page.exception


def test_many_filters_are_shown(open_model, monkeypatch):
    """Many filters are shown page by page, and a filter number beyond the layer's falls back to its last."""
    page = open_model(layers=(Conv2D(filters=130, strides=3), Flatten()), epochs=1)
    page.session_state["filters_picked"] = 500
    page.run()
    assert page.header[0].value == "Filter 129"
    given = []
    monkeypatch.setattr(filter_grid, "tiles", lambda _key, content, _on_pick: given.append(content))
    for number, labels in [(1, range(120)), (2, range(120, 130)), (3, range(120))]:
        page.session_state["filters_page"] = number
        page.run()
        assert list(given[-1].labels) == [f"Filter {label}" for label in labels]
        assert given[-1].frames.shape[1] == len(labels)
    assert not np.array_equal(given[0].frames[:, :10], given[1].frames)
    assert not page.exception


def test_a_model_that_is_deleted_meanwhile_is_said(open_model):
    """Whoever looks at a model when it goes reads a sentence and sees another one's filters."""
    check_deletion_is_told(open_model())
