import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnn.errors import PictureError
from cnn.pictures.preparation import prepare_drawing
from cnn.pictures.strokes import draw, place

# A flagged one, a two and an open four, as points of a pen.
DIGITS = {
    1: [[(0, 30), (25, 0), (25, 100)]],
    2: [[(0, 25), (10, 5), (30, 0), (50, 10), (50, 35), (25, 65), (0, 100), (60, 98)]],
    4: [[(10, 0), (0, 60), (60, 60)], [(45, 20), (42, 100)]],
}


def drawing(digit=2, *, share=0.6, where=(0.5, 0.5), width=16.0, canvas=280):
    strokes = [np.array(stroke, np.float32) for stroke in DIGITS[digit]]
    placed = place(strokes, share=share, where=where, width=width, canvas=canvas)
    return draw(placed, width=width, shape=(canvas, canvas))


def rgba(ink, colour, background):
    """A drawing in an RGBA colour over a background colour, mixed by how much ink there is."""
    share = ink[..., None].astype(np.float32) / 255
    return np.round(np.array(colour) * share + np.array(background) * (1 - share)).astype(np.uint8)


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        arrays.arrays(np.uint8, st.tuples(*[st.integers(1, 40)] * 2)),
        arrays.arrays(np.uint8, st.tuples(*[st.integers(1, 40)] * 2, st.sampled_from([3, 4]))),
    )
)
def test_any_canvas_gives_a_picture_in_range(picture):
    """Whatever is on a canvas, of whatever size, a (28, 28) float32 picture in [0, 1] comes out."""
    prepared = prepare_drawing(picture)
    assert prepared.image.shape == (28, 28)
    assert prepared.image.dtype == np.float32
    assert 0 <= prepared.image.min() <= prepared.image.max() <= 1
    assert prepared.is_empty == (not prepared.image.any())


@settings(deadline=None, max_examples=60)
@given(
    digit=st.sampled_from(sorted(DIGITS)),
    share=st.floats(0.35, 0.8),
    where=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_moved_and_scaled_ink_gives_nearly_the_same(digit, share, where):
    """The same strokes elsewhere and in another size, with the pen scaled too, are the same picture."""
    usual = prepare_drawing(drawing(digit, share=0.6, width=18)).image
    other = prepare_drawing(drawing(digit, share=share, where=where, width=30 * share)).image
    assert np.abs(usual - other).mean() < 0.02
    assert np.corrcoef(usual.ravel(), other.ravel())[0, 1] > 0.97


def test_the_digit_is_centred_by_mass_and_fits_the_box():
    """The mass lies at MNIST's centre, pixel 14, and the longer side takes 20 pixels."""
    image = prepare_drawing(drawing(4, where=(0, 1))).image
    rows, columns = np.mgrid[:28, :28]
    assert (image * rows).sum() / image.sum() == pytest.approx(14, abs=0.3)
    assert (image * columns).sum() / image.sum() == pytest.approx(14, abs=0.3)
    height = np.ptp(np.flatnonzero((image > 0.5).any(axis=1))) + 1
    assert 19 <= height <= 21


@pytest.mark.parametrize(
    ("colour", "background"),
    [
        ((255, 255, 255, 255), (0, 0, 0, 255)),
        ((0, 0, 0, 255), (255, 255, 255, 255)),
        ((0, 0, 0, 255), (0, 0, 0, 0)),
        ((255, 255, 255, 255), (255, 255, 255, 0)),
        ((0, 0, 0, 90), (0, 0, 0, 0)),
        ((200, 30, 30, 255), (30, 120, 30, 255)),
        ((90, 90, 90, 255), (120, 120, 120, 255)),
    ],
    ids=[
        "white on black",
        "black on white",
        "black on nothing",
        "white on nothing",
        "faint",
        "red on green",
        "grey on grey",
    ],
)
def test_colours_do_not_matter(colour, background):
    """Light on dark, dark on light, transparent, faint or coloured: the same strokes are the same picture."""
    ink = drawing()
    expected = prepare_drawing(ink).image
    prepared = prepare_drawing(rgba(ink, colour, background))
    assert np.abs(prepared.image - expected).mean() < 0.02


def test_grey_rgb_and_rgba_agree():
    """The same pixels with one, three or four channels give exactly the same."""
    ink = drawing()
    colour = np.repeat(ink[..., None], 3, axis=2)
    opaque = np.dstack([colour, np.full_like(ink, 255)])
    images = [prepare_drawing(picture).image for picture in (ink, colour, opaque)]
    np.testing.assert_array_equal(images[0], images[1])
    np.testing.assert_array_equal(images[0], images[2])


@pytest.mark.parametrize("shade", [0, 77, 255])
@pytest.mark.parametrize("shape", [(1, 1), (280, 280), (3, 500), (280, 280, 4), (1, 1, 4), (5, 5, 3)])
def test_a_picture_of_one_shade_is_empty(shape, shade):
    """Without ink there is no digit, and nothing that divides by its size."""
    prepared = prepare_drawing(np.full(shape, shade, np.uint8))
    assert prepared.is_empty
    assert not prepared.image.any()


def test_ink_at_the_border_is_kept():
    """A stroke that runs along or over the canvas's edge is ink, not background."""
    whole = drawing(4, where=(0.5, 0.5))
    rows, columns = np.nonzero(whole > 127)
    tight = whole[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert np.abs(prepare_drawing(tight).image - prepare_drawing(whole).image).mean() < 0.02


def test_thin_and_fat_pens_come_close():
    """Pens of 8 and of 30 pixels end with ink that differs much less than the pens."""
    thin, fat = (prepare_drawing(drawing(2, share=0.7, width=width)).image for width in (8, 30))
    assert 1 < fat.sum() / thin.sum() < 2


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("canvas", [280, 500, 1000, 2000])
def test_a_hairline_is_ink_however_large_the_digit(canvas, digit):
    """A pen of one pixel, as in a painting program, gives a picture like that of a pen of usual width."""
    hairline = prepare_drawing(drawing(digit, share=0.8, width=1, canvas=canvas)).image
    usual = prepare_drawing(drawing(digit, share=0.8)).image
    assert np.corrcoef(hairline.ravel(), usual.ravel())[0, 1] > 0.8


def test_a_tiny_drawing_is_enlarged():
    """A digit of a dozen pixels is read as a large one is."""
    small = cv2.resize(drawing(2, share=0.9, canvas=280), (16, 16), interpolation=cv2.INTER_AREA)
    canvas = np.zeros((280, 280), np.uint8)
    canvas[200:216, 30:46] = small
    tiny, usual = prepare_drawing(canvas).image, prepare_drawing(drawing(2, share=0.9)).image
    assert np.corrcoef(tiny.ravel(), usual.ravel())[0, 1] > 0.9


def test_thin_parts_of_a_fat_digit_stay():
    """A fat blot with a thin tail is thinned no more than the tail can bear."""
    picture = np.zeros((280, 280), np.uint8)
    cv2.circle(picture, (140, 90), 60, 255, -1)
    cv2.line(picture, (140, 90), (140, 260), 255, 10)
    widths = (prepare_drawing(picture).image > 0.4).sum(axis=1)
    assert (widths > 0).sum() >= 19
    # Without its tail the blot would fill the box.
    assert (widths > 8).sum() <= 12


def test_small_ink_in_a_large_picture_is_found():
    """A picture with more pixels than are looked at keeps the pixels of a small digit."""
    large = np.full((3000, 4000), 255, np.uint8)
    large[2000:2280, 500:780] = 255 - drawing()
    assert np.abs(prepare_drawing(large).image - prepare_drawing(drawing()).image).mean() < 0.03


def test_paper_lit_from_one_side():
    """On grainy paper that is much darker on one side, the pen is still told from the shadow."""
    noise = np.random.default_rng(0).normal(0, 3, (280, 280))
    light = np.linspace(90, 230, 280)[None, :] + noise
    photo = np.clip(light * (1 - 0.6 * drawing() / 255.0), 0, 255).astype(np.uint8)
    prepared, expected = prepare_drawing(photo).image, prepare_drawing(drawing()).image
    assert np.corrcoef(prepared.ravel(), expected.ravel())[0, 1] > 0.93


def test_the_steps_are_small_pictures():
    """Each step can be shown: uint8, light on dark, none larger than a thumbnail."""
    prepared = prepare_drawing(drawing(canvas=900))
    assert list(prepared.steps) == ["drawn", "cropped", "fitted", "centred"]
    assert all(step.dtype == np.uint8 and max(step.shape) <= 140 for step in prepared.steps.values())
    assert prepared.steps["fitted"].shape == (20, 20)
    np.testing.assert_allclose(prepared.steps["centred"] / 255, prepared.image, atol=1e-6)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros((5,), np.uint8),
        np.zeros((2, 2, 2, 4), np.uint8),
        np.zeros((5, 5), np.float32),
        np.zeros((5, 5), np.uint16),
    ],
    ids=["nothing", "two channels", "a row", "four axes", "floats", "16 bits"],
)
def test_an_array_that_is_no_picture_is_refused(picture):
    """Other shapes and types are named in the one documented error."""
    with pytest.raises(PictureError, match=str(picture.dtype)):
        prepare_drawing(picture)


def test_mnist_images_stay_as_they_are(mnist):
    """What NIST prepared already is hardly changed by being prepared again."""
    likeness = [
        np.corrcoef(prepare_drawing(image).image.ravel(), image.ravel())[0, 1] for image in mnist.x_test[:100]
    ]
    assert np.median(likeness) > 0.93
    assert min(likeness) > 0.75
