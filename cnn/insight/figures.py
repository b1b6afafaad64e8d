"""Numbers to Plotly's figures. Knows no model and no page; the caller gives the texts on the axes."""

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

# Okabe and Ito's colours, which colour-blind readers tell apart, as far as both themes carry them.
_COLOURS = ("#3d8bd9", "#d0661f", "#2a9d76", "#c05b9b", "#a58a1c", "#7d6bd0")
_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "x", "star")
_MARKS = ("circle", "diamond", "square-open")
"""Where points may lie on one another, the last kind shows what is below it."""
_FEW = 50
"""So many points are marked on their line."""
_NAMED = 12
"""So many points of a plane bear their names; more would write over one another."""
_MARGIN = {"l": 10, "r": 10, "t": 40, "b": 10}


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
    few = max((epoch for _, curve in runs for epoch, _, _ in curve), default=0) <= _NAMED
    # There is no half epoch.
    figure.update_xaxes(title_text=names["epoch"], rangemode="tozero", dtick=1 if few else None)
    figure.update_yaxes(rangemode="nonnegative", col=1)
    accuracies = [accuracy for _, curve in runs for _, _, accuracy in curve]
    figure.update_yaxes(tickformat=".1%", range=_around(accuracies), col=2)
    for number, (name, curve) in enumerate(runs):
        style: dict[str, Any] = {
            "mode": "lines+markers",
            "line": {"color": _nth(_COLOURS, number), "dash": _nth(_DASHES, number)},
            "marker": {"symbol": _nth(_SYMBOLS, number)},
        }
        for column in (1, 2):
            figure.add_trace(_line(curve, column, name, **style), 1, column)
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
                line={"color": _nth(_COLOURS, number), "dash": _nth(_DASHES, number)},
                marker={"symbol": _nth(_SYMBOLS, number), "size": 12 if len(x) == 1 else 7},
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

    Each group has its own colour and mark, by its place; one without points is left out. The points bear
    their names while there is room for them, and tell them under the pointer always.
    """
    from plotly.graph_objects import Figure, Scatter

    values = [value for group in groups for value in group.x]
    shares = [share for group in groups for share in group.y]
    smallest, largest = min(values, default=1.0), max(values, default=1.0)
    middle = (smallest * largest) ** 0.5

    def beside(x: float, y: float) -> str:
        # Towards the middle: there a name does not run over the edge. Neighbours in height on both sides:
        # there they do not run over each other.
        return f"{'bottom' if (y, x) in lower else 'top'} {'right' if x < middle else 'left'}"

    lower = sorted((y, x) for group in groups for x, y in zip(group.x, group.y, strict=True))[1::2]
    figure = Figure(
        [
            Scatter(
                x=group.x,
                y=group.y,
                text=group.labels,
                textposition=list(map(beside, group.x, group.y)),
                name=group.name,
                mode="markers+text" if len(values) <= _NAMED else "markers",
                marker={
                    "color": _nth(_COLOURS, number),
                    "symbol": _nth(_MARKS, number),
                    "size": 11,
                    "line": {"color": _nth(_COLOURS, number), "width": 2},
                },
                hovertemplate="%{text}<br>%{x:,.0f} · %{y:.2%}<extra></extra>",
            )
            for number, group in enumerate(groups)
            if group.labels
        ]
    )
    few = largest < 100 * smallest
    # By itself Plotly writes lone digits between the powers of ten.
    figure.update_xaxes(title_text=x_title, type="log", dtick="D2" if few else 1, tickformat="~s")
    figure.update_yaxes(title_text=y_title, tickformat=".1%", range=_around(shares))
    figure.update_layout(height=420, margin=_MARGIN | {"t": 10}, legend={"orientation": "h", "y": -0.2})
    return figure


def _around(shares: Sequence[float]) -> list[float] | None:
    """The ends of an axis for shares that are all the same; else None, and Plotly chooses.

    By itself it would put a single one in the middle of an axis to 150 %.
    """
    if len(set(shares)) != 1:
        return None
    return [max(0.0, shares[0] - 0.01), min(1.0, shares[0] + 0.01)]


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


def _nth(choices: tuple[str, ...], number: int) -> str:
    """One of them for each number, from the first again after the last."""
    return choices[number % len(choices)]
