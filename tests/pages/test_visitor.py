"""Who is visiting: one cookie for one browser, whatever else is kept for the host."""

import asyncio
import hashlib

import pytest
from starlette.responses import HTMLResponse
from starlette.websockets import WebSocket
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.web.server.starlette.starlette_websocket import StarletteClientContext

from pages.parts.server import visitor

FOREIGN = ['prefs={"a":1}', "a/b=1", "no equals sign", 'broken="', "täglich=ja"]
"""What other apps on the same host may have left in a browser."""


def answer(*cookies: str) -> tuple[int, list[str]]:
    """The status of a page that is asked for with these headers, and the cookies that it sets."""
    said = []

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers(*cookies)}

        async def send(message):
            said.append(message)

        await visitor.Cookie(HTMLResponse("a page"))(scope, None, send)

    asyncio.run(ask())
    sent = [value.decode() for name, value in said[0]["headers"] if name == b"set-cookie"]
    return said[0]["status"], sent


def headers(*cookies: str) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", cookie.encode("latin-1")) for cookie in cookies]


def test_a_new_browser_gets_a_cookie():
    """It lasts, no script reads it, and no two are the same."""
    (status, [first]), (_, [second]) = answer(), answer()
    assert status == 200
    assert first.startswith("cnn_visitor=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(first.split("; "))
    assert first != second


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_known_browser_keeps_its_cookie_among_others(foreign):
    """Another app's cookie hides nothing, before or after this one or in a header of its own."""
    mine = "cnn_visitor=abc"
    assert answer(f"{foreign}; {mine}") == (200, [])
    assert answer(f"{mine}; {foreign}") == (200, [])
    assert answer(foreign, mine) == (200, [])
    status, sent = answer(foreign)
    assert (status, len(sent)) == (200, 1)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_known_browser_is_the_same_visitor_among_others(foreign, monkeypatch):
    """Streamlit reads the same cookie from such headers, so that everything is found again."""
    scope = {"type": "websocket", "headers": headers(f"{foreign}; cnn_visitor=abc")}
    connected = StarletteClientContext(WebSocket(scope, None, None))
    monkeypatch.setattr(visitor.st, "context", connected)
    monkeypatch.setattr(visitor.st, "session_state", SafeSessionState(SessionState(), lambda: None))
    assert visitor.owner() == hashlib.sha256(b"abc").hexdigest()[:16]


def test_who_has_a_page_open_is_here():
    """From the moment it connects to the moment it leaves, once however many pages it has open."""
    connected = {"type": "websocket", "headers": headers("cnn_visitor=abc")}
    seen = []

    async def page(scope, receive, send):
        seen.append(visitor.present())

    async def two_pages(scope, receive, send):
        await visitor.Presence(page)(scope, receive, send)
        seen.append(visitor.present())
        raise ConnectionError("the browser has gone")

    with pytest.raises(ConnectionError):
        asyncio.run(visitor.Presence(two_pages)(connected, None, None))
    name = hashlib.sha256(b"abc").hexdigest()[:16]
    assert seen == [[name], [name]]
    assert visitor.present() == []


def test_a_browser_without_a_cookie_is_not_counted():
    """Nothing tells it from itself an hour later."""
    seen = []

    async def page(scope, receive, send):
        seen.append(visitor.present())

    asyncio.run(visitor.Presence(page)({"type": "websocket", "headers": []}, None, None))
    assert seen == [[]]
