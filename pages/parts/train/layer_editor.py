"""A visitor's own network: layers that are added, removed, moved and changed."""

from typing import Any, get_args

import streamlit as st
from annotated_types import Ge, Le, Lt
from pydantic.fields import FieldInfo

from cnn.errors import LayerError
from cnn.i18n import N_, _, ngettext
from cnn.training.layers import (
    KERAS_CLASSES,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerRow,
    MaxPool2D,
    detail_of,
    kind_of,
)
from cnn.training.recipes import MOST_LAYERS, Recipe
from pages.parts.model.layer_table import shape_in_words
from pages.parts.train.own_layers import OwnLayers, Row

_NEW = {
    N_("Convolution"): Conv2D,
    N_("Max pool"): MaxPool2D,
    N_("Average pool"): AveragePool2D,
    N_("Batch normalisation"): BatchNormalization,
    N_("Dropout"): Dropout,
    N_("Flatten"): Flatten,
    N_("Dense"): Dense,
}
_LABELS = {
    "filters": N_("Number of filters"),
    "kernel_size": N_("Kernel size"),
    "strides": N_("Stride"),
    "padding": N_("Padding"),
    "activation": N_("Activation"),
    "pool_size": N_("Window size"),
    "momentum": N_("Momentum"),
    "rate": N_("Share set to zero"),
    "units": N_("Units"),
}
_CHOICES = {
    "valid": N_("valid: none, whole windows only"),
    "same": N_("same: zeros around, at stride 1 the size stays"),
}


def layer_editor(recipe: Recipe, table: list[LayerRow], mistake: LayerError | None) -> None:
    """Show the visitor's layers, each to be opened and changed, and what can be added.

    Args:
        recipe: what they began with.
        table: the layer table as far as it goes.
        mistake: what keeps the network from being trained; shown at its row.
    """
    own = OwnLayers(recipe)
    rows = own.rows
    with st.container(key="layer_editor", gap="xsmall"):
        for index, row in enumerate(rows):
            with st.container(key=f"layer_row_{index + 1}", border=True, gap="small"):
                _line(own, index, table)
                # The place is there without a mistake, too: a field below it keeps its focus when one comes.
                with st.container():
                    if mistake is not None and mistake.number == index + 1:
                        _tell(mistake)
                if own.opened == row.number:
                    _inside(own, index)
        with st.container(key="layer_row_output", border=True, gap="small"):
            output = _("Dense softmax, the output")
            st.markdown(_words(len(rows), output, table))
            if mistake is not None and mistake.number > len(rows):
                _tell(mistake)
    _offer(own, recipe, full=len(rows) >= MOST_LAYERS)


def _line(own: OwnLayers, index: int, table: list[LayerRow]) -> None:
    """A layer in a line, which opens and closes it."""
    row = own.rows[index]
    is_open = own.opened == row.number
    st.button(
        _words(index, f"{kind_of(row.layer)} {detail_of(row.layer)}".rstrip(), table),
        key=own.key(row, "open"),
        type="tertiary",
        icon=":material/expand_more:" if is_open else ":material/chevron_right:",
        width="stretch",
        on_click=own.open,
        args=(None if is_open else row.number,),
    )


def _inside(own: OwnLayers, index: int) -> None:
    """What can be changed about a layer, and where it can go."""
    row, last = own.rows[index], len(own.rows) - 1
    _settings(own, row)
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Up"), icon=":material/arrow_upward:", key=own.key(row, "up"), disabled=index == 0,
            on_click=own.move, args=(index, -1),
        )  # fmt: skip
        st.button(
            _("Down"), icon=":material/arrow_downward:", key=own.key(row, "down"), disabled=index == last,
            on_click=own.move, args=(index, 1),
        )  # fmt: skip
        st.button(
            _("Remove"), icon=":material/delete:", key=own.key(row, "remove"),
            on_click=own.remove, args=(index,),
        )  # fmt: skip


def _words(index: int, layer: str, table: list[LayerRow]) -> str:
    """A layer in a line: its place, what it is, and where the table goes so far, what comes of it."""
    words = f"**{index + 1}** {layer}"
    if index >= len(table):
        return words
    row = table[index]
    words += f" :gray[→ {shape_in_words(row.output_shape)}"
    if row.parameters:
        words += " · " + ngettext("{count:,} parameter", "{count:,} parameters", row.parameters).format(
            count=row.parameters
        )
    return words + "]"


def _tell(mistake: LayerError) -> None:
    st.error(str(mistake), icon=":material/error:")


def _settings(own: OwnLayers, row: Row) -> None:
    """A widget for each of the layer's settings, in the range that the setting has."""
    fields = {name: field for name, field in type(row.layer).model_fields.items() if name != "kind"}
    if not fields:
        st.caption(_("There is nothing to set here."))
    with st.container(horizontal=True):
        for name, field in fields.items():
            _setting(own, row, name, field)


def _setting(own: OwnLayers, row: Row, name: str, field: FieldInfo) -> None:
    value = getattr(row.layer, name)
    common: dict[str, Any] = {
        "key": own.key(row, name), "on_change": own.take_over, "args": (row, name), "width": 150,
    }  # fmt: skip
    if choices := get_args(field.annotation):
        st.selectbox(
            _(_LABELS[name]),
            choices,
            index=choices.index(value),
            format_func=_choice,
            **common | {"width": 320 if name == "padding" else 150},
        )
    else:
        kind, step = (float, 0.05) if field.annotation is float else (int, 1)
        low, high = map(kind, _range(field))
        st.number_input(_(_LABELS[name]), low, high, kind(value), step=step, **common)


def _called(name: str, kind: str) -> str:
    """What a layer is called, with its name in Keras, by which the rows have it, where that is another."""
    called, of_keras = _(name), KERAS_CLASSES[kind]
    return called if called == of_keras else f"{called} ({of_keras})"


def _choice(choice: str) -> str:
    return _(_CHOICES.get(choice, choice))


def _range(field: FieldInfo) -> tuple[float, float]:
    """The lowest and the highest value that a setting takes."""
    low, high = 0.0, 0.0
    for bound in field.metadata:
        match bound:
            case Ge(ge=int() | float() as least):
                low = least
            case Le(le=int() | float() as most):
                high = most
            case Lt(lt=int() | float() as more):
                high = more - 0.01
    return low, high


def _offer(own: OwnLayers, recipe: Recipe, *, full: bool) -> None:
    """Buttons that add a layer of each kind, and the way back to the recipe."""
    st.caption(
        _("A network has at most {most} layers. Remove one to add another.").format(most=MOST_LAYERS)
        if full
        else _("Add a layer:")
    )
    with st.container(horizontal=True, gap="xsmall"):
        for name, kind in _NEW.items():
            layer = kind()
            st.button(
                _called(name, layer.kind),
                icon=":material/add:",
                key=f"add_{layer.kind}",
                disabled=full,
                on_click=own.add,
                args=(layer,),
            )
    if not own.are_the_recipes:
        st.button(
            _("Back to the layers of {recipe}").format(recipe=recipe.name),
            icon=":material/undo:",
            key="layers_reset",
            type="tertiary",
            on_click=own.reset,
        )
