"""Leading a visitor from page to page."""

import streamlit as st


def lead_to(page: str) -> None:
    """Show another page, named by its file; what widgets keep in the address, as the language, stays."""
    # Without parameters, even none, Streamlit refuses to leave an address in which a widget keeps something.
    st.switch_page(f"pages/{page}.py", query_params={})
