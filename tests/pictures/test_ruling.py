"""`cnn.pictures.ruling`: the lines of ruled and squared paper leave a photo, and its strokes stay."""

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from cnn.insight.number_reading import read_number
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from cnn.pictures.files import read_picture, read_writing
from cnn.pictures.ruling import without_lines
from tests.rows import row

PAPERS = {
    "ruled": {"thick": 2},
    "hairlines": {"thick": 1},
    "thick grey lines": {"thick": 3, "colour": (110, 110, 110)},
    "lines as dark as the ink": {"thick": 2, "colour": (75, 75, 75)},
    "squared": {"thick": 2, "squared": True},
    "small squares": {"thick": 1, "squared": True, "spacing": 21},
    "squared, turned": {"thick": 2, "squared": True, "angle": 3.0},
    "ruled, turned, grainy": {"thick": 2, "angle": -4.5, "noise": 8.0},
}


def photo(  # what paper differs in
    ink,
    *,
    lines=True,
    squared=False,
    spacing=40,
    through=(7, 7),
    thick=2,
    colour=(120, 140, 190),
    angle=0.0,
    noise=3.0,
):
    """Dark ink on grey paper that is lit from one side, perhaps with lines, uint8 (height, width, 3).

    Args:
        ink: uint8 (height, width), 255 where it is strongest.
        lines, squared: whether lines run across, and down as well.
        spacing, thick: of the lines, in pixels.
        through: the row and the column of a place through which lines run.
        colour: of the lines.
        angle: by which the paper lies turned, in degrees.
        noise: the deviation of the grain.
    """
    down, across = np.mgrid[: ink.shape[0], : ink.shape[1]].astype(np.float32)
    down, across = down - through[0], across - through[1]
    turn = np.deg2rad(angle)
    paper = np.full((*ink.shape, 3), 255, np.float32)
    for along, is_there in (
        (down * np.cos(turn) - across * np.sin(turn), lines),
        (across * np.cos(turn) + down * np.sin(turn), lines and squared),
    ):
        beside = np.abs((along + spacing / 2) % spacing - spacing / 2)
        share = np.clip(thick / 2 + 0.5 - beside, 0, 1)[..., None] * is_there
        paper = paper * (1 - share) + np.array(colour) * share
    share = ink[..., None] / 255
    lit = (paper * (1 - share) + 60 * share) * np.linspace(0.85, 0.55, ink.shape[1])[:, None]
    grain = np.random.default_rng(0).normal(0, noise, (*ink.shape, 1))
    return np.clip(lit + grain, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def reader():
    """Reads a row of digits by the shipped model."""
    from cnn.network.classifier import Classifier

    shipped = model_store().folder_of(SHIPPED)
    classifier = Classifier(shipped.record(), shipped.keras_path())
    return lambda picture: read_number(picture, classifier.answers).text


@pytest.mark.parametrize("width", [3, 8])
@pytest.mark.parametrize("paper", PAPERS)
def test_digits_on_lines_are_read_as_on_plain_paper(paper, width, reader):
    """A row written across the lines, by a thin and by a thick pen, gives the same number."""
    ink = np.pad(row("1707170", width=width), 50)
    assert reader(photo(ink, lines=False)) == "1707170"
    assert reader(without_lines(photo(ink, **PAPERS[paper]))) == "1707170"


@pytest.mark.parametrize("paper", PAPERS)
def test_what_is_left_is_the_photo_without_lines(paper):
    """Where there is no ink, the paper is nearly as light as if it had never had a line."""
    ink = np.pad(row("170"), 50)
    cleaned = without_lines(photo(ink, **PAPERS[paper])).astype(int)
    plain = photo(ink, **PAPERS[paper] | {"lines": False}).astype(int)
    inner = np.s_[10:-10, 10:-10]
    is_paper = cv2.dilate(ink, np.ones((15, 15), np.uint8))[inner] == 0
    assert (np.abs(cleaned - plain)[inner][is_paper] > 45).mean() < 0.002


@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0])
@pytest.mark.parametrize("text", ["1", "7", "11", "7771", "1017017100"])
def test_without_lines_nothing_changes(text, noise):
    """The bars of sevens and the stems of ones are no ruled lines: the very same photo comes back."""
    picture = photo(np.pad(row(text, width=5), 30), lines=False, noise=noise)
    assert without_lines(picture) is picture


def test_a_stroke_cut_close_stays():
    """A picture that one hairline crosses from border to border, and nothing else, is a 1."""
    picture = np.full((300, 120), 255, np.uint8)
    picture[:, 60:62] = 0
    assert without_lines(picture) is picture


def test_drawings_and_small_pictures_are_left_alone():
    """Transparent canvases and pictures of a single small digit are never looked at."""
    lined = photo(np.zeros((200, 300), np.uint8))
    opacity = np.full((200, 300), 255, np.uint8)
    opacity[0, 0] = 0
    drawing = np.dstack([lined, opacity])
    assert without_lines(drawing) is drawing
    assert without_lines(lined[:60]).shape == (60, 300, 3)


def test_only_writing_loses_its_lines():
    """A shirt keeps its stripes; what is read as writing comes without them."""
    lined = photo(np.pad(row("170"), 50))
    file = io.BytesIO()
    Image.fromarray(lined).save(file, "PNG")
    assert np.array_equal(read_picture(file.getvalue())[..., :3], lined)
    assert np.array_equal(read_writing(file.getvalue())[..., :3], without_lines(lined))


def test_a_large_photo_comes_back_smaller():
    """Lines leave a photo of twelve megapixels, too, which is then at most 2048 pixels long."""
    ink = cv2.resize(np.pad(row("170"), 50), (4000, 3000), interpolation=cv2.INTER_NEAREST)
    cleaned = without_lines(photo(ink, thick=8, spacing=300))
    assert cleaned.shape == (1500, 2000, 3)


@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 130), st.integers(1, 130))
        | st.tuples(st.integers(100, 130), st.integers(100, 130), st.sampled_from([3, 4])),
        elements=st.sampled_from([0, 60, 200, 255]),
    )
)
def test_any_picture_gives_a_picture(picture):
    """Whatever is on it, no exception, and the same shape and dtype."""
    cleaned = without_lines(picture)
    assert (cleaned.shape, cleaned.dtype) == (picture.shape, np.uint8)


@st.composite
def papers_cut_at_a_line(draw):
    """Lined paper with a 7 on it, of which a line runs within three pixels of a border, there or beyond."""
    ink = np.pad(row("7"), draw(st.integers(0, 40)))
    ends = draw(st.sampled_from([(0, None), (-1, None), (None, 0), (None, -1)]))
    return photo(
        ink,
        squared=draw(st.booleans()),
        spacing=draw(st.integers(20, 60)),
        through=[
            draw(st.floats(0, side)) if end is None else end % side + draw(st.floats(-3, 3))
            for end, side in zip(ends, ink.shape, strict=True)
        ],
        thick=draw(st.integers(1, 3)),
        angle=draw(st.just(0.0) | st.floats(-1, 1) | st.floats(-8, 8)),
        noise=draw(st.sampled_from([0.0, 3.0, 8.0])),
    )


@given(papers_cut_at_a_line())
def test_paper_may_be_cut_at_a_line(picture):
    """Wherever a photo of lined paper is cropped, no exception, and the same shape and dtype."""
    cleaned = without_lines(picture)
    assert (cleaned.shape, cleaned.dtype) == (picture.shape, np.uint8)
