"""Choosing a model: once for all pages."""

import shutil

import pytest

from cnn.models.store import model_store
from cnn.settings import PROJECT
from tests.networks import trained
from tests.pages.conftest import OWNER


@pytest.fixture
def mine(models_dir):
    """A model of the visitor's, beside the shipped one."""
    shutil.copytree(PROJECT / "models" / "shipped", models_dir / "shipped")
    return model_store().save("my best", trained(), owner=OWNER).id


def test_the_choice_holds_on_every_page_however_often_one_goes_round(visit, mine):
    """Picked on one page, a model stays picked wherever the visitor goes, until another is picked."""
    page = visit("filters")
    page.selectbox(key="model").select(mine).run()
    for name in ("mistakes", "filters", "feature_maps", "mistakes", "draw", "filters", "mistakes"):
        page.switch_page(f"pages/{name}.py").run()
        assert page.selectbox(key="model").value == mine, name
    page.selectbox(key="model").select("shipped").run()
    for name in ("filters", "mistakes"):
        page.switch_page(f"pages/{name}.py").run()
        assert page.selectbox(key="model").value == "shipped", name


def test_the_address_names_the_model(visit, mine):
    """Who comes by an address with a model sees that model; what is picked then stands in the address."""
    page = visit("filters")
    assert "model" not in page.query_params
    page.query_params["model"] = mine
    page.run()
    assert page.selectbox(key="model").value == mine
    page.selectbox(key="model").select("shipped").run()
    assert "model" not in page.query_params
    page.selectbox(key="model").select(mine).run()
    assert page.query_params["model"] == mine


def test_a_reload_keeps_the_choice(visit, mine):
    """A new session of the same visitor begins with the model that was chosen last, whatever the address."""
    visit("filters").selectbox(key="model").select(mine).run()
    again = visit("mistakes")
    assert again.selectbox(key="model").value == mine
    assert not again.warning
    model_store().delete(mine, OWNER)
    assert "is gone" in visit("draw").warning[0].value
    assert not visit("draw").warning


def test_an_address_that_names_no_model_of_ones_own_is_said(visit, mine):
    """Others' models, and those that are not there, get the same sentence, until one picks or leaves."""
    others = model_store().save("theirs", trained(), owner="somebody else").id
    for asked in (others, "xyz", "../shipped"):
        page = visit("filters")
        page.query_params["model"] = asked
        for _run in range(2):
            page.run()
            assert "not here, or is not yours to see" in page.warning[0].value
            assert page.selectbox(key="model").value == "shipped"
        page.selectbox(key="model").select(mine).run()
        assert not page.warning
        page.selectbox(key="model").select("shipped").run()
    page.query_params["model"] = "gone"
    assert page.run().warning
    assert not page.switch_page("pages/mistakes.py").run().warning


def test_an_address_that_names_a_broken_model_is_said(visit, mine, models_dir):
    """A model that cannot be used is not replaced without a word."""
    (models_dir / mine / "record.json").write_text("{}")
    page = visit("filters")
    page.query_params["model"] = mine
    page.run()
    assert "cannot be used; another one" in page.warning[0].value
    assert page.selectbox(key="model").value == "shipped"
