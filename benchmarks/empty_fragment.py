"""A fragment that does next to nothing: how long its round trip takes is what any answer takes at least.

Served by itself, it is the whole of a one-line app.
"""

import streamlit as st


@st.fragment
def empty() -> None:
    """A button, and how often it was pressed."""
    st.button("Again", key="again")
    count = st.session_state.setdefault("count", 0)
    st.session_state.count = count + 1
    with st.container(key="count"):
        st.html(f"<span>{count}</span>")


if __name__ == "__main__":
    empty()
