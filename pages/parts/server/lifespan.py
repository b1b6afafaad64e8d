"""What the server does beside showing pages: bring the workers up and down, and meet the unforeseen."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

import streamlit as st

from cnn import logs
from cnn.errors import CnnError
from cnn.i18n import LANGUAGES, N_, _, catalogue
from cnn.jobs.workers import workers
from cnn.settings import settings
from pages.parts.server import compat, door

compat.make_no_pages_of_files()

# Between two messages to a browser the loop that sends them waits for its turn beside the page's run, by
# Python's default up to 5 ms each time; an answer is a dozen messages.
sys.setswitchinterval(0.001)

_log = logging.getLogger(__name__)

_FIRST_VISIT_SECONDS = 5.0
_PAINT_SECONDS = 2.0
_UPKEEP_SECONDS = 3600.0

_page_shown = Event()


def page_was_shown() -> None:
    """Say that a visitor has a page: from then on the workers may take the processor."""
    _page_shown.set()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Start the answering process with the server, and end every process with it."""
    logs.begin()
    _log.info("the app starts")
    warm_up = asyncio.create_task(_start_workers())
    upkeep = asyncio.create_task(_keep_order())
    release = asyncio.create_task(_let_go())
    door.tell_leader()
    try:
        yield
    finally:
        warm_up.cancel()
        upkeep.cancel()
        release.cancel()
        _page_shown.set()
        await asyncio.to_thread(workers().close)
        _log.info("the app has ended")


async def _first_page() -> None:
    """Wait until the first visitor's page is painted, or nobody comes: what takes the cores comes after."""
    await asyncio.to_thread(_page_shown.wait, _FIRST_VISIT_SECONDS)
    await asyncio.sleep(_PAINT_SECONDS)


async def _start_workers() -> None:
    await asyncio.to_thread(_import_ahead)
    # What is here stays for good; collections need not walk it again.
    gc.freeze()
    await _first_page()
    workers().start()
    await asyncio.to_thread(_go_on)
    for finding in await asyncio.to_thread(_findings):
        _log.warning("%s", finding)
    for language in LANGUAGES:
        catalogue(language)


async def _keep_order() -> None:
    await _first_page()
    while True:
        try:
            await asyncio.to_thread(_tidy)
        except (CnnError, OSError):
            # Whatever it was, in an hour it may have passed.
            _log.exception(N_("the models could not be tidied"))
        await asyncio.sleep(_UPKEEP_SECONDS)


async def _let_go() -> None:
    """Free what the sessions hold that are over: Streamlit itself leaves them until another one ends."""
    while True:
        await asyncio.sleep(st.get_option("server.disconnectedSessionTTL") / 10)
        if compat.end_lapsed_sessions():
            # A session and its parts refer to each other: only a collection ends them.
            gc.collect()


def _go_on() -> None:
    from cnn.jobs.queue import training_queue

    try:
        training_queue().advance()
    except Exception:  # noqa: BLE001 - whatever it was, the app is there for those who come
        _log.exception(N_("trainings of an app before this one could not be begun"))


def _tidy() -> None:
    from cnn.upkeep import tidy

    tidy(settings())


def _findings() -> list[CnnError]:
    from cnn import startup

    return [*startup.obstacles(settings()), *startup.cautions(settings())]


def _import_ahead() -> None:
    """Import what the first page needs while its visitor is still on the way."""
    import streamlit_drawable_canvas  # noqa: F401


def show_error(error: Exception) -> bool:
    """Tell a visitor in a sentence what went wrong; the log keeps the rest."""
    if isinstance(error, CnnError):
        st.error(str(error))
    else:
        _log.error(N_("a page failed"), exc_info=error)
        st.error(
            _(
                "Something went wrong on this page, and it has been noted. "
                "Reload the page; your trainings go on."
            )
        )
    return True
