"""Instead of drawing: a photo, a scan, the camera, or a test image. None of these needs a pointer."""

import numpy as np
import streamlit as st

from cnn.data import datasets
from cnn.data.datasets import Dataset
from cnn.i18n import _
from cnn.jobs.workers import workers
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from cnn.pictures.refusals import refusing
from pages.parts.draw.answer_panel import answer
from pages.parts.draw.digit_board import explain
from pages.parts.draw.number_board import read, show_number
from pages.parts.draw.steps import steps
from pages.parts.widgets.error_note import error_note

TEST_IMAGE = "test"


def upload_board(model: ModelRecord) -> None:
    """Let the visitor bring a picture, and read all the digits on it; a single one as if it were drawn."""
    source = where_from()
    if source == TEST_IMAGE:
        with st.spinner(_("Fetching the test images")):
            dataset = datasets.load("mnist")
        image = test_image(dataset)
        given = workers().answer(model_store().folder_of(model.id), image)
        answer(given, image)
        explain(model, image, given)
        return
    content = brought(
        source,
        camera=_("Hold the digits in front of the camera, on plain paper"),
        file=_("A picture with digits side by side"),
    )
    if content is not None:
        _read(model, content)


def where_from() -> str:
    """Let the visitor say where the picture comes from: "file", "camera" or `TEST_IMAGE`."""
    sources = {
        "file": _("A photo or scan"),
        "camera": _("The camera"),
        TEST_IMAGE: _("A test image"),
    }
    return st.radio(
        _("Where from"), list(sources), format_func=sources.__getitem__, horizontal=True, key="picture_source"
    )


def brought(source: str, *, camera: str, file: str) -> bytes | None:
    """The content of what the visitor photographs or uploads, once there is something.

    Args:
        source: as `where_from` gives it.
        camera, file: what to ask for.
    """
    if source == "camera":
        # Wider, its button would lie below what a laptop shows.
        sent = st.camera_input(camera, key="camera", width=640)
    else:
        sent = st.file_uploader(file, key="upload")
    return None if sent is None else sent.getvalue()


def test_image(dataset: Dataset) -> np.ndarray:
    """A test image that the visitor picks by its number, float32 in [0, 1]."""
    last = len(dataset.x_test) - 1
    number = st.number_input(
        _("Number of the test image, up to {last:,}").format(last=last), 0, last, 0, step=1, key="test_image"
    )
    label = _(dataset.class_names[dataset.y_test[int(number)]])
    st.caption(_("Its label says {label}.").format(label=label))
    return np.asarray(dataset.x_test[int(number)], np.float32) / 255


def _read(model: ModelRecord, content: bytes) -> None:
    from cnn.pictures.files import read_writing

    with error_note():
        with refusing():
            picture = read_writing(content)
        number = read(model, picture)
        if not number.text:
            st.info(_("Nothing is written on this picture. Take one of dark digits on light paper."))
        elif len(number.digits) == 1:
            _one(model, picture)
        else:
            show_number(number)


@st.fragment
@error_note()
def _one(model: ModelRecord, picture: np.ndarray) -> None:
    """The only digit on a picture; what is pressed below it does not read the whole picture again."""
    from cnn.pictures.preparation import prepare_drawing

    with refusing():
        prepared = prepare_drawing(picture)
        given = workers().answer(model_store().folder_of(model.id), prepared.image)
    answer(given, prepared.image)
    steps(prepared.steps)
    explain(model, prepared.image, given)
