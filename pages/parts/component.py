"""Components: what a module shows by JavaScript of its own, which lies beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent


def component(
    name: str, html: str, *, css: str | None = None, libraries: Sequence[str] = ()
) -> Callable[..., Any]:
    """A component made of the files in this folder.

    Args:
        name: no other component has it; its script is NAME.js.
        html: what it begins with; what has no name or text before the script has run is `hidden` until then.
        css: the file of its styles, where that is not NAME.css.
        libraries: files of JavaScript that its script calls.
    """
    scripts = [*libraries, f"{name}.js"]
    return st.components.v2.component(
        name,
        html=html,
        css=read(css or f"{name}.css"),
        js="".join(map(read, scripts)),
        isolate_styles=False,
    )


def read(file: str) -> str:
    """The text of a file in this folder."""
    return (_FOLDER / file).read_text(encoding="utf-8")
