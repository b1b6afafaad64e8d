"""The Train page's look at what a network is given."""

from dataclasses import replace

import pytest

from cnn.data import datasets
from cnn.data.origins import THINGS
from tests.networks import colours, digits
from tests.pages.opened import html


@pytest.fixture
def opened(visit, monkeypatch):
    """Opens the look with a data set in the place of the chosen one; None for one that is not here."""

    def open_it(dataset):
        monkeypatch.setattr(datasets, "find", lambda _name: None if dataset is None else "here")
        monkeypatch.setattr(datasets, "load", lambda _name: dataset)
        page = visit("train")
        page.session_state["given"] = True
        return page.run()

    return open_it


def words(page):
    return "\n".join(text.value for text in page.markdown)


def test_images_range_and_label_are_shown(opened):
    """Ten digits, one of each class; bytes and what becomes of them; the label with a 1 in its place."""
    page = opened(digits())
    assert html(page).count("<figure>") == 10
    assert "1,500 to train with, 28 × 28 × 1 numbers each" in words(page)
    assert "bytes from 0 to 255" in words(page)
    assert "from 0 to 1." in words(page)
    assert "“0” is class 0" in words(page)
    assert "`1 0 0 0 0 0 0 0 0 0`" in words(page)


def test_others_are_shown_when_asked_for(opened):
    """Another press shows other images and the label of another class."""
    page = opened(digits())
    before = html(page)
    page.button(key="given_others").click().run()
    assert html(page) != before
    assert "`0 1 0 0 0 0 0 0 0 0`" in words(page)


def test_colour_images_are_shown_in_colour(opened):
    """Photographs have three numbers a pixel, and a class without an image leaves no gap."""
    page = opened(replace(colours(), class_names=THINGS))
    assert html(page).count("<figure>") == 3
    assert "32 × 32 × 3" in words(page)
    assert "Aeroplane" in words(page)


def test_nothing_is_fetched_for_a_look(opened):
    """Where the data set is not on this computer, the page says what fetches it."""
    page = opened(None)
    assert any("first training fetches them" in info.value for info in page.info)
    assert not page.exception
