"""What the server answers beside pages.

It imports this before its first page: what is heavy is imported when it is first asked.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pages.parts.server import script_files
from pages.parts.server.addresses import TRAINING, below
from pages.parts.widgets.scripts import ADDRESS as SCRIPTS


def routes() -> list[Route]:
    """Each address and what answers there."""
    return [
        Route(below(f"/{TRAINING}/{{training}}"), _training),
        Route(below(f"/{SCRIPTS}/{{version}}/{{name:path}}"), script_files.answer),
        Route(below("/draw"), _first_page),
    ]


def _training(request: Request) -> Response:
    from pages.parts.train.snapshot import answer

    return answer(request)


def _first_page(request: Request) -> Response:
    """Draw under its own name, which Streamlit does not know: it serves a first page at `/` alone."""
    return RedirectResponse(f"./?{request.url.query}")
