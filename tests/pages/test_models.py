"""Choosing a model: once for all pages."""

import shutil

import pytest

from cnn import model_store
from cnn.settings import PROJECT
from tests.networks import trained
from tests.pages.conftest import OWNER


@pytest.fixture
def mine(models_dir):
    """A model of the visitor's, beside the shipped one."""
    shutil.copytree(PROJECT / "models" / "shipped", models_dir / "shipped")
    return model_store.save("my best", trained(), owner=OWNER).id


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
