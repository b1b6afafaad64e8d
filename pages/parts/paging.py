"""Going through what does not fit on one page."""

import streamlit as st


def page_of(key: str, pages: int, first: int = 1) -> int:
    """The page that is chosen by `pager` under that key, from 1; `first` until one is.

    A number beyond the pages is none: another model may have fewer. Streamlit's pager then begins anew, too.
    """
    chosen = int(st.session_state.get(key) or first)
    return chosen if 1 <= chosen <= pages else 1


def pager(key: str, pages: int, first: int = 1) -> None:
    """Let the visitor turn the pages, where there are several."""
    if pages > 1:
        st.pagination(pages, default=first, key=key, max_visible_pages=5)
