"""The confusion matrix: every cell is a button that picks its images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from cnn.i18n import _
from pages.parts.widgets.component import component

Cell = tuple[int, int]
"""(what an image shows, what it was taken for), as numbers of classes."""

_component = component(
    Path(__file__).with_suffix(".js"),
    '<div class="confusion"><div class="columns"></div>'
    '<div class="body"><div class="rows"></div><table></table></div></div>',
)


def confusion(
    counts: np.ndarray,
    names: list[str],
    picked: Cell | None,
    on_pick: Callable[[Cell | None], None],
    shown: str,
) -> None:
    """Show the matrix.

    Args:
        counts: int64 (classes, classes), what the images show down, what they were taken for across.
        names: of the classes.
        picked: the cell to mark.
        on_pick: is called with the cell that was pressed, or None where it was let go.
        shown: the key of the container that shows the cell's images.
    """

    def pressed() -> None:
        cell = st.session_state["confusion_matrix"].picked
        on_pick(None if cell == "none" else (int(cell[0]), int(cell[1])))

    with st.container(key="confusion"):
        _component(
            key="confusion_matrix",
            data={
                "counts": counts.tolist(),
                "names": names,
                "picked": picked,
                "shown": f".st-key-{shown}",
                "texts": {
                    "rows": _("What the image shows"),
                    "columns": _("What it was taken for"),
                    "cell": _("Shows {truth}, taken for {read}: {count}"),
                },
            },
            on_picked_change=pressed,
        )
        st.caption(
            _(
                "Press a cell to see its images. Orange: the more mistakes, the stronger. "
                "The blue diagonal is what was read right."
            )
        )
