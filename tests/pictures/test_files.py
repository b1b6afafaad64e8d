"""`cnn.pictures.files`: any picture file becomes an array within bounded memory, or a sentence."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn.errors import PictureError
from cnn.pictures import files
from cnn.pictures.files import read_picture

# A dark stroke on white, unlike itself however it is turned or mirrored.
GREY = np.full((30, 40), 255, np.uint8)
GREY[5:25, 10:14] = 0
GREY[20:25, 10:32] = 0


def file_of(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def as_grey(picture: np.ndarray) -> np.ndarray:
    """What is seen on white paper."""
    if picture.ndim == 2:
        return picture.astype(int)
    colours, opacity = picture[..., :3].mean(axis=2), picture[..., 3] / 255
    return (colours * opacity + 255 * (1 - opacity)).astype(int)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM"])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "LA"])
def test_every_kind_of_file_gives_the_same_picture(kind, mode):
    """Whatever colours and format a file has, the stroke is where it was, up to lossy compression."""
    image = Image.fromarray(GREY).convert("RGB").convert(mode)
    try:
        content = file_of(image, kind)
    except (OSError, ValueError):  # a format without this mode
        assert (kind, mode) not in {("PNG", "RGBA"), ("PNG", "L"), ("JPEG", "CMYK"), ("GIF", "P")}
        return
    picture = read_picture(content)
    assert picture.dtype == np.uint8
    assert picture.shape in {(30, 40), (30, 40, 4)}
    assert np.abs(as_grey(picture) - GREY).max() <= 60


@pytest.mark.parametrize("white", [65535, 4095, 255])
def test_sixteen_bits_become_eight(white):
    """A deep grey picture keeps its lights and darks, whatever number its white is."""
    deep = (GREY.astype(np.uint16) // 255) * white
    assert np.array_equal(read_picture(file_of(Image.fromarray(deep), "PNG")), GREY)
    assert np.array_equal(read_picture(file_of(Image.fromarray(deep.astype(np.int32)), "TIFF")), GREY)


def test_floating_point_becomes_eight_bits():
    """A TIFF of fractions keeps its lights and darks; what is no number is black."""
    values = GREY.astype(np.float32) / 255
    values[0, 0] = np.nan
    picture = read_picture(file_of(Image.fromarray(values), "TIFF"))
    assert picture[0, 0] == 0
    assert np.array_equal(picture.ravel()[1:], GREY.ravel()[1:])


def test_transparency_is_kept():
    """RGBA, a transparent palette and a transparent grey keep what shines through."""
    clear = np.dstack([GREY, GREY, GREY, 255 - GREY])
    assert np.array_equal(read_picture(file_of(Image.fromarray(clear), "PNG")), clear)
    palette = file_of(Image.fromarray(GREY).convert("P"), "PNG", transparency=255)
    grey = file_of(Image.fromarray(GREY), "PNG", transparency=255)
    for content in (palette, grey):
        assert np.array_equal(read_picture(content)[..., 3], 255 - GREY)


def test_of_an_animation_the_first_picture_counts():
    """A GIF, a WebP and an APNG that move give their first picture."""
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    for kind in ("GIF", "WEBP", "PNG"):
        content = file_of(
            frames[0],
            kind,
            save_all=True,
            append_images=frames[1:],
            **{"lossless": True} if kind == "WEBP" else {},
        )
        assert np.abs(as_grey(read_picture(content)) - GREY).max() <= 2, kind


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (1, GREY),
        (2, GREY[:, ::-1]),
        (3, GREY[::-1, ::-1]),
        (4, GREY[::-1]),
        (5, GREY.T),
        (6, np.rot90(GREY)),
        (7, GREY[::-1, ::-1].T),
        (8, np.rot90(GREY, -1)),
    ],
)
def test_a_phones_picture_is_turned_upright(orientation, stored):
    """All eight EXIF orientations give the same upright picture, in PNG and JPEG."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored))
    assert np.array_equal(read_picture(file_of(image, "PNG", exif=exif)), GREY)
    assert np.abs(as_grey(read_picture(file_of(image, "JPEG", exif=exif, quality=95))) - GREY).max() < 60


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (300, 300)])
def test_a_picture_of_one_colour_is_a_picture(size, value):
    """1x1, thin, all black, all white: each is read as it is."""
    assert np.array_equal(
        read_picture(file_of(Image.new("L", size, value), "PNG")), np.full(size[::-1], value, np.uint8)
    )


def test_a_path_and_its_bytes_give_the_same(tmp_path):
    """An upload and a file on disk go the same way."""
    path = tmp_path / "숫자.png"
    path.write_bytes(file_of(Image.fromarray(GREY), "PNG"))
    assert np.array_equal(read_picture(path), read_picture(path.read_bytes()))


def test_a_large_picture_is_reduced():
    """A picture longer than the limit comes back shorter, with its proportions and its ink."""
    image = Image.new("L", (9000, 3000), 255)
    image.paste(0, (3000, 0, 6000, 3000))
    picture = read_picture(file_of(image, "PNG"))
    assert picture.shape == (1000, 3000)
    assert picture[500, 1500] == 0
    assert picture[500, 10] == 255


def png_of(width: int, height: int) -> bytes:
    """A PNG file that claims a size and has next to no content."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(10_000, 10_000), (30_000, 30_000), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_before_they_are_unpacked(size):
    """From 50 million pixels on there is a sentence, whether Pillow calls it a bomb or not."""
    with pytest.raises(PictureError, match="at most 50,000,000"):
        read_picture(png_of(*size))


def test_memory_stays_bounded():
    """100 megapixels as PNG are refused and as JPEG read, in a process that may not have much memory.

    A progressive JPEG, which cannot be read in part, is refused, too; a deep PNG within the limit is read.
    """
    script = """if True:
        import io, resource
        import numpy as np
        from PIL import Image
        from cnn.errors import PictureError
        from cnn.pictures.files import read_picture
        big = Image.new("L", (10_000, 10_000), 255)
        files = {kind: io.BytesIO() for kind in ("PNG", "JPEG")}
        for kind, file in files.items():
            big.save(file, kind)
        files["progressive JPEG"] = io.BytesIO()
        big.save(files["progressive JPEG"], "JPEG", progressive=True)
        deep = io.BytesIO()
        Image.fromarray(np.full((7_000, 7_000), 40_000, np.uint16)).save(deep, "PNG")
        del big
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000, -1))
        print(read_picture(files["JPEG"].getvalue()).shape)
        for kind in ("PNG", "progressive JPEG"):
            try:
                read_picture(files[kind].getvalue())
            except PictureError as error:
                print(error)
        resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, -1))
        print(read_picture(deep.getvalue()).shape)
    """
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "(2500, 2500)",
        *2 * ["The picture has 100,000,000 pixels, but at most 50,000,000 are read. Save it smaller."],
        "(3500, 3500)",
    ]


def test_a_large_file_is_refused(tmp_path, monkeypatch):
    """A file beyond the limit is not read at all."""
    monkeypatch.setattr(files, "LARGEST_FILE", 2**20)
    path = tmp_path / "large.png"
    path.write_bytes(bytes(3 * 2**20))
    for source in (path, path.read_bytes()):
        with pytest.raises(PictureError, match="3 MB"):
            read_picture(source)


def test_what_is_no_file_is_said(tmp_path):
    """A missing file, a folder, a device: each a sentence."""
    with pytest.raises(PictureError, match="no such file"):
        read_picture(tmp_path / "missing.png")
    for path in (tmp_path, Path("/dev/zero")):
        with pytest.raises(PictureError, match="no file"):
            read_picture(path)


def test_no_other_program_is_started():
    """PostScript, which Pillow hands to Ghostscript, is no picture here."""
    content = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "EPS"
    with pytest.raises(PictureError, match="no picture"):
        read_picture(content)


WHOLE = {
    kind: file_of(Image.fromarray(GREY), kind)
    for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "ICO")
}


def picture_or_sentence(content: bytes) -> np.ndarray | str:
    try:
        return read_picture(content)
    except PictureError as error:
        return str(error)


def is_one_of_them(result: np.ndarray | str) -> bool:
    if isinstance(result, str):
        return result.endswith(".")
    return result.dtype == np.uint8 and (result.ndim == 2 or result.shape[2:] == (4,))


@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_picture_or_a_sentence(content):
    """No content of a file raises anything but the documented error."""
    assert is_one_of_them(picture_or_sentence(content))


@given(
    kind=st.sampled_from(sorted(WHOLE)),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6),
    share=st.floats(0, 1),
)
def test_a_damaged_picture_is_a_picture_or_a_sentence(kind, changes, share):
    """Files with some bytes changed and the end cut off raise nothing but the documented error."""
    content = bytearray(WHOLE[kind])
    for place, value in changes:
        content[place % len(content)] = value
    assert is_one_of_them(picture_or_sentence(bytes(content[: round(share * len(content))])))
