"""Addresses of the app's: where they lie, what the browser asks at one of them, and how they name a language.

The server imports this before its first page: what answers is imported when it is first asked. Where one
leads to another it is relative, as a proxy may know the app by another address.
"""

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from cnn.i18n import LANGUAGES

LANGUAGE = "language"
"""The parameter that carries the language which a visitor has picked."""
LAYER = "layer"
"""The parameter that names what is to be open on Feature maps: a kind of layer, or "output"."""
TRAINING = "training"
"""The address at which the browser asks how a training stands."""


def below(path: str) -> str:
    """A path of the app's as a request names it: below the one, if any, that the app is served under."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}{path}" if base else path


def routes() -> list[Route]:
    """What is asked beside pages."""
    return [Route(below(f"/{TRAINING}/{{training}}"), _training), Route(below("/draw"), _first_page)]


def _training(request: Request) -> Response:
    from pages.parts.train.snapshot import answer

    return answer(request)


def _first_page(request: Request) -> Response:
    """Draw under its own name, which Streamlit does not know: it serves a first page at `/` alone."""
    return RedirectResponse(f"./?{request.url.query}")


class Spelling:
    """ASGI middleware that leads from a language's code in an address to its name, as the picker writes it.

    Who writes an address by hand knows the code: `?language=ko`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            request = Request(scope)
            name = LANGUAGES.get(request.query_params.get(LANGUAGE, ""))
            if name is not None:
                app = RedirectResponse(f"?{request.url.include_query_params(**{LANGUAGE: name}).query}")
        await app(scope, receive, send)
