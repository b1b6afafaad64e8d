"""The address at which browsers get the components' scripts."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.parts.widgets import scripts

# Private: a proxy must not give these files to people without the password.
_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}


async def answer(request: Request) -> Response:
    """One script; whoever asks for one of another version has a page that is about to be renewed."""
    content = scripts.content(request.path_params["version"], request.path_params["name"])
    if content is None:
        return PlainTextResponse("There is no such script.", 404)
    return Response(content, headers=_FOR_GOOD, media_type="text/javascript")
