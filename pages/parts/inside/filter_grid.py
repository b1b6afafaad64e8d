"""The filters of a convolution in a grid, six to a row; over the epochs where they were kept."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import shades
from cnn.insight.activations import Array, LayerFacts
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from pages.parts.inside.questions import slices_of, title
from pages.parts.widgets.legend import legend
from pages.parts.widgets.paging import Paging
from pages.parts.widgets.tiles import Tiles, tiles

COLUMNS = 6
AT_ONCE = 120
FRAMES = 61
MOST_NUMBERS = 500_000
"""Weights that are sent to be read off; beyond, only the picture is."""
_TILE = 24
_COLOURS = 3

_FILTER, _PAGE = "filters_picked", "filters_page"


@dataclass(frozen=True)
class Choice:
    """Which filters are shown and how.

    Attributes:
        layer: the convolution's number among the layers.
        first: whether it is the first convolution, whose filters are kept over the epochs.
        incoming: the map of its input whose weights are shown; None for the three colours together.
        around_zero: whether all weights share one scale around zero.
    """

    layer: int
    first: bool
    incoming: int | None
    around_zero: bool


def choose_filters(layers: tuple[LayerFacts, ...]) -> Choice | None:
    """Let the visitor choose; None where the network has no convolution."""
    convolutions = [number for number, facts in enumerate(layers) if facts.kind == "conv2d"]
    if not convolutions:
        return None
    if st.session_state.get("filters_layer") not in convolutions:
        st.session_state["filters_layer"] = convolutions[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = st.selectbox(
            _("Layer"),
            convolutions,
            format_func=lambda number: title(layers, number),
            key="filters_layer",
            on_change=lambda: st.session_state.pop(_PAGE, None),
            width=200,
        )
        first = layer == convolutions[0]
        # Only before the first convolution three maps are red, green and blue.
        in_colour = first and layers[layer].input_shape[2] == _COLOURS
        scales = {
            False: _("Each as a picture") if in_colour else _("Each in greys"),
            True: _("All around zero"),
        }
        around_zero = st.segmented_control(
            _("Colours"), list(scales), format_func=scales.__getitem__, default=False, required=True,
            key="filters_colours",
        )  # fmt: skip
        incoming = None if in_colour and not around_zero else _incoming(layers[layer])
    return Choice(layer, first, incoming, bool(around_zero))


def _incoming(facts: LayerFacts) -> int:
    channels = facts.input_shape[2]
    if channels == 1:
        return 0
    key = f"filters_incoming_{channels}"
    st.session_state.setdefault(key, 0)
    return int(st.selectbox(_("Input map"), range(channels), key=key, width=120))


def filter_grid(
    model: ModelRecord, layers: tuple[LayerFacts, ...], choice: Choice, shown_in: str
) -> tuple[int, float]:
    """Show the filters; `shown_in` is the key of the container that shows the one that is picked.

    Returns:
        the number of the one that is picked, and the weight that colours around zero go to.

    Raises:
        CnnError: the weights cannot be had.
    """
    kernels, captions = _over_epochs(model, choice, layers[choice.layer].input_shape[2])
    count = kernels.shape[-1]
    limit = float(np.abs(kernels).max())
    paging = Paging(_PAGE, count, AT_ONCE)
    numbers = paging.shown()
    shown = kernels[..., numbers]
    picked: int = min(st.session_state.get(_FILTER, 0), count - 1)
    tiles(
        "filters_grid",
        Tiles(
            frames=_pictures(shown, choice, limit),
            labels=[_("Filter {number}").format(number=number) for number in numbers],
            alt=_in_words(layers, choice, count),
            columns=COLUMNS,
            width=560,
            first=numbers.start,
            picked=picked,
            captions=captions,
            weights=_readable(shown),
            shown=shown_in,
        ),
        _pick,
    )
    if choice.around_zero:
        legend(limit, True)
    elif choice.incoming is None:
        st.caption(
            _("Each filter as a picture of red, green and blue, from its smallest weight to its largest.")
        )
    else:
        st.caption(_("Each filter from its smallest weight, black, to its largest, white."))
    paging.pager()
    if not choice.first:
        st.caption(_("How filters came to be is kept for the first convolution alone."))
    elif len(kernels) == 1:
        st.caption(_("Of this model's training no filters were kept, so there is nothing to play."))
    else:
        st.caption(_("The film is of the training; all else on this page is of the network as it was saved."))
    return picked, limit


def _pick(number: int) -> None:
    st.session_state[_FILTER] = number


def _over_epochs(model: ModelRecord, choice: Choice, channels: int) -> tuple[Array, list[str]]:
    """float32 (frames, height, width, channels, filters), the last one as saved, and what each frame is."""
    saved = slices_of(model, choice.layer, choice.incoming)
    kept = model_store().folder_of(model.id).filters() if choice.first else None
    if kept is None or kept.shape[1:] != (*saved.shape[:2], channels, saved.shape[3]):
        return saved[np.newaxis], [""]
    if choice.incoming is not None:
        kept = kept[..., choice.incoming : choice.incoming + 1, :]
    epochs = np.unique(np.linspace(0, len(kept) - 1, min(len(kept), FRAMES)).round().astype(int))
    captions = [
        _("before the first step") if epoch == 0 else _("after epoch {epoch}").format(epoch=epoch)
        for epoch in epochs
    ]
    frames = kept[epochs]
    if not np.allclose(frames[-1], saved):
        # The best epoch was kept, or the model was trained further.
        frames, captions = np.concatenate([frames, saved[np.newaxis]]), [*captions, _("as saved")]
    return frames, captions


def _pictures(kernels: Array, choice: Choice, limit: float) -> np.ndarray:
    """uint8 (frames, filters, height, width[, 3]), each weight some pixels wide: gaps are thin."""
    if choice.around_zero:
        pictures = shades.shaded(np.moveaxis(kernels[:, :, :, 0], -1, 1), limit, True)
    else:
        pictures = np.stack([shades.kernel_pictures(frame) for frame in kernels])
    side = max(1, _TILE // kernels.shape[1])
    return pictures.repeat(side, axis=2).repeat(side, axis=3)


def _readable(kernels: Array) -> np.ndarray | None:
    if kernels.shape[3] != 1 or kernels.size > MOST_NUMBERS:
        return None
    return np.moveaxis(kernels[:, :, :, 0], -1, 1)


def _in_words(layers: tuple[LayerFacts, ...], choice: Choice, count: int) -> str:
    side = layers[choice.layer].window
    return _("{layer}: {count} filters of {side} by {side} weights").format(
        layer=title(layers, choice.layer), count=count, side=side
    )
