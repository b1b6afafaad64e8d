"""The page of feature maps, by AppTest; what the browser computes is tested in a browser."""

import numpy as np
import pytest

from cnn.training.layers import AveragePool2D, BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from pages.parts.inside import arithmetic, evidence, map_grid, questions
from pages.parts.widgets import placeholders
from tests.networks import keep_small, small_config
from tests.pages.local import LocalWorkers
from tests.pages.opened import check_deletion_is_told

EVERY_KIND = (
    Conv2D(filters=3, padding="same"),
    BatchNormalization(),
    MaxPool2D(),
    Conv2D(filters=5, kernel_size=5, strides=2, activation="elu"),
    AveragePool2D(),
    Dropout(),
    Flatten(),
    Dense(units=600, activation="gelu"),
)

WIDE = (Conv2D(filters=512, strides=3), MaxPool2D(pool_size=3), Flatten())


@pytest.fixture
def played(monkeypatch):
    """Networks are looked into in this process."""
    workers = LocalWorkers()
    for module in (questions, placeholders, evidence):
        monkeypatch.setattr(module, "workers", lambda: workers)
    return workers


@pytest.fixture
def open_model(visit, models_dir, played):
    """Opens the page for a network of given layers."""

    def open_page(**changes):
        record = keep_small(models_dir, **changes)
        page = visit("feature_maps")
        return page.selectbox(key="model").select(record.id).run()

    return open_page


@pytest.fixture
def sent(monkeypatch):
    """What the browser is given to compute with, each time."""
    given = []
    monkeypatch.setattr(arithmetic, "_component", lambda data, **_rest: given.append(data))
    return given


def test_every_layer_opens(open_model):
    """Each kind of layer is shown with its name and shape, and its arithmetic below."""
    page = open_model(layers=EVERY_KIND, epochs=1)
    shown = []
    for number in range(len(EVERY_KIND) + 1):
        page.session_state["feature_maps_layer"] = number
        page.run()
        assert not page.exception
        assert not page.error
        shown.append(next(text.value for text in page.markdown if "·" in text.value))
    assert shown[0] == "**Convolution 1** · 28 × 28 × 3"
    assert shown[4] == "**Average pooling** · 2 × 2 × 5"
    assert shown[-1] == "**Output** · 10"


@pytest.mark.parametrize(
    ("asked", "opened"), [("max_pool2d", 2), ("output", len(EVERY_KIND)), ("nothing", 0), (None, 0)]
)
def test_the_address_names_a_layer(visit, models_dir, played, asked, opened):
    """The first of its kind is open, for who follows a link; another that is picked then stays open."""
    record = keep_small(models_dir, layers=EVERY_KIND, epochs=1)
    page = visit("feature_maps")
    page.selectbox(key="model").select(record.id)
    if asked:
        page.query_params["layer"] = asked
    page.run()
    assert page.session_state["feature_maps_layer"] == opened
    page.session_state["feature_maps_layer"] = 1
    page.run()
    assert page.session_state["feature_maps_layer"] == 1
    # Whoever follows the link once more, after another page, is led there once more.
    page.session_state["visit"] = "another"
    page.run()
    assert page.session_state["feature_maps_layer"] == (opened or 1)


def test_units_tell_what_they_depend_on(open_model, sent):
    """A flattened unit's field is its pixel's window; a dense unit's is all that the flattened maps see."""
    page = open_model(layers=(Conv2D(filters=3, strides=2), Flatten(), Dense(units=4)), epochs=1)
    row, column, channel = 5, 12, 1
    page.session_state["feature_maps_map"] = (row * 13 + column) * 3 + channel
    page.session_state["feature_maps_layer"] = 1
    page.run()
    assert sent[-1]["field"] == (2 * row, 2 * column, 2 * row + 3, 2 * column + 3)
    page.session_state["feature_maps_layer"] = 2
    page.run()
    assert sent[-1]["field"] == (0, 0, 27, 27)
    assert sent[-1]["imageShape"] == (28, 28, 1)


def test_pooling_has_the_colours_of_the_layer_before(open_model, sent):
    """A map that is pooled is coloured as the maps it is one of, not by its own numbers alone."""
    layers = (Conv2D(filters=3, strides=2, activation="linear"), MaxPool2D(), Flatten())
    page = open_model(layers=layers, epochs=1)
    page.session_state["feature_maps_layer"] = 0
    page.run()
    limit, signed = sent[-1]["limit"], sent[-1]["signed"]
    page.session_state["feature_maps_layer"] = 1
    for number in range(3):
        page.session_state["feature_maps_map"] = number
        page.run()
        assert (sent[-1]["inputLimit"], sent[-1]["inputSigned"]) == (limit, signed)


def test_an_image_out_of_range_is_told(open_model):
    """A number that no test image has gets a sentence, and the image before it stays."""
    page = open_model()
    for number, shown in [(1, 1), (123_456, 1), (-1, 1), (2, 2)]:
        page.number_input(key="image_number").set_value(number).run()
        assert bool(page.error) == (number != shown)
        assert any(f"Test image {shown} shows" in caption.value for caption in page.caption)
        assert any(text.value.startswith("**Convolution") for text in page.markdown)
    page.number_input(key="image_number").set_value(123_456).run()
    assert "no test image 123,456" in page.error[0].value


def test_a_mistake_is_looked_into(open_model):
    """What another page asks to look at is the image that is shown."""
    page = open_model()
    page.session_state["looked_at"] = {"kind": "test", "index": 7}
    page.run()
    assert page.number_input(key="image_number").value == 7


def test_a_drawing_is_looked_into(open_model):
    """The visitor's own drawing can be chosen once there is one."""
    page = open_model()
    assert page.button_group(key="image_kind").options == ["Test image"]
    page.session_state["drawing"] = np.eye(28, dtype=np.float32)
    page.session_state["looked_at"] = {"kind": "drawing", "index": 0}
    page.run()
    assert any("Your drawing" in caption.value for caption in page.caption)
    assert not page.exception


@pytest.fixture
def grids(monkeypatch):
    """What the grid of maps is given to show, each time."""
    given = []
    monkeypatch.setattr(map_grid, "tiles", lambda _key, content, _on_pick: given.append(content))
    return given


def test_a_layer_of_512_maps_is_shown(open_model, grids):
    """Very wide layers come page by page, the first with the strongest map; each page has its own maps."""
    page = open_model(layers=WIDE, epochs=1)
    assert any("9 × 9 × 512" in text.value for text in page.markdown)
    assert grids[-1].first == grids[-1].picked // 256 * 256
    pictures = []
    for number in (1, 2):
        page.session_state["feature_maps_page_0_of_512"] = number
        page.run()
        assert grids[-1].first == 256 * (number - 1)
        assert grids[-1].labels[0].startswith(f"Map {grids[-1].first}:")
        pictures.append(grids[-1].frames[0])
    assert pictures[0].shape == pictures[1].shape == (256, 9, 9, 3)
    assert not np.array_equal(*pictures)
    assert not page.exception
    assert not page.error


def test_a_page_that_is_not_there_is_another(open_model, grids):
    """A page that there is not is the same other one to the pager and to the grid."""
    page = open_model(layers=WIDE, epochs=1)
    page.session_state["feature_maps_page_0_of_512"] = 9
    page.run()
    assert grids[-1].first == 256 * (page.session_state["feature_maps_page_0_of_512"] - 1)


def test_maps_are_shown_before_their_activation(open_model, grids):
    """On request the maps are what the convolution gives before the ReLU, which takes what is below zero."""
    layers = (Conv2D(filters=3, strides=2), MaxPool2D(), Flatten())
    page = open_model(layers=layers, epochs=1)
    after = grids[-1].frames[..., 0] == grids[-1].frames[..., 2]
    page.button_group(key="feature_maps_before").set_value(True).run()
    before = grids[-1].frames[..., 0] == grids[-1].frames[..., 2]
    assert after.all(), "in greys: nothing is below zero"
    assert not before.all(), "in colours around zero"
    page.session_state["feature_maps_layer"] = 1
    page.run()
    assert not any(group.key == "feature_maps_before" for group in page.button_group)


def test_outputs_bear_their_names(open_model, grids):
    """The bars of the last layer are numbered, and say which class each stands for."""
    page = open_model(epochs=1)
    page.session_state["feature_maps_layer"] = len(small_config().layers)
    page.run()
    assert grids[-1].numbered
    assert [label.partition(":")[0] for label in grids[-1].labels] == [str(digit) for digit in range(10)]


def test_a_network_without_convolution_is_shown(open_model):
    """A network of dense layers alone has its layers, too."""
    page = open_model(layers=(Flatten(), Dense(units=4)), epochs=1)
    assert not page.exception
    assert not page.error


def test_a_model_that_was_saved_anew_is_looked_into_anew(open_model, models_dir):
    """A training from the command line may put another network in a model's place while the app runs."""
    page = open_model(layers=EVERY_KIND, epochs=1)
    keep_small(models_dir, layers=WIDE, epochs=1)
    page.run()
    assert not page.exception
    assert any("9 × 9 × 512" in text.value for text in page.markdown)


def test_a_sleeping_process_is_waited_for(open_model, played):
    """While the network is waking up the page says so, without an error."""
    page = open_model()
    played.awake = False
    page.run()
    assert any("waking up" in caption.value for caption in page.caption)
    assert not page.exception


def test_a_model_that_is_deleted_meanwhile_is_said(open_model):
    """Whoever looks at a model when it goes reads a sentence and sees another one's layers."""
    check_deletion_is_told(open_model())
