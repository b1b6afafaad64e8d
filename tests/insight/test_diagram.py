"""`cnn.insight.diagram`: the blocks of a network's picture have the sizes of what its layers put out."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from cnn.insight.diagram import TALLEST, block, in_words, svg
from cnn.training.layers import layer_table
from cnn.training.recipes import RECIPES

maps = st.tuples(st.integers(1, 64), st.integers(1, 64), st.integers(1, 1024))
vectors = st.tuples(st.integers(1, 100_000))


@given(shape=maps, rows=st.integers(1, 64), channels=st.integers(1, 1024))
def test_larger_outputs_are_larger_blocks(shape, rows, channels):
    """Of two outputs, the one with more rows is not lower, and the one with more channels not thinner."""
    one, other = block(shape, 64), block((rows, rows, channels), 64)
    assert (one.height <= other.height) or shape[0] >= rows
    assert (one.front <= other.front) or shape[2] >= channels


@given(shape=maps | vectors, largest=st.integers(1, 64))
def test_every_block_lies_within_its_picture(shape, largest):
    """The picture is XML in the text's colour, all corners are inside, none is higher than the input."""
    picture = ET.fromstring(svg(shape, largest))
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    corners = [
        tuple(map(float, corner.split(","))) for face in picture for corner in face.attrib["points"].split()
    ]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in corners)
    assert block(shape, largest).height <= TALLEST
    assert len(picture) == (3 if len(shape) == 3 else 1)
    assert picture.attrib["fill"] == "currentColor"


def test_a_vector_is_a_bar():
    """A vector has no depth, and a longer one is higher."""
    assert block((10,), 28).slant == 0
    assert block((10,), 28).height < block((9216,), 28).height
    assert block((10,), 28).front < block((28, 28, 64), 28).front


def test_the_picture_in_words():
    """Whoever cannot see it reads every output in turn."""
    config = RECIPES["conv32"].config
    assert in_words(layer_table(config.layers, (28, 28, 1), 10), (28, 28, 1)) == (
        "28×28×1 → Conv2D 28×28×32 → MaxPooling2D 14×14×32 → Dropout 14×14×32 → Flatten 6272 → Dense 10"
    )
