"""Instead of drawing: a photo, a scan, the camera, or a test image. Nobody needs a pointer for these."""

import numpy as np
import streamlit as st

from cnn import datasets
from cnn.errors import PictureError
from cnn.i18n import _
from cnn.model_store import ModelRecord, keras_path
from cnn.workers import workers
from pages.parts.answer import answer
from pages.parts.number import show_number


def upload_board(model: ModelRecord) -> None:
    """Let the visitor bring a picture, and read all the digits on it."""
    sources = {
        "file": _("A photo or scan"),
        "camera": _("The camera"),
        "test": _("A test image"),
    }
    source = st.radio(
        _("Where from"), list(sources), format_func=sources.__getitem__, horizontal=True, key="picture_source"
    )
    if source == "test":
        _test_image(model)
        return
    if source == "camera":
        sent = st.camera_input(_("Hold the digits in front of the camera, on plain paper"), key="camera")
    else:
        sent = st.file_uploader(_("A picture with digits side by side"), key="upload")
    if sent is not None:
        _read(model, sent.getvalue())


def _read(model: ModelRecord, content: bytes) -> None:
    from cnn.pictures import read_picture

    try:
        picture = read_picture(content)
        show_number(model, picture)
    except PictureError as error:
        st.error(str(error))


def _test_image(model: ModelRecord) -> None:
    with st.spinner(_("Fetching the test images")):
        dataset = datasets.load("mnist")
    last = len(dataset.x_test) - 1
    number = st.number_input(
        _("Number of the test image, up to {last:,}").format(last=last), 0, last, 0, step=1, key="test_image"
    )
    image = np.asarray(dataset.x_test[int(number)], np.float32) / 255
    answer(workers().classify(keras_path(model.id).parent, image), image)
    st.session_state["drawing"] = image
    label = dataset.class_names[dataset.y_test[int(number)]]
    st.caption(_("Its label says {label}.").format(label=label))
