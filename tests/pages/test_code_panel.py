"""The Train page's Keras code: what it shows is what Train would do."""

import json

from cnn.training.keras_code import keras_code, notebook
from cnn.training.layers import Dropout
from cnn.training.recipes import RECIPES


def opened(page):
    page.session_state["keras_code"] = True
    return page.run()


def test_the_code_is_of_what_is_chosen(visit):
    """A changed setting and a changed layer stand in the code at once."""
    page = opened(visit("train"))
    assert page.code[0].value == keras_code(RECIPES["fast"].config).strip()
    page.selectbox(key="recipe").select("conv32").run()
    page.number_input(key="epochs_conv32").set_value(7).run()
    page.toggle(key="build_network").set_value(True).run()
    page.button(key="add_dropout").click().run()
    config = RECIPES["conv32"].config
    layers = (*config.layers, Dropout())
    assert (
        page.code[0].value
        == keras_code(config.model_copy(update={"epochs": 7, "layers": layers, "recipe": "custom"})).strip()
    )


def test_the_code_can_be_taken_along(visit):
    """There is a script and a notebook to download, and nothing is made while nobody asks."""
    page = visit("train")
    assert not page.code
    assert not page.get("download_button")
    labels = [button.proto.label for button in opened(page).get("download_button")]
    assert labels == ["Script (.py)", "Jupyter notebook (.ipynb)"]
    assert json.loads(notebook(page.code[0].value))["cells"]


def test_a_network_that_cannot_be_has_no_code(visit):
    """With a mistake in the layers there is no code until it is mended."""
    page = opened(visit("train"))
    page.toggle(key="build_network").set_value(True).run()
    page.button(key="layer_fast_7_open").click().run()
    page.button(key="layer_fast_7_remove").click().run()
    assert page.error
    assert not page.code
    page.button(key="add_flatten").click().run()
    assert not page.error
    assert not page.exception
