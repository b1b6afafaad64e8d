"""A network drawn from its layer table: what each layer puts out, as a block of its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from cnn.training.layers import LayerRow, Shape

# All lengths are in units of the picture, which are pixels where it is shown at its own size.
TALLEST = 64.0
_LEAST = 5.0
_DEEPEST = 46.0
# How far a block's back is moved to the right and up for each unit of its height.
_SLANT = 0.22
_VECTOR_WIDTH = 7.0


@dataclass(frozen=True)
class Block:
    """The outline of what a layer puts out, seen from the front and a little from above.

    Attributes:
        front, height: of the front face; maps are as high as they have rows, and as wide as they have
            channels, on a scale of logarithms; a vector is a thin bar.
        slant: how far the back lies to the right of the front and above it.
    """

    front: float
    height: float
    slant: float


def block(shape: Shape, largest: int) -> Block:
    """The block of an output.

    Args:
        shape: (height, width, channels), or (values,).
        largest: the rows of the network's input, which are as high as a block can be.
    """
    if len(shape) == 1:
        height = min(TALLEST, _LEAST + 7 * log2(shape[0]) / 2)
        return Block(_VECTOR_WIDTH, height, 0.0)
    rows, _columns, channels = shape
    height = max(_LEAST, TALLEST * min(1.0, rows / largest))
    return Block(min(_DEEPEST, 3 + 4 * log2(channels)), height, _SLANT * height)


def svg(shape: Shape, largest: int) -> str:
    """One output as an inline SVG in the text's colour; `block` says how it is measured.

    It stands on its ground, and is hidden from screen readers: `in_words` says what all show.
    """
    outline = block(shape, largest)
    front, height, slant = outline.front, outline.height, outline.slant
    width, top = front + slant + 2, height + slant + 2
    left, bottom = 1.0, top - 1
    upper, right = bottom - height, left + front
    faces = [_polygon((left, bottom), (right, bottom), (right, upper), (left, upper), opacity=0.35)]
    if slant:
        behind_left, behind_right = (left + slant, upper - slant), (right + slant, upper - slant)
        faces += [
            _polygon((left, upper), behind_left, behind_right, (right, upper), opacity=0.18),
            _polygon(
                (right, bottom), (right + slant, bottom - slant), behind_right, (right, upper), opacity=0.55
            ),
        ]
    return (
        f'<svg viewBox="0 0 {width:.1f} {top:.1f}" width="{width:.1f}" height="{top:.1f}" aria-hidden="true" '
        f'fill="currentColor" stroke="currentColor" stroke-linejoin="round">{"".join(faces)}</svg>'
    )


def _polygon(*points: tuple[float, float], opacity: float) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{corners}" fill-opacity="{opacity}"/>'


def in_words(rows: Sequence[LayerRow], input_shape: Shape) -> str:
    """The outputs from the input to the last layer, as "28×28×1 → Conv2D 26×26×32 → …"."""
    steps = ["×".join(map(str, input_shape))]
    steps += [f"{row.kind} {'×'.join(map(str, row.output_shape))}" for row in rows]
    return " → ".join(steps)
