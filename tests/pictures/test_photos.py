"""`cnn.pictures.photos`: a photo becomes an image like those that the model learned from."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnn.errors import PictureError
from cnn.pictures.photos import prepare_photo

GREY, COLOUR = (28, 28, 1), (32, 32, 3)


@given(
    picture=hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
            lambda size: st.sampled_from([size, (*size, 3), (*size, 4)])
        ),
    )
)
def test_any_photo_becomes_an_image_or_one_sentence(picture):
    """Whatever its size and channels: the right shape, type and range; of bare paper, a `PictureError`."""
    image = prepare_photo(picture, COLOUR)
    assert (image.shape, image.dtype) == (COLOUR, np.float32)
    assert 0 <= image.min() <= image.max() <= 1
    with suppress(PictureError):
        thing = prepare_photo(picture, GREY)
        assert (thing.shape, thing.dtype) == ((28, 28), np.float32)
        assert 0 <= thing.min() <= thing.max() <= 1


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_even_surface_shows_nothing(shade):
    """A photo of bare paper is told so."""
    with pytest.raises(PictureError, match="nothing on this picture"):
        prepare_photo(np.full((50, 40), shade, np.uint8), GREY)


@pytest.mark.parametrize("ground", [255, 0])
def test_a_thing_on_any_ground_is_light_on_black_and_fills_the_image(ground):
    """A tall thing stands centred, as high as the image, whether the paper is white or black."""
    picture = np.full((400, 500, 3), ground, np.uint8)
    picture[50:250, 300:400] = 255 - ground
    image = prepare_photo(picture, GREY)
    assert image[:, 7:21].min() > 0.9
    assert image[:, :7].max() == image[:, 21:].max() == 0


def test_a_colour_photo_is_its_middle_square():
    """Left and right of a wide photo are cut away; colours stay what they were."""
    picture = np.zeros((60, 200, 3), np.uint8)
    picture[:, 70:130] = (255, 128, 0)
    image = prepare_photo(picture, COLOUR)
    assert np.allclose(image, np.array([255, 128, 0]) / 255)


def test_what_is_transparent_is_white():
    """A cut-out thing has white around it, as a shop's photo has."""
    picture = np.zeros((100, 100, 4), np.uint8)
    picture[30:70, 30:70, 3] = 255
    assert prepare_photo(picture, GREY).min() > 0.9
    assert prepare_photo(picture, COLOUR)[0, 0].tolist() == [1, 1, 1]


@pytest.mark.parametrize("shape", [(28, 32, 1), (28, 28, 2)])
def test_images_of_an_unknown_kind_are_said(shape):
    """A model of oblong or two-channel images gets a sentence."""
    with pytest.raises(PictureError, match="this model reads"):
        prepare_photo(np.zeros((9, 9), np.uint8), shape)


def test_what_is_half_transparent_is_mixed_with_white():
    """A fifth of its own shade and four fifths of white; grey photos have three like channels."""
    glass = np.full((40, 40, 4), (100, 50, 0, 51), np.uint8)
    assert (prepare_photo(glass, COLOUR)[7, 9] * 255).round().tolist() == [224, 214, 204]
    assert np.allclose(prepare_photo(np.full((40, 40), 100, np.uint8), COLOUR), 100 / 255)


def test_of_a_tall_photo_the_middle_is_taken():
    """As much is cut away above as below, to the pixel where nothing is made smaller."""
    picture = np.zeros((48, 32, 3), np.uint8)
    picture[:] = np.arange(48)[:, None, None]
    assert np.allclose(prepare_photo(picture, COLOUR)[:, 5, 1] * 255, np.arange(8, 40))


def test_a_wide_thing_lies_in_the_middle():
    """Cut to the thing, which keeps its proportions: as wide as the image, with as much above as below."""
    picture = np.full((300, 300), 255, np.uint8)
    picture[20:120, 40:240] = 0
    image = prepare_photo(picture, GREY)
    assert image[7:21].min() > 0.9
    assert image[:7].max() == image[21:].max() == 0


@pytest.mark.parametrize(("shade", "is_seen"), [(88, False), (87, True)])
def test_a_shade_off_the_corners_is_ground(shade, is_seen):
    """What differs by a twentieth of white or less is ground, and one corner under the thing is outvoted."""
    picture = np.full((28, 28), 100, np.uint8)
    picture[:14, :14] = shade
    if is_seen:
        assert prepare_photo(picture, GREY).max() == pytest.approx(87 / 255, abs=0.01)
    else:
        with pytest.raises(PictureError, match="nothing"):
            prepare_photo(picture, GREY)


def test_an_edge_is_sharpened():
    """Half of what a blur of one pixel takes away is added: beside an edge of 100, fifteen on each side."""
    picture = np.zeros((40, 40), np.uint8)
    picture[6:34, 6:20], picture[6:34, 20:34] = 100, 200
    row = (prepare_photo(picture, GREY)[14] * 255).round()
    assert row[[5, 13, 14, 22]].tolist() == [100, 85, 215, 200]
