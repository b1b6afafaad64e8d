"""A request to an ASGI app, without a server."""

import asyncio
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp, Message


async def asked(
    app: ASGIApp,
    path: str = "/",
    *,
    kind: str = "http",
    method: str = "GET",
    body: bytes | Iterable[bytes] = b"",
    cookie: str = "",
    languages: str = "",
    query: str = "",
    host: str = "10.0.0.1",
    until: asyncio.Event | None = None,
) -> list[Any]:
    """What an app sends to a request from `host`, whose body, or its parts, come once `until` is set."""
    said: list[Message] = []
    parts = iter([body] if isinstance(body, bytes) else body)
    ended = False

    async def receive() -> Message:
        nonlocal ended
        if until is not None:
            await until.wait()
        if ended:
            # Whoever asks stays until the answer is whole.
            await asyncio.Event().wait()
        part = next(parts, None)
        ended = part is None
        return {"type": "http.request", "body": part or b"", "more_body": not ended}

    async def send(message: Message) -> None:
        said.append(message)

    await app(
        {
            "type": kind,
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [
                (name, value.encode("latin-1"))
                for name, value in ((b"cookie", cookie), (b"accept-language", languages))
                if value
            ],
            "client": (host, 5000),
            "server": ("room", 80),
            "scheme": "http",
        },
        receive,
        send,
    )
    return said
