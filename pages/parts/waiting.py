"""Waiting for what takes seconds, without holding the page."""

from concurrent.futures import Future
from typing import Any

import streamlit as st

from cnn.i18n import _
from cnn.workers import workers

_LOOK_SECONDS = 0.4


def wait(future: "Future[Any]", text: str, *, height: int = 120) -> None:
    """Say what is being done, in the place where it will stand, and run the page again when it is there."""

    @st.fragment(run_every=_LOOK_SECONDS)
    def waiting() -> None:
        if future.done():
            st.rerun()
        st.caption(text)
        st.skeleton(height=height)

    waiting()


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
