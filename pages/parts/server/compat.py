"""What Streamlit does not promise and the app needs all the same: all of its internals stand here.

An upgrade of Streamlit, or of its canvas, may change any of it; `tests/pages/test_compat.py` says which part
it has broken. Each part is imported where it is used, so that the rest still works when one has gone.
"""

from typing import Any

HEALTH = "/_stcore/health"
"""Where Streamlit says that the server lives, and nothing else; it gives the address no public name."""


def make_no_pages_of_files() -> None:
    """Have Streamlit make no menu of the files in `pages/`, and open none of them by itself.

    It would, until the first visitor has reached `st.navigation`, and `/train` would come without the frame
    that all pages share. The public way is that call, which comes too late for the first visitor.
    """
    from streamlit.runtime.pages_manager import PagesManager

    PagesManager.uses_pages_directory = False


def runs_a_page() -> bool:
    """Whether this thread makes a page, so that its visitor's session and browser can be asked.

    The public `st.session_state` does not say so: outside of a page it warns and is empty.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    return get_script_run_ctx(suppress_warning=True) is not None


def end_lapsed_sessions() -> bool:
    """End the sessions whose visitors did not come back in time; whether there were any.

    Streamlit itself ends them only when another visitor leaves. There is no public way to the sessions that
    wait for their visitors.
    """
    from streamlit import runtime

    waiting: Any = runtime.get_instance()._session_mgr
    return bool(waiting._session_storage._cache.expire())


def canvas() -> Any:
    """The canvas to draw on, as a function; None where no server runs, as under AppTest.

    Its package registers a component while it is imported, and nothing public says beforehand whether it can.
    """
    from streamlit.errors import StreamlitAPIException

    try:
        from streamlit_drawable_canvas import st_canvas
    except StreamlitAPIException:
        return None
    return st_canvas
