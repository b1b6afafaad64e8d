"""What one does with a single run: use it, train it on, show it to the room, take it back, delete it."""

from collections.abc import Callable

import streamlit as st

from cnn.errors import CnnError
from cnn.i18n import _
from cnn.jobs.queue import training_queue
from cnn.models.continuation import Continuation, can_go_on
from cnn.models.record import LONGEST_NAME, ModelRecord, as_known_to
from cnn.models.store import model_store
from pages.parts.model import picker
from pages.parts.model.picker import in_markdown, shown_name
from pages.parts.server.navigation import lead_to
from pages.parts.train.monitor import watch


def sharing(record: ModelRecord, owner: str) -> None:
    """Buttons for a run; those that change it are its owner's alone."""
    with st.container(border=True, key="one_run"):
        st.header(in_markdown(shown_name(record, owner)))
        with st.container(horizontal=True):
            _go(_("Draw with it"), "draw", ":material/draw:", record)
            _go(_("Its mistakes"), "mistakes", ":material/rule:", record)
            _go(_("Its filters"), "filters", ":material/filter_b_and_w:", record)
            _go(_("Its feature maps"), "feature_maps", ":material/layers:", record)
        _training_on(record, owner)
        if record.owner == owner:
            _publishing(record, owner)
            _deleting(record, owner)


def _go(label: str, page: str, icon: str, record: ModelRecord) -> None:
    if st.button(label, key=f"run_to_{page}", icon=icon):
        picker.choose(record.id)
        lead_to(page)


def _training_on(record: ModelRecord, owner: str) -> None:
    """More epochs for this network, in a training of the visitor's own."""
    if not can_go_on(record):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        more = st.number_input(_("More epochs"), 1, 100, 1, step=1, key=f"more_{record.id}", width=140)
        if not st.button(_("Train on"), key="train_on", icon=":material/play_arrow:"):
            return
    try:
        folder = model_store().folder_of(record.id)
        known = as_known_to(owner, record)
        start = Continuation(known, folder.keras_path().read_bytes(), folder.filters())
        watch(training_queue().submit(owner, start.config(int(more)), start))
    except CnnError as error:
        st.error(str(error))
    else:
        lead_to("train")


def _publishing(record: ModelRecord, owner: str) -> None:
    if record.published:
        st.caption(_("The room sees it as “{name}”.").format(name=in_markdown(record.published)))
        if st.button(_("Withdraw it"), key="withdraw", icon=":material/visibility_off:"):
            _do(lambda: model_store().withdraw(record.id, owner))
        return
    with st.form("publish_form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            _("Name for the room"),
            record.name,
            max_chars=LONGEST_NAME,
            key=f"publish_{record.id}",
        )
        if st.form_submit_button(_("Publish it to the room"), icon=":material/visibility:", key="publish"):
            _do(lambda: model_store().publish(record.id, name, owner))
    st.caption(_("Until you publish it, nobody but you sees it."))


def _deleting(record: ModelRecord, owner: str) -> None:
    with st.popover(_("Delete it"), icon=":material/delete:"):
        st.write(_("This removes the model for good."))
        if st.button(_("Yes, delete it"), key="delete_run", type="primary"):
            _do(lambda: model_store().delete(record.id, owner))


def _do(change: Callable[[], object]) -> None:
    """Change the model, then show the page as it is then; what is refused is said here."""
    try:
        change()
    except CnnError as error:
        st.error(str(error))
    else:
        st.rerun()
