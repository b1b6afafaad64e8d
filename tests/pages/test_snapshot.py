"""What the browser asks for while a training runs: the training as it stands, for its owner alone."""

import asyncio
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from cnn.errors import DataNotFound
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from cnn.training.announcements import Away, Epoch, Progress, Resumed, Scoring, StandIn
from cnn.training.recipes import RECIPES
from pages.parts.frame.routes import routes
from pages.parts.server import visitor
from pages.parts.train import snapshot
from tests.asgi import asked
from tests.networks import trained

COOKIE = "cnn_visitor=ann"
OWNER = visitor.owner_of(HTTPConnection({"type": "http", "headers": [(b"cookie", COOKIE.encode())]}))


@pytest.fixture
def training(workers) -> Training:
    """A training of `OWNER`, which a process has begun."""
    submitted = training_queue().submit(OWNER, RECIPES["fast"].config)
    workers.announce(submitted.id, "tcp://worker")
    return submitted


def ask(path: str, cookie: str = "", language: str = "en") -> tuple[int, object]:
    """The status and the JSON that come back from an address."""
    app = Starlette(routes=routes())
    first, *rest = asyncio.run(asked(app, path, cookie=cookie, query=f"lang={quote(language)}"))
    return first["status"], json.loads(b"".join(message["body"] for message in rest))


def progress(batch: int) -> Progress:
    return Progress(2, 4, batch, 10, 1234.5, 6.0, 0.7, 0.6)


def test_the_owner_reads_in_their_language(workers, training):
    """Shares are numbers and texts are translated; what is drawn is the curve so far."""
    workers.announce(training.id, Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0))
    workers.announce(training.id, progress(5))
    for language, epoch in (("en", "Epoch 2 of 4"), ("ko", "에포크"), ("klingon", "Epoch 2 of 4")):
        status, told = ask(f"/training/{training.id}", COOKIE, language)
        assert status == 200
        assert [share for share, _ in told["bars"]] == [0.375, 0.5]
        assert epoch in told["bars"][0][1]
        assert told["curves"] == {"training": [[1, 0.5, 0.8], [1.5, 0.7, 0.6]], "validation": [[1, 0.4, 0.9]]}


@pytest.mark.parametrize("cookie", ["", "cnn_visitor=bob"])
def test_nobody_else_reads_it(training, cookie):
    """Another visitor, or one without a cookie, learns no more than of a training that is not there."""
    for name in (training.id, "unknown"):
        assert ask(f"/training/{name}", cookie) == (404, None)


def test_the_page_runs_again_only_where_more_changes(workers, training):
    """Batches and epochs move by themselves; whatever else is told on the page has it run again."""

    def shown() -> str:
        now = training_queue().get(training.id)
        assert now is not None
        return snapshot.moving(now)["shown"]

    workers.announce(training.id, progress(1))
    workers.announce(training.id, Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0))
    before = shown()
    for event in (progress(2), Epoch(2, 0.4, 0.9, 0.3, 0.9, 6.0), progress(3)):
        workers.announce(training.id, event)
        assert shown() == before
    for event in (
        StandIn(DataNotFound("…")),
        Away(),
        "tcp://another",
        Resumed((Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0),)),
        Scoring(False, 0, 10),
    ):
        workers.announce(training.id, event)
        assert shown() != before
        before = shown()
    workers.finish(training.id, trained())
    assert shown() != before


@given(st.text(min_size=1, max_size=40).filter(lambda name: "/" not in name and "\n" not in name), st.text())
def test_no_address_makes_it_stumble(name, language):
    """Whatever stands in the address: a training that nobody has is not found."""
    assert ask(f"/training/{name}", COOKIE, language) == (404, None)
