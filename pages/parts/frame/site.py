"""What every page shares: its frame, the navigation, and a word on data that stand in for others."""

from pathlib import Path

import streamlit as st

from cnn.data import datasets
from cnn.i18n import _
from pages.parts.frame import tour
from pages.parts.server import language, lifespan

_STYLE = Path(__file__).with_name("style.css")


def show() -> None:
    """Show the page that the address names, in the frame that all pages share."""
    st.set_page_config(page_icon="✏️", layout="wide")
    st.html(_STYLE)
    # Before any text: with the picker comes the language that the address names.
    language.picker()
    language.tell_browser()
    page = st.navigation(
        [
            st.Page("pages/draw.py", title=_("Draw"), icon=":material/draw:", default=True),
            st.Page("pages/train.py", title=_("Train"), icon=":material/model_training:", url_path="train"),
            st.Page("pages/runs.py", title=_("Runs"), icon=":material/leaderboard:", url_path="runs"),
            st.Page("pages/mistakes.py", title=_("Mistakes"), icon=":material/rule:", url_path="mistakes"),
            st.Page(
                "pages/filters.py", title=_("Filters"), icon=":material/filter_b_and_w:", url_path="filters"
            ),
            st.Page(
                "pages/feature_maps.py",
                title=_("Feature maps"),
                icon=":material/layers:",
                url_path="feature_maps",
            ),
            st.Page(
                "pages/concepts.py",
                title=_("Concepts"),
                icon=":material/lightbulb:",
                url_path="concepts",
            ),
            st.Page("pages/status.py", title=_("The workshop"), url_path="status", visibility="hidden"),
        ],
        position="top",
    )
    st.set_page_config(page_title=f"{page.title} · {_('See a network learn')}")
    if datasets.find("mnist") is None:
        _tell_about_missing_data()
    _count_visit(page.url_path)
    tour.show(page.url_path)
    page.run()
    lifespan.page_was_shown()


def _count_visit(page: str) -> None:
    """Let what a page keeps in the browser know whether the visitor has been elsewhere since."""
    state = st.session_state
    if state.get("page_shown") != page:
        state["page_shown"], state["visit"] = page, state.get("visit", 0) + 1


def _tell_about_missing_data() -> None:
    st.caption(
        _(
            "MNIST is not on this computer yet. The first training fetches it; without a network, the small "
            "set of 1,797 UCI digits stands in for it. To bring it along, put `mnist.npz` into a folder and "
            "start the app with `CNN_DATA_DIR` naming that folder, or run `python -m cnn data` where there "
            "is a network."
        )
    )
