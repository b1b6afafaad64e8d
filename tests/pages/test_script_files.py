"""The components' scripts: what a browser gets at their addresses, and what Streamlit is given for each."""

import asyncio
import re
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette

from cnn.settings import PROJECT
from pages.parts.frame.routes import routes
from pages.parts.widgets import component, scripts
from tests.asgi import asked

PARTS = PROJECT / "pages" / "parts"
NAMES = [script.relative_to(PARTS).as_posix() for script in sorted(PARTS.rglob("*.js"))]


def ask(path: str) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the body that come back from an address."""
    first, *rest = asyncio.run(asked(Starlette(routes=routes()), path))
    headers = {name.decode(): value.decode() for name, value in first["headers"]}
    return first["status"], headers, b"".join(message["body"] for message in rest)


@pytest.fixture(params=["", "cnn"])
def base(request, monkeypatch):
    """The path, if any, below which the app is served."""
    option = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: request.param if name == "server.baseUrlPath" else option(name)
    )
    return f"/{request.param}".rstrip("/")


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_a_module_that_a_browser_keeps(base, name):
    """Each comes as it is written, as JavaScript, to be kept for good by that browser alone."""
    status, headers, body = ask(f"{base}/scripts/{scripts.VERSION}/{name}")
    assert (status, body) == (200, (PARTS / name).read_bytes())
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "0123456789abcdef/widgets/tiles.js",
        f"{scripts.VERSION}/widgets/tiles.py",
        f"{scripts.VERSION}/types.d.ts",
        f"{scripts.VERSION}/widgets",
        f"{scripts.VERSION}/../../app.py",
        f"{scripts.VERSION}/widgets/../widgets/tiles.js",
        f"{scripts.VERSION}//{PARTS}/widgets/tiles.js",
    ],
)
def test_nothing_else_comes(path):
    """Neither a script of another version, nor any other file, by whatever way its address is written."""
    assert ask(f"/scripts/{path}")[0] == 404


@pytest.mark.parametrize("name", NAMES)
def test_what_a_script_imports_is_there(name):
    """Every import names a file beside it; a browser finds no other."""
    script = PARTS / name
    for imported in re.findall(
        r'^import .*? from "(.*?)";$', script.read_text(encoding="utf-8"), re.M | re.S
    ):
        assert imported.startswith("."), imported
        assert (script.parent / imported).resolve().relative_to(PARTS).as_posix() in NAMES


def test_streamlit_is_given_the_modules_address(monkeypatch):
    """What it runs imports the module from an address that is relative to the page's."""
    given = {}
    monkeypatch.setattr(st.components.v2, "component", lambda name, **rest: given.update({name: rest}))
    component.component(PARTS / "widgets" / "tiles.js", "<p></p>")
    address = f'new URL("scripts/{scripts.VERSION}/widgets/tiles.js", document.baseURI)'
    assert address in given["tiles"]["js"]
    assert given["tiles"]["css"] == (PARTS / "widgets" / "tiles.css").read_text(encoding="utf-8")


def test_every_change_has_an_address_of_its_own(monkeypatch):
    """Whatever changes in a script, or in its name, the version changes with it."""
    files = {"a.js": b"one", "b.js": b"two"}
    versions = set()
    for changed in (files, files | {"b.js": b"three"}, {"a.js": b"one", "c.js": b"two"}, {"a.js": b"onetwo"}):
        monkeypatch.setattr(scripts, "_FILES", changed)
        versions.add(scripts._hash())
    assert len(versions) == 4


def test_no_component_brings_a_script_of_its_own():
    """Every one goes through `component`: what browsers load are modules that are checked."""
    texts = {path: path.read_text(encoding="utf-8") for path in (PROJECT / "pages").rglob("*.py")}
    calls = [path for path, text in texts.items() if "components.v2.component(" in text]
    assert calls == [Path(component.__file__)]
