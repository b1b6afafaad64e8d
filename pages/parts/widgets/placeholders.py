"""Waiting for what takes seconds, without holding the page."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

import streamlit as st

from cnn.errors import CnnError
from cnn.i18n import _
from cnn.jobs.workers import workers

_LOOK_SECONDS = 0.4

Result = TypeVar("Result")


def wait(future: "Future[Any]", text: str, *, height: int = 120) -> None:
    """Say what is being done, in the place where it will stand, and run the page again when it is there."""

    @st.fragment(run_every=_LOOK_SECONDS)
    def waiting() -> None:
        if future.done():
            st.rerun()
        st.caption(text)
        st.skeleton(height=height)

    waiting()


def on_request(
    name: str, of: Hashable, label: str, begin: "Callable[[], Future[Result]]", text: str
) -> Result | None:
    """What a long task gives: first a button that begins it, then a word on waiting, then the result.

    Args:
        name: of the task on its page; the visitor's session keeps one result of each name.
        of: what the result is of; for something else the button is there again.
        label: the button's.
        begin: begins the task.
        text: the word on waiting.

    Raises:
        CnnError: the task failed; then the button is there again the next time.
    """
    kept = st.session_state.setdefault(name, {})
    if of not in kept:
        if not st.button(label, key=f"{name}_begin", icon=":material/search:"):
            return None
        kept.clear()
        kept[of] = begin()
    if not kept[of].done():
        wait(kept[of], text)
        return None
    try:
        result: Result = kept[of].result()
    except CnnError:
        del kept[of]
        raise
    return result


def awake() -> bool:
    """Whether the answering process can be asked; while it starts, say so and run the page again then."""
    workers().start()
    if workers().awake:
        return True

    @st.fragment(run_every=_LOOK_SECONDS)
    def waking() -> None:
        if workers().awake:
            st.rerun()
        st.caption(_("The network is waking up; this page comes in a moment."))
        st.skeleton(height=320)

    waking()
    return False
