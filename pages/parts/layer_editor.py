"""A visitor's own network: layers that are added, removed, moved and changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st
from annotated_types import Ge, Le, Lt
from pydantic.fields import FieldInfo

from cnn.errors import LayerError
from cnn.i18n import N_, _, ngettext
from cnn.layers import (
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerRow,
    MaxPool2D,
    detail_of,
    kind_of,
)
from cnn.recipes import MOST_LAYERS, Recipe, TrainConfig
from pages.parts.layer_table import shape_in_words

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
    "filters": N_("Filters"),
    "kernel_size": N_("Kernel size"),
    "strides": N_("Stride"),
    "padding": N_("Padding"),
    "activation": N_("Activation"),
    "pool_size": N_("Window size"),
    "rate": N_("Share set to zero"),
    "units": N_("Units"),
}
_CHOICES = {
    "valid": N_("valid: whole windows only"),
    "same": N_("same: zeros around, the size stays"),
}


@dataclass(frozen=True)
class _Row:
    """A layer and its number, which stays when it is moved or changed: its widgets go by it."""

    number: int
    layer: Layer


def with_own_layers(config: TrainConfig, recipe: Recipe) -> TrainConfig:
    """The training with the layers that the visitor has made of the recipe's.

    It goes by the recipe's name as long as the layers are the recipe's.
    """
    layers = tuple(row.layer for row in _rows(recipe))
    name = recipe.name if layers == recipe.config.layers else "custom"
    return config.model_copy(update={"layers": layers, "recipe": name})


def layer_editor(recipe: Recipe, table: list[LayerRow], mistake: LayerError | None) -> None:
    """Show the visitor's layers, each to be opened and changed, and what can be added.

    Args:
        recipe: what they began with.
        table: the layer table as far as it goes.
        mistake: what keeps the network from being trained; shown at its row.
    """
    rows = _rows(recipe)
    with st.container(key="layer_editor", gap="xsmall"):
        for index in range(len(rows)):
            with st.container(key=f"layer_row_{index + 1}", border=True, gap="small"):
                _line(recipe, index, table)
                # The place is there without a mistake, too: a field below it keeps its focus when one comes.
                with st.container():
                    if mistake is not None and mistake.number == index + 1:
                        _tell(mistake)
                if _opened(recipe) == rows[index].number:
                    _inside(recipe, index)
        with st.container(key="layer_row_output", border=True, gap="small"):
            output = _("Dense softmax, the output")
            st.markdown(_words(len(rows), output, table))
            if mistake is not None and mistake.number > len(rows):
                _tell(mistake)
    _offer(recipe, full=len(rows) >= MOST_LAYERS)


def _line(recipe: Recipe, index: int, table: list[LayerRow]) -> None:
    """A layer in a line, which opens and closes it."""
    row = _rows(recipe)[index]
    is_open = _opened(recipe) == row.number
    st.button(
        _words(index, f"{kind_of(row.layer)} {detail_of(row.layer)}".rstrip(), table),
        key=_key(recipe, row, "open"),
        type="tertiary",
        icon=":material/expand_more:" if is_open else ":material/chevron_right:",
        width="stretch",
        on_click=_open,
        args=(recipe, None if is_open else row.number),
    )


def _inside(recipe: Recipe, index: int) -> None:
    """What can be changed about a layer, and where it can go."""
    rows = _rows(recipe)
    row, last = rows[index], len(rows) - 1
    _settings(recipe, row)
    with st.container(horizontal=True, gap="small"):
        _act(recipe, row, "up", _("Up"), "arrow_upward", _move, (recipe, index, -1), disabled=index == 0)
        _act(
            recipe,
            row,
            "down",
            _("Down"),
            "arrow_downward",
            _move,
            (recipe, index, 1),
            disabled=index == last,
        )
        _act(recipe, row, "remove", _("Remove"), "delete", _remove, (recipe, index))


def _act(  # noqa: PLR0913, PLR0917 - a button's parts
    recipe: Recipe,
    row: _Row,
    name: str,
    label: str,
    icon: str,
    action: Callable[..., None],
    arguments: tuple[Any, ...],
    *,
    disabled: bool = False,
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=_key(recipe, row, name),
        disabled=disabled,
        on_click=action,
        args=arguments,
    )


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


def _settings(recipe: Recipe, row: _Row) -> None:
    """A widget for each of the layer's settings, in the range that the setting has."""
    fields = {name: field for name, field in type(row.layer).model_fields.items() if name != "kind"}
    if not fields:
        st.caption(_("There is nothing to set here."))
    with st.container(horizontal=True):
        for name, field in fields.items():
            _setting(recipe, row, name, field)


def _setting(recipe: Recipe, row: _Row, name: str, field: FieldInfo) -> None:
    key = _key(recipe, row, name)
    value = getattr(row.layer, name)
    common: dict[str, Any] = {
        "key": key, "on_change": _change, "args": (recipe, row.number, name, key), "width": 150,
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


def _offer(recipe: Recipe, *, full: bool) -> None:
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
                _(name),
                icon=":material/add:",
                key=f"add_{layer.kind}",
                disabled=full,
                on_click=_add,
                args=(recipe, layer),
            )
    if tuple(row.layer for row in _rows(recipe)) != recipe.config.layers:
        st.button(
            _("Back to the layers of {recipe}").format(recipe=recipe.name),
            icon=":material/undo:",
            key="layers_reset",
            type="tertiary",
            on_click=_reset,
            args=(recipe,),
        )


def _rows(recipe: Recipe) -> tuple[_Row, ...]:
    kept: tuple[_Row, ...] | None = st.session_state.get(f"layers_{recipe.name}")
    if kept is None:
        return tuple(_Row(number, layer) for number, layer in enumerate(recipe.config.layers))
    return kept


def _keep(recipe: Recipe, rows: tuple[_Row, ...]) -> None:
    st.session_state[f"layers_{recipe.name}"] = rows


def _reset(recipe: Recipe) -> None:
    """Take the recipe's layers again; what stands in the fields of the visitor's goes too."""
    st.session_state.pop(f"layers_{recipe.name}", None)
    # A recipe's name has no "_": this is the beginning of no other recipe's keys.
    for name in [name for name in st.session_state if str(name).startswith(f"layer_{recipe.name}_")]:
        del st.session_state[name]


def _opened(recipe: Recipe) -> int | None:
    """The number of the layer that is open."""
    return st.session_state.get(f"layer_{recipe.name}_opened")


def _open(recipe: Recipe, number: int | None) -> None:
    st.session_state[f"layer_{recipe.name}_opened"] = number


def _key(recipe: Recipe, row: _Row, name: str) -> str:
    return f"layer_{recipe.name}_{row.number}_{name}"


def _change(recipe: Recipe, number: int, name: str, key: str) -> None:
    value = st.session_state[key]
    if value is None:
        return
    _keep(
        recipe,
        tuple(
            _Row(number, row.layer.model_copy(update={name: value})) if row.number == number else row
            for row in _rows(recipe)
        ),
    )


def _add(recipe: Recipe, layer: Layer) -> None:
    """Add a layer, opened: one that needs maps before the first Flatten, any other at the end."""
    rows = _rows(recipe)
    new = _Row(1 + max((row.number for row in rows), default=-1), layer)
    place = len(rows)
    if isinstance(layer, Conv2D | MaxPool2D | AveragePool2D):
        flattened = (index for index, row in enumerate(rows) if isinstance(row.layer, Flatten))
        place = next(flattened, place)
    _keep(recipe, (*rows[:place], new, *rows[place:]))
    _open(recipe, new.number)


def _move(recipe: Recipe, index: int, by: int) -> None:
    rows = list(_rows(recipe))
    rows.insert(index + by, rows.pop(index))
    _keep(recipe, tuple(rows))


def _remove(recipe: Recipe, index: int) -> None:
    rows = _rows(recipe)
    _keep(recipe, (*rows[:index], *rows[index + 1 :]))
