"""The app under Streamlit's AppTest."""

from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "pages").glob("*.py"))


class _Pages(PagesManager):
    """AppTest asks its manager, before each run, to look for a folder `pages/`; this one is not heard.

    With such a folder it would run a page alone, without the app's own navigation and frame.
    """


PagesManager.uses_pages_directory = False
app_test.PagesManager = _Pages


def open_app(owner: str) -> AppTest:
    """The app's first page, for the visitor `owner`."""
    page = AppTest.from_file(APP, default_timeout=60)
    page.session_state["owner"] = owner
    return page.run()


def html(page: AppTest) -> str:
    """What a page shows by `st.html`."""
    return "\n".join(element.proto.body for element in page.get("html"))
