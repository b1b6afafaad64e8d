"""Components: what a module shows by JavaScript of its own, which lies beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.widgets import scripts


def component(script: Path, html: str = "<div></div>", *, css: str | None = None) -> Callable[..., Any]:
    """A component made of a script and the style sheet beside it, if there is one.

    Args:
        script: its file; its stem names the component, and no other component has it.
        html: what it begins with; what has no name or text before the script has run is `hidden` until then.
        css: the file of its styles, where that is not the script's with another ending.
    """
    style = script.with_name(css) if css else script.with_suffix(".css")
    return st.components.v2.component(
        script.stem,
        html=html,
        css=style.read_text(encoding="utf-8") if style.exists() else None,
        js=scripts.stub(script),
        isolate_styles=False,
    )
