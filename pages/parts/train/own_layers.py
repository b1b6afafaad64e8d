"""The layers that a visitor has made of a recipe's. They live in the visitor's session."""

from dataclasses import dataclass

import streamlit as st

from cnn.training.layers import AveragePool2D, Conv2D, Flatten, Layer, MaxPool2D
from cnn.training.recipes import Recipe, TrainConfig


@dataclass(frozen=True)
class Row:
    """A layer and its number, which stays when it is moved or changed: its widgets go by it."""

    number: int
    layer: Layer


class OwnLayers:
    """What the visitor has made of one recipe's layers, and which of them is open.

    Args:
        recipe: what they began with.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._kept = f"layers_{recipe.name}"
        # A recipe's name has no "_": this is the beginning of no other recipe's keys.
        self._widgets = f"layer_{recipe.name}_"

    @property
    def rows(self) -> tuple[Row, ...]:
        """The layers in their order."""
        kept: tuple[Row, ...] | None = st.session_state.get(self._kept)
        if kept is None:
            return tuple(Row(number, layer) for number, layer in enumerate(self._recipe.config.layers))
        return kept

    @rows.setter
    def rows(self, rows: tuple[Row, ...]) -> None:
        st.session_state[self._kept] = rows

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers alone."""
        return tuple(row.layer for row in self.rows)

    @property
    def are_the_recipes(self) -> bool:
        """Whether they are what the recipe has."""
        return self.layers == self._recipe.config.layers

    @property
    def opened(self) -> int | None:
        """The number of the layer that is open."""
        return st.session_state.get(f"{self._widgets}opened")

    def open(self, number: int | None) -> None:
        """Open the layer of that number, and no other; None closes it."""
        st.session_state[f"{self._widgets}opened"] = number

    def key(self, row: Row, name: str) -> str:
        """The key of a layer's widget."""
        return f"{self._widgets}{row.number}_{name}"

    def take_over(self, row: Row, name: str) -> None:
        """Take a setting of a layer from its widget; an empty field changes nothing."""
        value = st.session_state[self.key(row, name)]
        if value is not None:
            self.rows = tuple(
                Row(each.number, each.layer.model_copy(update={name: value}))
                if each.number == row.number
                else each
                for each in self.rows
            )

    def add(self, layer: Layer) -> None:
        """Add a layer, opened: one that needs maps before the first Flatten, any other at the end."""
        rows = self.rows
        new = Row(1 + max((row.number for row in rows), default=-1), layer)
        place = len(rows)
        if isinstance(layer, Conv2D | MaxPool2D | AveragePool2D):
            flattened = (index for index, row in enumerate(rows) if isinstance(row.layer, Flatten))
            place = next(flattened, place)
        self.rows = (*rows[:place], new, *rows[place:])
        self.open(new.number)

    def move(self, index: int, by: int) -> None:
        """Move the layer at a place, from 0, by so many places."""
        rows = list(self.rows)
        rows.insert(index + by, rows.pop(index))
        self.rows = tuple(rows)

    def remove(self, index: int) -> None:
        """Remove the layer at a place, from 0."""
        self.rows = (*self.rows[:index], *self.rows[index + 1 :])

    def reset(self) -> None:
        """Take the recipe's layers again; what stands in the fields of the visitor's goes too."""
        st.session_state.pop(self._kept, None)
        for name in [name for name in st.session_state if str(name).startswith(self._widgets)]:
            del st.session_state[name]


def with_own_layers(config: TrainConfig, recipe: Recipe) -> TrainConfig:
    """The training with the layers that the visitor has made of the recipe's.

    It goes by the recipe's name as long as the layers are the recipe's.
    """
    own = OwnLayers(recipe)
    name = recipe.name if own.are_the_recipes else "custom"
    return config.model_copy(update={"layers": own.layers, "recipe": name})
