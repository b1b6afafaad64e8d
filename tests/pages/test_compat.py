"""`pages.parts.server.compat`: what it needs of Streamlit's inside is there and does what is relied on.

What fails here was broken by an upgrade of Streamlit, or of its canvas; its message says which need is to be
met anew.
"""

import asyncio
import inspect
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit import config, runtime

from pages.parts.server import compat
from tests.asgi import asked
from tests.pages.opened import BUSY, run_function

CANVAS = "streamlit_drawable_canvas"
LAPSE = "server.disconnectedSessionTTL"


def broke(need: str, library: str = "streamlit") -> str:
    """What to say of a need of `pages.parts.server.compat` that is no longer met."""
    return (
        f"the upgrade to {library} {version(library)} broke `pages.parts.server.compat.{need}`; mend it there"
    )


@pytest.mark.parametrize(
    ("need", "module", "name"),
    [
        ("make_no_pages_of_files", "streamlit.runtime.pages_manager", "PagesManager.uses_pages_directory"),
        ("runs_a_page", "streamlit.runtime.scriptrunner", "get_script_run_ctx"),
        ("end_lapsed_sessions", "streamlit.runtime", "get_instance"),
        ("canvas", "streamlit.errors", "StreamlitAPIException"),
    ],
)
def test_streamlit_still_has(need, module, name):
    """Each private name of Streamlit's is in its module."""
    try:
        there = import_module(module)
        for part in name.split("."):
            there = getattr(there, part)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{broke(need)}: {error}")


def test_streamlit_tells_whether_a_thread_makes_a_page(caplog):
    """A test's thread makes none, which is asked without a warning; a page's thread does."""

    def script():
        import streamlit as st

        from pages.parts.server import compat

        st.write(str(compat.runs_a_page()))

    assert not compat.runs_a_page(), broke("runs_a_page")
    assert not caplog.records, broke("runs_a_page")
    assert run_function(script).markdown[0].value == "True", broke("runs_a_page")


@pytest.mark.parametrize(("of_files", "shown"), [(True, "alone"), (False, "in its frame")])
def test_streamlit_opens_files_in_pages_only_where_it_may(tmp_path, monkeypatch, of_files, shown):
    """A file in `pages/` comes in the app's frame; without what `compat` says, it would come alone."""
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest

    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    if not of_files:
        compat.make_no_pages_of_files()
    (tmp_path / "pages").mkdir()
    (tmp_path / "app.py").write_text("import streamlit as st\nst.write('in its frame')\n")
    (tmp_path / "pages" / "train.py").write_text("import streamlit as st\nst.write('alone')\n")
    page = AppTest.from_file(tmp_path / "app.py", default_timeout=BUSY)
    page = page.switch_page("pages/train.py").run()
    assert [text.value for text in page.markdown] == [shown], broke("make_no_pages_of_files")


@pytest.fixture
def in_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Does something in the loop of a server of Streamlit's own, whose sessions lapse at once."""
    monkeypatch.setattr(runtime.Runtime, "_instance", None)
    before = config.get_option(LAPSE)
    config.set_option(LAPSE, 0)
    (tmp_path / "app.py").write_text("")

    async def run(work: Callable[[], Any]) -> Any:
        # The first request starts it. At an address that it does not know it answers with its first page.
        said = await asked(st.App(tmp_path / "app.py"), compat.HEALTH)
        try:
            assert (said[0]["status"], said[1]["body"]) == (200, b"ok"), broke("HEALTH")
            return work()
        finally:
            runtime.get_instance().stop()
            await runtime.get_instance().stopped

    yield lambda work: asyncio.run(run(work))
    config.set_option(LAPSE, before)
    # Where no server runs it could not be imported, and so it must be for other tests.
    sys.modules.pop(CANVAS, None)


def test_streamlit_says_at_its_address_that_it_lives(in_server):
    """A server answers there, and does so before anybody has come."""
    in_server(lambda: None)


def test_streamlit_lets_go_of_sessions_that_lapsed(in_server):
    """One that nobody came back to is ended once, and then there is none."""

    def work() -> tuple[bool, bool]:
        left = SimpleNamespace(session=SimpleNamespace(id="of who has gone"))
        runtime.get_instance()._session_mgr._session_storage.save(left)
        return compat.end_lapsed_sessions(), compat.end_lapsed_sessions()

    try:
        assert in_server(work) == (True, False), broke("end_lapsed_sessions")
    except AttributeError as error:
        pytest.fail(f"{broke('end_lapsed_sessions')}: {error}")


def test_the_canvas_is_there_where_a_server_runs_only(in_server):
    """It takes what the pages give it; without a server its import ends in an error of Streamlit's."""
    sys.modules.pop(CANVAS, None)
    assert compat.canvas() is None, broke("canvas", "streamlit-drawable-canvas")
    st_canvas = in_server(compat.canvas)
    given = {
        *("stroke_width", "stroke_color", "background_color", "width", "height"),
        *("return_image_data", "initial_drawing", "key"),
    }
    assert given <= set(inspect.signature(st_canvas).parameters), broke("canvas", "streamlit-drawable-canvas")
