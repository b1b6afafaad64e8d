"""What Dask runs at the start of this machine's own scheduler, nannies and training workers.

Named to Dask as a preload: https://docs.dask.org/en/stable/customize-initialization.html
"""

import asyncio
import os

import psutil
from distributed import Nanny, Scheduler, Worker

TRAINING_NICENESS = 10
"""Trainings yield to answers: at equal priority an answer takes twice as long while one runs."""

_PARENT_CHECK_SECONDS = 0.5


async def dask_setup(server: Scheduler | Nanny | Worker) -> None:
    """Let the app alone end its processes, all of them leave with the app, a training worker yield."""
    if isinstance(server, Worker):
        os.nice(TRAINING_NICENESS)
        return
    # Ctrl-C reaches the whole group of a terminal's processes; the app must find its own alive to
    # end them in order. A session of its own would do that too, but Linux shares the processor out
    # between sessions first (`sched_autogroup_enabled`), and niceness would count for nothing.
    os.setpgrp()
    server.parent_watch = asyncio.create_task(_leave_with_parent())


async def _leave_with_parent() -> None:
    # A parent that is killed cannot close anything; its children get another parent then. A worker in
    # the middle of a training would take half a minute to leave in order, and has nothing to save.
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)
