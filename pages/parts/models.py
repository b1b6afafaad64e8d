"""Choosing a model."""

import re

import streamlit as st

from cnn import datasets, model_store
from cnn.errors import ModelError, ModelNotFound
from cnn.i18n import _
from cnn.model_record import ModelRecord, name_for
from cnn.model_store import SHIPPED, BrokenModel
from pages.parts import visitor

_CHOSEN, _IN_ADDRESS = "chosen_model", "model_in_address"
_ADDRESS = "model"


def choose(model_id: str) -> None:
    """Make a model the visitor's choice on every page, also on the one that is shown."""
    st.session_state[_CHOSEN] = model_id


def picker() -> ModelRecord | None:
    """Let the visitor pick one of the models that they see, for all pages; None, and told, without any."""
    owner = visitor.owner()
    found = model_store.list_models(owner)
    records = {model.id: model for model in found if isinstance(model, ModelRecord)}
    if not records:
        st.info(_("There is no model yet. Train one first."))
        return None
    there = {model.id for model in found}
    if (asked := _asked_by_address()) is not None:
        if asked in there:
            choose(asked)
        else:
            st.warning(_("The model that the address names is not here, or is not yours to see."))
    chosen = st.session_state.get(_CHOSEN)
    if chosen is not None and chosen not in there:
        st.warning(_("The model that you had picked is gone; another one stands in for it."))
    if chosen not in records:
        chosen = SHIPPED if SHIPPED in records else next(iter(records))
    _put_into_address(chosen)
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
        model_store.keras_path(model.id)
    except ModelNotFound:
        st.rerun()
    except ModelError:
        # What is wrong with it is said where it is used.
        return


def _take_choice() -> None:
    st.session_state[_CHOSEN] = st.session_state["model"]


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


def _asked_by_address() -> str | None:
    """The model in the page's address, unless it was put there by this session."""
    asked = st.query_params.get(_ADDRESS)
    return None if asked == st.session_state.get(_IN_ADDRESS) else asked


def _put_into_address(chosen: str) -> None:
    """Let a reload, or whoever gets the address, find the model again."""
    if chosen == SHIPPED:
        st.query_params.pop(_ADDRESS, None)
    elif st.query_params.get(_ADDRESS) != chosen:
        st.query_params[_ADDRESS] = chosen
    st.session_state[_IN_ADDRESS] = st.query_params.get(_ADDRESS)


def _label(model: ModelRecord, owner: str) -> str:
    return _("{name} · {accuracy:.2%} on {data}").format(
        name=shown_name(model, owner),
        accuracy=model.test_accuracy,
        data=data_title(model.data_name),
    )
