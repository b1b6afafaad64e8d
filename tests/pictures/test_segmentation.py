"""What may be a digit in a row is found and boxed, and the best way through it is the best of all."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnn.errors import PictureError
from cnn.pictures.segmentation import MOST_JOINED, MOST_PIECES, Candidate, best_way, segmented
from tests.rows import row


def test_digits_that_stand_apart_are_pieces() -> None:
    """Each is a candidate by itself, in its place, and so are neighbours that one digit may be made of."""
    found = segmented(row("1017"))
    alone = [candidate for candidate in found.candidates if candidate.last == candidate.first + 1]
    assert [candidate.first for candidate in alone] == [0, 1, 2, 3]
    lefts = [candidate.box[0] for candidate in alone]
    assert lefts == sorted(lefts)
    assert all(90 <= candidate.box[3] - candidate.box[1] <= 120 for candidate in alone)
    assert found.is_whole


def test_a_gap_and_a_cut_speak_against_a_digit() -> None:
    """The wider the gap that it would bridge; and what begins in the middle of a stroke is doubtful, too."""
    near, far = (
        next(each.cost for each in segmented(row("11", gap=gap)).candidates if each.last - each.first == 2)
        for gap in (0, 20)
    )
    assert 0 < near < far
    firsts = {each.first: each.cost for each in segmented(row("00", gap=-6)).candidates}
    assert firsts[0] == 0
    assert max(firsts.values()) > 0


def test_without_ink_there_is_no_candidate() -> None:
    """An empty canvas is a whole row of nothing, with no way through it."""
    found = segmented(np.zeros((100, 300), np.uint8))
    assert found.candidates == ()
    assert found.is_whole
    assert best_way(found.candidates, np.empty(0)) == []


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 90)), elements=st.sampled_from([0, 90, 255])
    )
)
def test_whatever_is_drawn_is_bounded(picture: np.ndarray) -> None:
    """Any picture gives few candidates, inside the picture, and a way through them from end to end."""
    found = segmented(picture)
    assert len(found.candidates) <= MOST_JOINED * MOST_PIECES
    rows, columns = found.ink.shape
    for candidate in found.candidates:
        left, top, right, bottom = candidate.box
        assert 0 <= left < right <= columns
        assert 0 <= top < bottom <= rows
        assert candidate.image.shape == (28, 28)
        assert candidate.cost >= 0
    way = [found.candidates[number] for number in best_way(found.candidates, np.zeros(len(found.candidates)))]
    assert [each.last for each in way[:-1]] == [each.first for each in way[1:]]


@pytest.mark.parametrize("count", [MOST_PIECES, MOST_PIECES + 1])
def test_what_is_left_out_is_said(count: int) -> None:
    """Of a row of more pieces the first ones are candidates, and it says that it is not whole."""
    found = segmented(row("1" * count))
    assert found.candidates[-1].last == MOST_PIECES
    assert found.is_whole == (count == MOST_PIECES)


def test_what_is_no_picture_is_refused() -> None:
    """A wrong shape raises the documented error."""
    with pytest.raises(PictureError, match="shape"):
        segmented(np.zeros((2, 2, 2), np.uint8))


def ways(candidates: list[Candidate], pieces: int, begin: int = 0) -> Iterator[list[int]]:
    """All ways through a row, one by one."""
    if begin == pieces:
        yield []
    for number, candidate in enumerate(candidates):
        if candidate.first == begin:
            yield from ([number, *rest] for rest in ways(candidates, pieces, candidate.last))


@given(st.integers(1, 6), st.integers(1, 4), st.data())
def test_the_best_way_costs_least(pieces: int, joined: int, data: st.DataObject) -> None:
    """No other way through a row costs less, whatever its candidates cost by place and by reading."""
    costs = st.floats(0, 100)
    image = np.zeros((28, 28), np.float32)
    candidates = [
        Candidate(first, last, (0, 0, 1, 1), image, data.draw(costs))
        for first in range(pieces)
        for last in range(first + 1, min(first + joined, pieces) + 1)
    ]
    beside = np.array([data.draw(costs) for _ in candidates])

    def cost(way: list[int]) -> float:
        return sum(candidates[number].cost + float(beside[number]) for number in way)

    found = best_way(candidates, beside)
    assert found in list(ways(candidates, pieces))
    assert cost(found) == pytest.approx(min(map(cost, ways(candidates, pieces))))
