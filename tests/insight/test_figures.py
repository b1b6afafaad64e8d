"""`cnn.insight.figures`: numbers in; colours, marks and texts out."""

import pytest

from cnn.insight import figures

AXES = {"x_title": "Parameters", "y_title": "Test accuracy"}


def test_a_group_keeps_its_colour_and_mark():
    """Where another group has no point, the rest look as they do beside it; it has no place in the legend."""
    groups = [figures.Group(name, ["a"], [1000.0], [0.9]) for name in ("The room", "Mine", "Published")]
    without = [figures.Group("The room", [], [], []), *groups[1:]]
    looks = [
        {line.name: (line.marker.color, line.marker.symbol) for line in figures.plane(given, **AXES).data}
        for given in (groups, without)
    ]
    assert len(set(looks[0].values())) == 3
    assert looks[1] == {name: looks[0][name] for name in ("Mine", "Published")}


def test_few_points_bear_their_names_towards_the_middle():
    """A name runs away from the nearer edge and from its neighbour; among many points, none is written."""
    few, many = (
        figures.plane(
            [figures.Group("Mine", ["network"] * n, list(range(1, n + 1)), [0.9] * n)], **AXES
        ).data[0]
        for n in (2, 30)
    )
    assert few.mode == "markers+text"
    assert list(few.textposition) == ["top right", "bottom left"]
    assert many.mode == "markers"


def test_a_plane_of_nothing_is_one():
    """Axes, and no point."""
    assert not figures.plane([], **AXES).data


def test_a_single_accuracy_stands_on_an_axis_of_accuracies():
    """The axis of one accuracy alone ends at 100 %; that of several is Plotly's."""
    alone = figures.plane([figures.Group("Mine", ["a"], [1000.0], [0.995])], **AXES)
    assert alone.layout.yaxis.range == (0.985, 1.0)
    names = {"loss": "Loss", "accuracy": "Accuracy", "epoch": "Epoch"}
    once, twice = [(1, 0.2, 0.97)], [(1, 0.2, 0.97), (2, 0.1, 0.98)]
    assert figures.overlaid([("a", once)], names=names).layout.yaxis2.range == pytest.approx((0.96, 0.98))
    assert figures.overlaid([("a", twice)], names=names).layout.yaxis2.range is None
