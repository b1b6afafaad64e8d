"""Components: what a module shows by JavaScript of its own, which lies beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

_LIBRARIES = Path(__file__).parent


def component(
    script: Path, html: str, *, css: str | None = None, libraries: Sequence[str] = ()
) -> Callable[..., Any]:
    """A component made of a script and the style sheet beside it.

    Args:
        script: its file; its stem names the component, and no other component has it.
        html: what it begins with; what has no name or text before the script has run is `hidden` until then.
        css: the file of its styles, where that is not the script's with another ending.
        libraries: files of JavaScript in this folder that its script calls.
    """
    scripts = [*map(_LIBRARIES.joinpath, libraries), script]
    style = script.with_name(css) if css else script.with_suffix(".css")
    return st.components.v2.component(
        script.stem,
        html=html,
        css=style.read_text(encoding="utf-8"),
        js="".join(file.read_text(encoding="utf-8") for file in scripts),
        isolate_styles=False,
    )
