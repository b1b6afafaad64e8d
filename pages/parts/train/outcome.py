"""What came of a training: a model with a name, its files, and the command that opens its log."""

import io
from collections.abc import Callable
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import streamlit as st

from cnn.errors import CnnError, ModelNotFound
from cnn.i18n import _
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from cnn.jobs.training_task import log_dir
from cnn.jobs.workers import workers
from cnn.models.folder import ModelFolder
from cnn.models.record import LONGEST_NAME, ModelRecord
from cnn.models.store import model_store
from cnn.training.announcements import Epoch, history_array
from pages.parts.model import picker
from pages.parts.server.navigation import lead_to
from pages.parts.widgets.csv_text import csv_text


def outcome(training: Training) -> None:
    """Show what a training that has ended left, if anything."""
    if training.trained is not None:
        st.error(str(training.error))
        st.button(_("Save again"), key="save_again", on_click=training_queue().save_again, args=(training,))
    record = training.record
    if record is None:
        return
    try:
        folder = model_store().folder_of(record.id)
        keras_file = folder.keras_path()
    except ModelNotFound:
        st.info(_("This model has been deleted."))
        return
    _name_form(training, record)
    with st.container(horizontal=True):
        if st.button(_("Draw with it"), type="primary", key="draw_with_it", icon=":material/draw:"):
            picker.choose(record.id)
            lead_to("draw")
        _files(record, folder, keras_file)
    st.caption(_("`.npy` holds one structured array: `numpy.load(file)['val_loss']` is a column of it."))
    _show_log(training)


def _name_form(training: Training, record: ModelRecord) -> None:
    with st.form("name_form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(_("Name"), record.name, max_chars=LONGEST_NAME, key=f"name_{training.id}")
        if st.form_submit_button(_("Save under this name"), icon=":material/save:"):
            try:
                training_queue().rename(training, name)
            except CnnError as error:
                st.error(str(error))
            else:
                st.toast(_("Saved as “{name}”.").format(name=name))


def _files(record: ModelRecord, folder: ModelFolder, keras_file: Path) -> None:
    # Functions are called at the click: nothing is read or written before.
    files: dict[str, tuple[str, Callable[[], str | bytes]]] = {
        "keras": (".keras", keras_file.read_bytes),
        "h5": (".h5", lambda: workers().h5(folder)),
        "csv": (_("History as CSV"), lambda: history_csv(record.history)),
        "npy": (_("History as .npy"), lambda: history_npy(record.history)),
    }
    for kind, (label, write) in files.items():
        st.download_button(label, write, f"{record.id}.{kind}", key=f"get_{kind}", on_click="ignore")


def _show_log(training: Training) -> None:
    """The command that opens TensorBoard, where this training's log lies on this machine."""
    log = log_dir(training.config, training.id)
    if log.is_dir():
        with st.container(key="train_log"):
            text = _("TensorBoard shows this training as `{name}`. In the app's folder, this opens it:")
            st.caption(text.format(name=log.name))
            st.code("make tensorboard", language=None)


def history_csv(history: tuple[Epoch, ...]) -> str:
    """The figures of each whole epoch."""
    return csv_text([[field.name for field in fields(Epoch)]], map(astuple, history))


def history_npy(history: tuple[Epoch, ...]) -> bytes:
    """The same figures as `numpy.load` reads them: see `history_array`."""
    file = io.BytesIO()
    np.save(file, history_array(history), allow_pickle=False)
    return file.getvalue()
