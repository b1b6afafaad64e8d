"""Waiting for what takes seconds, without holding the page."""

from concurrent.futures import Future
from typing import Any

import streamlit as st

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
