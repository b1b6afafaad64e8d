"""The arithmetic as the browser does it, for every layer of every recipe, without the pages around it."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import keras
import numpy as np
import pytest
from playwright.sync_api import Page, Route

from cnn.data.origins import DIGITS
from cnn.insight.activations import ForwardPass
from cnn.network.build import build
from cnn.network.inspector import Inspector
from cnn.training.layers import Conv2D, Dense, Flatten
from cnn.training.recipes import RECIPES
from pages.parts.inside import arithmetic
from pages.parts.widgets import scripts
from tests.networks import SHAPES, random_image, small_config, stirred
from tests.strategies import ACTIVATIONS

HERE = "http://scripts.example"

MOUNT = """async inside => {
  const { MapView } = await import(`${inside}/map_view.js`);
  const { showUnit } = await import(`${inside}/unit_view.js`);
  window.shown = ({ data, place }) => {
    const root = document.querySelector(".arithmetic");
    if (data.vector) showUnit(root, data);
    else new MapView(root, data, new AbortController().signal).at(...place);
    return {
      value: Number(root.querySelector(".result").dataset.value),
      probabilities: [...root.querySelectorAll("[data-probability]")].map(
        cell => Number(cell.dataset.probability)),
    };
  };
}"""


def answer(route: Route) -> None:
    """With one of the app's scripts; with nothing where another address is asked."""
    script = scripts.content(scripts.VERSION, urlsplit(route.request.url).path.removeprefix("/"))
    route.fulfill(body=script or b"", content_type="text/javascript" if script else "text/html")


@pytest.fixture
def mounted(page: Page) -> Page:
    """A page with nothing but the component, and its function `shown`."""
    page.route(f"{HERE}/**", answer)
    page.goto(f"{HERE}/")
    page.set_content(Path(arithmetic.__file__).with_suffix(".html").read_text(encoding="utf-8"))
    page.evaluate(MOUNT, f"{HERE}/inside")
    return page


def places(shape: tuple[int, ...], random: np.random.Generator) -> list[tuple[int, ...]]:
    """Two corners of a layer's output, and two places anywhere in it."""
    corners = [tuple(0 for _ in shape), tuple(side - 1 for side in shape)]
    return corners + [tuple(int(place) for place in random.integers(shape)) for _ in range(2)]


def shown(
    page: Page, inspector: Inspector, forward: ForwardPass, layer: int, place: tuple[int, ...]
) -> dict[str, Any]:
    """What the browser makes of one place."""
    layers = inspector.layers
    data = arithmetic.numbers(
        layers,
        forward,
        layer,
        place[-1],
        lambda number, channel: layers[number].weights(channel),
        list(DIGITS),
    )
    data |= {"texts": arithmetic._texts(), "stays": True}
    return dict(page.evaluate("given => shown(given)", {"data": data, "place": list(place[:2])}))


@pytest.mark.parametrize("name", RECIPES)
def test_the_browser_computes_what_keras_computes(mounted: Page, name: str) -> None:
    """With random weights, the value at each place is Keras's to 1e-4, and so are the ten probabilities."""
    config = RECIPES[name].config
    shape = SHAPES[config.dataset]
    model = stirred(build(config, shape, 10))
    inspector, image = Inspector(model), random_image(shape, seed=1)
    forward = inspector.forward_pass(image)
    every = keras.Model(model.inputs, [layer.output for layer in model.layers])
    outputs = [output[0] for output in every.predict(image[None], verbose=0)]
    random = np.random.default_rng(2)
    for number, (facts, output) in enumerate(zip(inspector.layers, outputs, strict=True)):
        for place in places(facts.output_shape, random):
            found = shown(mounted, inspector, forward, number, place)
            if facts.activation == "softmax":
                assert found["probabilities"] == pytest.approx(output, abs=1e-4)
            else:
                assert found["value"] == pytest.approx(float(output[place]), abs=1e-4, rel=1e-4), facts


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_are_kerass_on_both_sides_of_zero(mounted: Page, activation: Any) -> None:
    """Sums from below -1 to above 1 become what Keras makes of them, in maps and in vectors."""
    layers = (
        Conv2D(filters=6, kernel_size=5, activation=activation),
        Flatten(),
        Dense(units=12, activation=activation),
    )
    model = build(small_config(layers=layers), (12, 12, 1), 10)
    random = np.random.default_rng(3)
    for layer in (model.layers[0], model.layers[2]):
        kernel, bias = layer.get_weights()
        layer.set_weights([random.normal(0, 3 / np.sqrt(kernel[..., 0].size), kernel.shape), bias])
    inspector = Inspector(model)
    forward = inspector.forward_pass(random_image((12, 12, 1), seed=4))
    for number in (0, 2):
        output = keras.Model(model.inputs, model.layers[number].output).predict(
            forward.image[None], verbose=0
        )[0]
        before = forward.layers[number].before
        assert before.min() < -1 < 1 < before.max()
        for index in (before.argmin(), np.abs(before + 1).argmin(), before.argmax()):
            place = tuple(int(axis) for axis in np.unravel_index(index, before.shape))
            found = shown(mounted, inspector, forward, number, place)
            assert found["value"] == pytest.approx(float(output[place]), abs=1e-4, rel=1e-4)
