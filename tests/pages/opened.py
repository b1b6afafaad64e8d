"""The app under Streamlit's AppTest."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

from cnn.models.store import model_store

BUSY = 60
"""Seconds that a page may take on a machine that does other work besides."""
APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "pages").glob("*.py"))


class _Pages(PagesManager):
    """AppTest asks its manager, before each run, to look for a folder `pages/`; this one is not heard.

    With such a folder it would run a page alone, without the app's own navigation and frame.
    """


PagesManager.uses_pages_directory = False
app_test.PagesManager = _Pages  # type: ignore[attr-defined]  # it is imported there for its own use
# A server looks through all installed packages for components once, AppTest for each app anew.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def open_app(owner: str) -> AppTest:
    """The app's first page, for the visitor `owner`."""
    page = AppTest.from_file(APP, default_timeout=BUSY)
    page.session_state["owner"] = owner
    return page.run()


def run_function(script: Callable[..., None], *arguments: object) -> AppTest:
    """A function as if it were a page."""
    return AppTest.from_function(script, default_timeout=BUSY, args=arguments).run()


def html(page: AppTest) -> str:
    """What a page shows by `st.html`."""
    return "\n".join(element.proto.body for element in page.get("html"))


def check_deletion_is_told(page: AppTest) -> None:
    """Delete the model that a page shows: the page says so, and shows another one without an error."""
    model = str(page.selectbox(key="model").value)
    model_store().delete(model, None)
    page.run()
    assert "is gone; another one stands in for it" in page.warning[0].value
    assert page.selectbox(key="model").value != model
    assert not page.exception
    assert not page.error
