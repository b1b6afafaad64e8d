"""Who is visiting: one browser is one person, known by a random cookie and by nothing else."""

import hashlib
import secrets
from collections import Counter
from http.cookies import SimpleCookie
from typing import TypeVar

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAME = "cnn_visitor"
_YEAR = 365 * 24 * 3600

_MOST_NOTES = 1000

Noted = TypeVar("Noted")

_open_pages: Counter[str] = Counter()


class Cookie:
    """ASGI middleware that gives a browser its cookie with the first page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _known(scope):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _new_cookie())
            await send(message)

        await self._app(scope, receive, send_with_cookie)


class Presence:
    """ASGI middleware that knows who is here: each open page holds one of Streamlit's connections."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not _known(scope):
            await self._app(scope, receive, send)
            return
        who = owner_of(HTTPConnection(scope))
        _open_pages[who] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            _open_pages[who] -= 1
            if not _open_pages[who]:
                del _open_pages[who]


def present() -> list[str]:
    """Who has a page open, as `owner` names them, in the order of their coming."""
    return list(_open_pages)


def _known(scope: Scope) -> bool:
    # Read as browsers do, and as Streamlit reads them for `owner`: other apps on the same host write what no
    # standard allows, where `SimpleCookie` stops or raises.
    return _NAME in HTTPConnection(scope).cookies


def _new_cookie() -> str:
    cookie: SimpleCookie = SimpleCookie({_NAME: secrets.token_urlsafe(24)})
    morsel = cookie[_NAME]
    morsel["path"], morsel["httponly"], morsel["samesite"], morsel["max-age"] = "/", True, "Lax", _YEAR
    return morsel.OutputString()


def owner() -> str:
    """The visitor's name for the library: a hash, so that no file that carries it opens anything.

    A browser that keeps no cookies is a new visitor with every session.
    """
    if "owner" not in st.session_state:
        cookie = st.context.cookies.get(_NAME)
        # Without a browser, as under AppTest, what comes is no text.
        token = cookie if isinstance(cookie, str) else secrets.token_urlsafe(24)
        st.session_state.owner = _hashed(token)
    return str(st.session_state.owner)


def owner_of(connection: HTTPConnection) -> str:
    """Who asks, as `owner` names them; nobody's name where no cookie comes along."""
    return _hashed(connection.cookies[_NAME]) if _NAME in connection.cookies else ""


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def note(notes: dict[str, Noted], what: Noted) -> None:
    """Keep something for the visitor, by their `owner`; of many visitors, the longest ago is forgotten."""
    name = owner()
    notes.pop(name, None)
    notes[name] = what
    if len(notes) > _MOST_NOTES:
        notes.pop(next(iter(notes)), None)
