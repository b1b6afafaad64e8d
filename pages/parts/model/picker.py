"""Choosing a model."""

import re

import streamlit as st

from cnn.data import datasets
from cnn.errors import ModelError, ModelNotFound
from cnn.i18n import _
from cnn.models.record import ModelRecord, name_for
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import BrokenModel, model_store
from pages.parts.server import visitor

_CHOSEN, _IN_ADDRESS, _MISHAP = "chosen_model", "model_in_address", "model_mishap"
_ADDRESS = "model"

chosen_before: dict[str, str] = {}
"""The model that a visitor has chosen last, by `visitor.owner`: a reload begins with it."""


def choose(model_id: str) -> None:
    """Make a model the visitor's choice on every page, also on the one that is shown."""
    st.session_state[_CHOSEN] = model_id
    visitor.note(chosen_before, model_id)
    st.session_state.pop(_MISHAP, None)


def picker() -> ModelRecord | None:
    """Let the visitor pick one of the models that they see, for all pages; None, and told, without any."""
    owner = visitor.owner()
    found = model_store().models(owner)
    records = {model.id: model for model in found if isinstance(model, ModelRecord)}
    if not records:
        st.info(_("There is no model yet. Train one first."))
        return None
    there = {model.id for model in found}
    if (asked := _asked_by_address()) is not None:
        if asked in there:
            choose(asked)
        else:
            _note("address")
    chosen = st.session_state.get(_CHOSEN, chosen_before.get(owner))
    if chosen is not None and chosen not in records:
        _note("broken" if chosen in there else "gone")
        chosen_before.pop(owner, None)
    if chosen not in records:
        chosen = SHIPPED if SHIPPED in records else next(iter(records))
    _tell_mishap()
    # Told each time: a widget that has been on several pages may come back with what it was on one of them.
    st.session_state[_CHOSEN] = st.session_state["model"] = chosen
    st.selectbox(
        _("Model"),
        list(records),
        format_func=lambda model_id: _label(records[model_id], owner),
        key="model",
        on_change=_take_choice,
    )
    _tell_about_broken([model for model in found if isinstance(model, BrokenModel)])
    return records[chosen]


def insist_on(model: ModelRecord) -> None:
    """Run the whole page again where a model has been deleted: `picker` then says so and takes another."""
    try:
        model_store().record(model.id)
    except ModelNotFound:
        st.rerun()
    except ModelError:
        # What is wrong with it is said where it is used.
        return


def _take_choice() -> None:
    """Keep what was picked, also in the address: whoever is given it finds the model."""
    choose(st.session_state["model"])
    if st.session_state["model"] == SHIPPED:
        st.query_params.pop(_ADDRESS, None)
    else:
        st.query_params[_ADDRESS] = st.session_state["model"]
    st.session_state[_IN_ADDRESS] = st.query_params.get(_ADDRESS)


def _asked_by_address() -> str | None:
    """The model in the page's address, when the visitor has come to it."""
    asked, before = st.query_params.get(_ADDRESS), st.session_state.get(_IN_ADDRESS)
    st.session_state[_IN_ADDRESS] = asked
    return None if asked == before else asked


def _note(mishap: str) -> None:
    """Keep what is to be said on this page; runs of it that nobody asked for say it again."""
    st.session_state[_MISHAP] = (mishap, st.session_state.get("visit"))


def _tell_mishap() -> None:
    mishap, visit = st.session_state.get(_MISHAP, (None, None))
    texts = {
        "address": _("The model that the address names is not here, or is not yours to see."),
        "gone": _("The model that you had picked is gone; another one stands in for it."),
        "broken": _("The model that you had picked cannot be used; another one stands in for it."),
    }
    if mishap in texts and visit == st.session_state.get("visit"):
        st.warning(texts[mishap])


def _tell_about_broken(models: list[BrokenModel]) -> None:
    if models:
        with st.expander(_("Models that cannot be used")):
            for model in models:
                st.text(f"{model.id}: {model.reason}")


def shown_name(model: ModelRecord, owner: str | None) -> str:
    """What a model is called before this visitor, or before the room: see `name_for`."""
    return _("The shipped model") if model.id == SHIPPED else name_for(model, owner)


def in_markdown(name: str) -> str:
    """A name that somebody gave, for a text in Markdown: it is read as it was written, whatever is in it."""
    return re.sub(r"([!-/:-@[-`{-~])", r"\\\1", name)


def data_title(name: str) -> str:
    """What people call a data set."""
    return _(datasets.TITLES.get(name, name))


def _label(model: ModelRecord, owner: str) -> str:
    return _("{name} · {accuracy:.2%} on {data}").format(
        name=shown_name(model, owner),
        accuracy=model.test_accuracy,
        data=data_title(model.data_name),
    )
