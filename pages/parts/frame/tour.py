"""A tour for a workshop of half an hour: six steps across the pages, with a word on each.

The address bears the step, so that a reload, a link, and the browser's way back go where it was; how far a
visitor came, the app remembers as long as it runs. Without a tour, a page does nothing for it.
"""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from cnn.i18n import _
from pages.parts.model import picker
from pages.parts.server import visitor

_STEP, _SEEN = "tour", "tour_seen"
_FIRST_PAGE = "pages/draw.py"

left_at: dict[str, int] = {}
"""The step that a visitor was last at, by `visitor.owner`."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        page: its file.
        title: the page's name.
        minutes: how long it takes, about.
        task: what to do there.
    """

    page: str
    title: str
    minutes: int
    task: str

    @property
    def address(self) -> str:
        """As the address names the page; empty for the first."""
        return "" if self.page == _FIRST_PAGE else Path(self.page).stem


def steps() -> list[Step]:
    """All steps, in their order; half an hour together."""
    return [
        Step(
            _FIRST_PAGE,
            _("Draw"),
            3,
            _("Draw some digits. Then one that you could hardly read yourself: how sure is it?"),
        ),
        Step(
            "pages/train.py",
            _("Train"),
            6,
            _(
                "Train the recipe `fast`, and watch its curves and filters while it learns. Then draw with "
                "it."
            ),
        ),
        Step(
            "pages/mistakes.py",
            _("Mistakes"),
            5,
            _("Which digits does it mix up most? Open one of its mistakes: what would you have read?"),
        ),
        Step(
            "pages/filters.py",
            _("Filters"),
            5,
            _(
                "Find a filter that looks for an edge, and see what it answers on a digit: a test image, or "
                "what you drew on Draw."
            ),
        ),
        Step(
            "pages/feature_maps.py",
            _("Feature maps"),
            6,
            _(
                "Follow a digit from layer to layer, a test image or what you drew on Draw. Point at a "
                "pixel: you see the sum that it is."
            ),
        ),
        Step(
            "pages/concepts.py",
            _("Concepts"),
            5,
            _(
                "Edit a kernel under Convolution, shift a digit under Pooling, and see under Shared weights "
                "why a network with convolutions needs so few of them."
            ),
        ),
    ]


def show(shown: str) -> None:
    """The bar of the tour above a page, if one is under way.

    Args:
        shown: the page, as its address names it; empty for the first.
    """
    number = _under_way()
    if number is None:
        return
    every = steps()
    step = every[number - 1]
    with st.container(key="tour", horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            _("**Tour {number} of {count} · {title}** · {minutes} minutes  \n{task}").format(
                number=number, count=len(every), title=step.title, minutes=step.minutes, task=step.task
            ),
            width="stretch",
        )
        asked = None
        # A visitor on another page is led back to the step; one at the step, to the step before.
        before = number if shown != step.address else number - 1
        if before:
            back = _("Back to {title}").format(title=every[before - 1].title)
            if st.button(back, key="tour_back", icon=":material/arrow_back:"):
                asked = before
        if number < len(every):
            following = _("Next: {title}").format(title=every[number].title)
            if st.button(following, key="tour_next", type="primary", icon=":material/arrow_forward:"):
                asked = number + 1
        else:
            st.button(_("Finish"), key="tour_finish", type="primary", on_click=_finish)
        st.button(_("Leave the tour"), key="tour_leave", type="tertiary", on_click=_leave, args=(number,))
    if asked is not None:
        if shown == "train":
            _take_what_was_trained()
        _go(asked)


def invitation() -> None:
    """A quiet way into the tour; nothing while it is under way."""
    if _under_way() is not None:
        return
    number = left_at.get(visitor.owner(), 1)
    label = (
        _("Go on with the tour, step {number}").format(number=number)
        if number > 1
        else _("Take the tour: six steps, half an hour")
    )
    if st.button(label, key="tour_start", type="tertiary", icon=":material/signpost:"):
        _go(number)


def _under_way() -> int | None:
    """The number of the step that the visitor is at, from 1, in the session or in the address."""
    asked, visit = st.query_params.get(_STEP), st.session_state.get("visit")
    if asked is not None and asked in [str(step) for step in range(1, len(steps()) + 1)]:
        st.session_state[_STEP] = int(asked)
    elif st.session_state.get(_SEEN) == visit:
        # The browser went back to where the tour had not begun.
        st.session_state.pop(_STEP, None)
    st.session_state[_SEEN] = visit
    number: int | None = st.session_state.get(_STEP)
    if number is not None:
        visitor.note(left_at, number)
        if asked != str(number):
            st.query_params[_STEP] = str(number)
    return number


def _go(number: int) -> None:
    st.session_state[_STEP] = number
    st.switch_page(steps()[number - 1].page, query_params={_STEP: str(number)})


def _take_what_was_trained() -> None:
    """Let the pages to come show the network that the visitor has just trained, if one was."""
    # Only the later steps need it.
    from cnn.jobs.queue import training_queue

    records = [training.record for training in training_queue().of(visitor.owner()) if training.record]
    if records:
        picker.choose(records[-1].id)


def _finish() -> None:
    _leave(1)
    st.toast(
        _("That was the tour. Everything stays open to you: build a network of your own next."), icon="🎉"
    )


def _leave(number: int) -> None:
    """End the tour; the next one begins at the step of that number."""
    st.session_state.pop(_STEP, None)
    visitor.note(left_at, number)
    st.query_params.pop(_STEP, None)
