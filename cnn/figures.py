"""Arrays to figures. Knows no model and no page; texts on axes come from whoever calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, Scatter

Curve = Sequence[tuple[float, float, float]]
"""(epochs done, loss, accuracy) for each point."""

Numbers = Sequence[float] | NDArray[np.floating[Any]]


def curves(
    training: Curve, validation: Curve, *, names: dict[str, str], mark: float | None = None
) -> "Figure":
    """Loss and accuracy over the epochs, side by side.

    Args:
        training, validation: what to draw; accuracy in [0, 1].
        names: what to call "loss", "accuracy", "epoch", "training", "validation".
        mark: the epoch at which a line stands across both.
    """
    from plotly.subplots import make_subplots

    figure = make_subplots(1, 2, subplot_titles=(names["loss"], names["accuracy"]), horizontal_spacing=0.09)
    for column in (1, 2):
        figure.add_trace(_line(training, column, names["training"], **_TRAINING_STYLE), 1, column)
        figure.add_trace(_line(validation, column, names["validation"], **_VALIDATION_STYLE), 1, column)
    if mark is not None:
        figure.add_vline(x=mark, line={"color": _MARK, "width": 1.5, "dash": "dash"})
    figure.update_xaxes(title_text=names["epoch"], rangemode="tozero")
    figure.update_yaxes(tickformat=".1%", col=2)
    figure.update_layout(
        height=300,
        margin=_MARGIN,
        legend={"orientation": "h", "y": -0.25},
        # The same revision keeps a zoom while the curves grow.
        uirevision="curves",
    )
    return figure


def overlaid(
    runs: Sequence[tuple[str, Curve]], *, names: dict[str, str], highest_loss: float | None = None
) -> "Figure":
    """Several trainings' loss and accuracy over the epochs, each in a colour and dash of its own.

    Args:
        runs: what to call each and its (epoch, loss, accuracy), accuracy in [0, 1].
        names: what to call "loss", "accuracy", "epoch".
        highest_loss: where the loss's axis ends, so that the first epochs do not flatten the last.
    """
    from plotly.subplots import make_subplots

    figure = make_subplots(1, 2, subplot_titles=(names["loss"], names["accuracy"]), horizontal_spacing=0.09)
    for number, (name, curve) in enumerate(runs):
        style: dict[str, Any] = {
            "mode": "lines+markers",
            "line": {"color": _COLOURS[number % len(_COLOURS)], "dash": _DASHES[number % len(_DASHES)]},
            "marker": {"symbol": _SYMBOLS[number % len(_SYMBOLS)]},
        }
        for column in (1, 2):
            figure.add_trace(_line(curve, column, name, **style), 1, column)
    figure.update_xaxes(title_text=names["epoch"], rangemode="tozero")
    figure.update_yaxes(tickformat=".1%", col=2)
    if highest_loss is not None:
        figure.update_yaxes(range=[0, highest_loss], col=1)
    figure.update_layout(height=340, margin=_MARGIN, legend={"orientation": "h", "y": -0.25})
    return figure


def lines(
    runs: Sequence[tuple[str, Numbers, Numbers]],
    *,
    x_title: str,
    y_title: str,
    as_share: bool = False,
) -> "Figure":
    """Quantities over another one, each in a colour and dash of its own; one point alone is a mark.

    Args:
        runs: what to call each, its x and its y.
        x_title, y_title: what they are.
        as_share: whether y is a share in [0, 1], to be written in percent.
    """
    from plotly.graph_objects import Figure, Scatter

    figure = Figure(
        [
            Scatter(
                x=list(x),
                y=list(y),
                name=name,
                mode="lines+markers" if 1 < len(x) <= _FEW else "markers" if len(x) == 1 else "lines",
                line={"color": _COLOURS[number % len(_COLOURS)], "dash": _DASHES[number % len(_DASHES)]},
                marker={"symbol": _SYMBOLS[number % len(_SYMBOLS)], "size": 12 if len(x) == 1 else 7},
            )
            for number, (name, x, y) in enumerate(runs)
        ]
    )
    figure.update_xaxes(title_text=x_title)
    figure.update_yaxes(title_text=y_title, rangemode="tozero", tickformat=".0%" if as_share else None)
    figure.update_layout(height=300, margin=_MARGIN, legend={"orientation": "h", "y": -0.3})
    return figure


def intervals(runs: Sequence[tuple[str, float, float, float]], *, title: str) -> "Figure":
    """Shares as points with their intervals, one row each, the first on top.

    Args:
        runs: what to call each, its share and the interval's ends, in [0, 1].
        title: what the share is.
    """
    from plotly.graph_objects import Figure, Scatter

    shares = [share for _, share, _, _ in runs]
    figure = Figure(
        Scatter(
            x=shares,
            # Rows have numbers, not names: two runs may bear the same name.
            y=list(range(len(runs))),
            mode="markers",
            marker={"color": _COLOURS[0], "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - share for _, share, _, high in runs],
                "arrayminus": [share - low for _, share, low, _ in runs],
                "thickness": 2,
            },
            hovertemplate="%{x:.2%}<extra></extra>",
        )
    )
    figure.update_yaxes(
        tickvals=list(range(len(runs))), ticktext=[name for name, *_ in runs], autorange="reversed"
    )
    figure.update_xaxes(title_text=title, tickformat=".2%")
    figure.update_layout(height=110 + 34 * len(runs), margin=_MARGIN)
    return figure


@dataclass(frozen=True)
class Group:
    """Points of one kind on a plane.

    Attributes:
        name: in the legend.
        labels: what each point is.
        x, y: where it is; `y` a share in [0, 1].
    """

    name: str
    labels: Sequence[str]
    x: Sequence[float]
    y: Sequence[float]


def plane(groups: Sequence[Group], *, x_title: str, y_title: str) -> "Figure":
    """Shares over a quantity of which every tenfold is a step.

    Each group has its own colour and mark, by its place; one without points is left out.
    """
    from plotly.graph_objects import Figure, Scatter

    figure = Figure(
        [
            Scatter(
                x=group.x,
                y=group.y,
                text=group.labels,
                name=group.name,
                mode="markers",
                marker={
                    "color": _COLOURS[number % len(_COLOURS)],
                    "symbol": _MARKS[number % len(_MARKS)],
                    "size": 11,
                    "line": {"color": _COLOURS[number % len(_COLOURS)], "width": 2},
                },
                hovertemplate="%{text}<br>%{x:,.0f} · %{y:.2%}<extra></extra>",
            )
            for number, group in enumerate(groups)
            if group.labels
        ]
    )
    values = [value for group in groups for value in group.x]
    few = max(values, default=1.0) < 100 * min(values, default=1.0)
    # By itself Plotly writes lone digits between the powers of ten.
    figure.update_xaxes(title_text=x_title, type="log", dtick="D2" if few else 1, tickformat="~s")
    figure.update_yaxes(title_text=y_title, tickformat=".1%")
    figure.update_layout(height=420, margin=_MARGIN | {"t": 10}, legend={"orientation": "h", "y": -0.2})
    return figure


# Okabe and Ito's colours, which colour-blind readers tell apart, as far as both themes carry them.
_COLOURS = ("#3d8bd9", "#e07b39", "#2a9d76", "#c05b9b", "#a58a1c", "#7d6bd0")
_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "x", "star")
_MARKS = ("circle", "diamond", "square-open")
"""Where points may lie on one another, the last kind shows what is below it."""
_MARK = "#8a8f98"
_FEW = 50
"""So many points are marked on their line."""
_MARGIN = {"l": 10, "r": 10, "t": 40, "b": 10}


# Told apart by colour-blind readers too: validation is dotted and has markers.
_TRAINING_STYLE: dict[str, Any] = {"mode": "lines", "line": {"color": "#3d8bd9"}}
_VALIDATION_STYLE: dict[str, Any] = {
    "mode": "lines+markers",
    "line": {"color": "#e07b39", "dash": "dot"},
    "marker": {"symbol": "diamond", "size": 7},
}


def _line(curve: Curve, measure: int, name: str, **style: Any) -> "Scatter":
    from plotly.graph_objects import Scatter

    return Scatter(
        x=[point[0] for point in curve],
        y=[point[measure] for point in curve],
        name=name,
        legendgroup=name,
        showlegend=measure == 1,
        **style,
    )


def tiles(pictures: np.ndarray, *, columns: int, gap: int = 1, ground: int = 128) -> np.ndarray:
    """Many small pictures in one.

    Args:
        pictures: uint8 (n, height, width) or (n, height, width, 3).
        columns: how many stand in a row.
        gap: pixels between them and around.
        ground: the grey between them.

    Returns:
        uint8 (rows * (height + gap) + gap, columns * (width + gap) + gap[, 3]).
    """
    count, height, width, *colour = pictures.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet = np.full(
        (rows * (height + gap) + gap, columns * (width + gap) + gap, *colour), ground, dtype=np.uint8
    )
    for index, picture in enumerate(pictures):
        top = gap + index // columns * (height + gap)
        left = gap + index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def kernel_pictures(kernels: np.ndarray) -> np.ndarray:
    """Kernels of a first layer as pictures, each from its smallest weight (black) to its largest (white).

    Args:
        kernels: float (height, width, channels, filters) with 1 or 3 channels.

    Returns:
        uint8 (filters, height, width) or, with 3 channels, (filters, height, width, 3).
    """
    each = np.moveaxis(kernels, -1, 0)
    low = each.min(axis=(1, 2, 3), keepdims=True)
    span = each.max(axis=(1, 2, 3), keepdims=True) - low
    levels: np.ndarray = (255 * (each - low) / np.where(span > 0, span, 1)).round().astype(np.uint8)
    return levels[..., 0] if levels.shape[-1] == 1 else levels


_FOR = np.array([31, 108, 196], np.float32)
_AGAINST = np.array([214, 96, 20], np.float32)
_NEUTRAL = np.array([247, 247, 247], np.float32)


def diverging(values: np.ndarray) -> np.ndarray:
    """Values around zero in colour: blue above, orange below, pale in between.

    The two hues stay apart for colour-blind readers.

    Args:
        values: float of any shape, in [-1, 1].

    Returns:
        uint8 of that shape with three more channels, RGB.
    """
    share = np.clip(np.asarray(values, np.float32), -1, 1)[..., np.newaxis]
    end = np.where(share > 0, _FOR, _AGAINST)
    colours: np.ndarray = (_NEUTRAL + np.abs(share) * (end - _NEUTRAL)).round().astype(np.uint8)
    return colours


def ink(colour: np.ndarray) -> str:
    """Black or white, as CSS: whichever stands out more on a colour, uint8 (3,), by WCAG 2.1's contrast."""
    levels = colour / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    # Against this relative luminance both have the same contrast, 4.58 to 1.
    return "#000" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "#fff"


def greys(values: np.ndarray, largest: float) -> np.ndarray:
    """Numbers from 0 (black) to `largest` (white) as uint8 of the same shape; others at the nearer end."""
    levels: np.ndarray = (255 * np.clip(values / (largest or 1), 0, 1)).round().astype(np.uint8)
    return levels


def shaded(values: np.ndarray, limit: float, below_zero: bool) -> np.ndarray:
    """Numbers by `diverging` where some of their kind are below zero, else by `greys`; uint8 (..., 3).

    Args:
        values: float of any shape.
        limit: the size at which a colour is full.
        below_zero: whether some of their kind, not only of these, are negative.
    """
    if below_zero:
        return diverging(values / (limit or 1))
    return np.repeat(greys(values, limit)[..., np.newaxis], 3, axis=-1)


def bars(
    values: np.ndarray, limit: float, below_zero: bool, *, height: int = 24, width: int = 6
) -> np.ndarray:
    """Each number as a bar from zero: white upwards; where some are below zero, blue up and orange down.

    Args:
        values: float (n,).
        limit: the number at which a bar is full.
        below_zero: whether some of their kind are negative.
        height, width: of each picture.

    Returns:
        uint8 (n, height, width, 3).
    """
    zero = height // 2 if below_zero else height
    length = np.rint(np.clip(np.abs(values) / (limit or 1), 0, 1) * zero)[:, np.newaxis]
    above = zero - np.arange(height)
    up = (values[:, np.newaxis] > 0) & (above > 0) & (above <= length)
    down = (values[:, np.newaxis] < 0) & (above <= 0) & (above > -length)
    lower, ground, upper = (
        (_AGAINST, _NEUTRAL, _FOR) if below_zero else np.array([[0], [30], [255]]) * (1, 1, 1)
    )
    pictures = np.where(up[..., np.newaxis], upper, np.where(down[..., np.newaxis], lower, ground))
    return np.repeat(pictures.astype(np.uint8)[:, :, np.newaxis], width, axis=2)
