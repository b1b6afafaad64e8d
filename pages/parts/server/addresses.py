"""Addresses of the app's: where they lie, and how they name a language.

Where one leads to another it is relative, as a proxy may know the app by another address.
"""

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse
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
