"""Many small pictures in one, of which each can be picked; several such pictures play as a film."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades
from pages.parts.widgets.component import component
from pages.parts.widgets.picture import pixels

GAP = 1

_component = component(
    Path(__file__).with_suffix(".js"),
    """<div class="tiles" hidden>
      <div class="sheet"><div class="picture"></div><div class="buttons" role="group"></div></div>
      <div class="film"><button type="button"></button><input type="range" min="0"><output></output></div>
      <table class="weights" hidden></table>
    </div>""",
)


@dataclass(frozen=True, eq=False)
class Tiles:
    """What a grid shows.

    Attributes:
        frames: uint8 (frames, n, height, width[, 3]).
        labels: what each of the n pictures is.
        alt: what the whole shows, for those who cannot see it.
        columns: how many stand in a row.
        width: at most so many screen pixels.
        first: the number of the first picture.
        picked: the number of the marked picture.
        numbered: whether each picture bears its number.
        captions: what each frame is.
        weights: float32 (frames, n, height, width), numbers to read off a picture; or None.
        shown: the key of the container that shows what is picked.
    """

    frames: np.ndarray
    labels: Sequence[str]
    alt: str
    columns: int
    width: int
    first: int = 0
    picked: int | None = None
    numbered: bool = True
    captions: Sequence[str] = ()
    weights: np.ndarray | None = None
    shown: str | None = None


def tiles(key: str, shown: Tiles, on_pick: Callable[[int], None]) -> None:
    """Show a grid in a container of that key; `on_pick` is called with the number that was pressed."""

    def pressed() -> None:
        on_pick(int(st.session_state[f"{key}_tiles"].picked))

    with st.container(key=key):
        _component(key=f"{key}_tiles", data=_data(shown), on_picked_change=pressed)


def _data(shown: Tiles) -> dict[str, Any]:
    height, width = shown.frames.shape[2:4]
    columns = min(shown.columns, len(shown.labels))
    return {
        "framesHtml": [
            pixels(shades.tiles(frame, columns=columns, gap=GAP), 1, alt=shown.alt) for frame in shown.frames
        ],
        "captions": list(shown.captions),
        "labels": list(shown.labels),
        "about": shown.alt,
        "columns": columns,
        "width": shown.width * columns // shown.columns,
        "tile": [width, height],
        "gap": GAP,
        "first": shown.first,
        "picked": shown.picked,
        "numbered": shown.numbered,
        "shown": f".st-key-{shown.shown}" if shown.shown else None,
        "kernel": None if shown.weights is None else list(shown.weights.shape[2:]),
        "weights": None
        if shown.weights is None
        else b64encode(np.ascontiguousarray(shown.weights, np.float32).tobytes()).decode(),
        "interval": min(700, max(120, 6000 // len(shown.frames))),
        "texts": {"play": _("Play"), "pause": _("Pause"), "step": _("Next"), "epoch": _("Epoch")},
    }
