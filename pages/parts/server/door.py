"""The door: without the workshop's password a visitor gets nothing of the app; `/status` is the leader's.

It stands before the whole server, as ASGI middleware: a request without the right cookie reaches neither a
page nor a file nor Streamlit's own connection, so there is nothing that a page could forget to hide. The
cookie is signed with a key made of the password, so that it outlives the server and ends with the password.
"""

import hashlib
import hmac
import logging
import secrets
import sys
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from time import monotonic
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import parse_qs

import streamlit as st
from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cnn.i18n import N_, accepted, catalogue, language_named, negotiated
from cnn.settings import settings
from pages.parts.server import compat
from pages.parts.server.addresses import LANGUAGE, below

Role = Literal["room", "leader"]

_log = logging.getLogger(__name__)

_COOKIE = "cnn_door"
_LASTS = timedelta(hours=12)
_PAGE = Path(__file__).with_name("door.html")
_STATUS = "/status"

_MOST_BYTES = 4096
WRONG_IN_A_MINUTE = 10
_WRONG: Mapping[Role, str] = MappingProxyType(
    {
        "room": N_("a wrong password for the room came from %s"),
        "leader": N_("a wrong password for the leader's page came from %s"),
    }
)


@cache
def leaders_password() -> str:
    """The leader's password: the setting, or one made for this run of the server."""
    chosen = settings().leader_password
    return chosen.get_secret_value() if chosen else secrets.token_urlsafe(9)


def tell_leader() -> None:
    """Tell a password that was made for this run, in the terminal and nowhere else."""
    if settings().leader_password is None:
        sys.stdout.write(
            f"  The leader's page is {_STATUS}; its password for this run is {leaders_password()}\n\n"
        )
        sys.stdout.flush()


def is_leader() -> bool:
    """Whether whoever looks at this page has given the leader's password."""
    return _role(st.context.cookies) == "leader"


class Door:
    """ASGI middleware that asks for the password where one is set, and for the leader's at `/status`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # (when, from where) of the latest wrong passwords; so many are enough to count by.
        self._wrong: deque[tuple[float, str]] = deque(maxlen=1000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = _wanted(scope)
        if wanted is None or _may(_role(HTTPConnection(scope).cookies), wanted):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            answer = await self._answer(Request(scope, receive), wanted)
            await answer(scope, receive, send)

    async def _answer(self, request: Request, wanted: Role) -> Response:
        if request.method != "POST":
            return _form(request, wanted, 401)
        address = request.client.host if request.client else ""
        given = await _password(request)
        # Nothing else runs between the count and the comparison: many at a time are not tried past the bound.
        if self._tried_too_often(address):
            return _form(request, wanted, 429)
        role = _role_by_password(given)
        if role is None or not _may(role, wanted):
            self._wrong.append((monotonic(), address))
            _log.warning(_WRONG[wanted], address)
            return _form(request, wanted, 403)
        # A path could begin with "//" and lead to another host; this keeps the one that was asked for.
        back = RedirectResponse(f"?{request.url.query}", 303)
        back.set_cookie(
            _COOKIE,
            _signer(role).sign(role).decode(),
            max_age=int(_LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return back

    def _tried_too_often(self, address: str) -> bool:
        since = monotonic() - 60
        return sum(when > since and where == address for when, where in self._wrong) >= WRONG_IN_A_MINUTE


def _wanted(scope: Scope) -> Role | None:
    """Whose password opens what is asked for; None where none is needed."""
    # What watches over the server knows no password.
    if scope["type"] not in {"http", "websocket"} or scope["path"] == below(compat.HEALTH):
        return None
    if scope["type"] == "http" and scope["path"].rstrip("/").endswith(_STATUS):
        return "leader"
    return "room" if settings().password else None


def _may(role: Role | None, wanted: Role) -> bool:
    return role in {wanted, "leader"}


def _role(cookies: Mapping[str, Any]) -> Role | None:
    """Whose cookie this is; None where it is nobody's, too old or forged."""
    cookie = cookies.get(_COOKIE)
    roles: tuple[Role, ...] = ("leader", "room")
    for role in roles:
        # Without a browser, as under AppTest, what comes is no text.
        if isinstance(cookie, str) and _password_of(role) is not None:
            try:
                signed, when = _signer(role).unsign(cookie, return_timestamp=True)
            except BadSignature:
                continue
            # A clock that was set back makes cookies from the future, which are as good as others.
            if signed == role.encode() and datetime.now(UTC) - when <= _LASTS:
                return role
    return None


def _password_of(role: Role) -> str | None:
    if role == "leader":
        return leaders_password()
    chosen = settings().password
    return chosen.get_secret_value() if chosen else None


def _signer(role: Role) -> TimestampSigner:
    return TimestampSigner(_key(_password_of(role) or ""), salt=f"cnn {role}", digest_method=hashlib.sha256)


@cache
def _key(password: str) -> bytes:
    """A key from a password; slow to make, so that nobody finds the password by trying out a cookie."""
    return hashlib.scrypt(password.encode(), salt=b"cnn door", n=2**14, r=8, p=1)


def _role_by_password(given: str) -> Role | None:
    # Both are compared, and in full, so that the time says nothing.
    room, leader = (
        hmac.compare_digest(hashlib.sha256(given.encode()).digest(), hashlib.sha256(each.encode()).digest())
        for each in (_password_of("room") or leaders_password(), leaders_password())
    )
    return "leader" if leader else "room" if room else None


async def _password(request: Request) -> str:
    """What stands in the form; nothing where more comes than a form can hold."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return ""
    try:
        return parse_qs(body.decode(), max_num_fields=4).get("password", [""])[0]
    except ValueError:
        return ""


def _form(request: Request, wanted: Role, status: int) -> Response:
    language = _language(request)
    tell = catalogue(language).gettext
    told = {
        "title": tell(N_("See a network learn")),
        "label": tell(_LABELS[wanted]),
        "help": tell(_HELP[wanted]),
        "wrong": tell(_TOLD[status]) if status in _TOLD else "",
        "enter": tell(N_("Come in")),
    }
    page = Template(_PAGE.read_text(encoding="utf-8"))
    return HTMLResponse(
        page.substitute({name: escape(text) for name, text in told.items()}, language=language),
        status,
        {"Cache-Control": "no-store"} | ({"Retry-After": "60"} if status == 429 else {}),
    )


_LABELS = {"room": N_("The workshop's password"), "leader": N_("The leader's password")}
_HELP = {
    "room": N_("Whoever leads the workshop tells it."),
    "leader": N_(
        "The setting CNN_LEADER_PASSWORD; without one, the terminal in which the app was started has told it."
    ),
}
_TOLD = {
    403: N_("That is not the password. Try again."),
    429: N_("Too many wrong passwords came from your network. Wait a minute, then try again."),
}


def _language(request: Request) -> str:
    """The language that the address names; else the one that suits the browser's reader best."""
    asked = language_named(request.query_params.get(LANGUAGE, ""))
    return asked or negotiated(accepted(request.headers.get("Accept-Language", "")))
