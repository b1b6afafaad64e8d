"""What Dask runs at the start of this machine's own scheduler, nannies and training workers.

Named to Dask as a preload: https://docs.dask.org/en/stable/customize-initialization.html
"""

import asyncio
import multiprocessing
import os
import signal

from distributed import Nanny, Scheduler, Worker

TRAINING_NICENESS = 10
"""Trainings yield to answers: at equal priority an answer takes twice as long while one runs."""

_PARENT_CHECK_SECONDS = 0.5


async def dask_setup(server: Scheduler | Nanny | Worker) -> None:
    """Only the app may end its processes. All end with the app. A training worker gets a lower priority."""
    if isinstance(server, Worker):
        os.nice(TRAINING_NICENESS)
        return
    # Ctrl-C reaches the whole group of a terminal's processes; the app must find its own alive to
    # end them in order. A session of its own would do that too, but Linux shares the processor out
    # between sessions first (`sched_autogroup_enabled`), and niceness would count for nothing.
    os.setpgrp()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _leave)
    # After `_leave` multiprocessing would warn of the semaphores that it clears up.
    warnings = os.environ.get("PYTHONWARNINGS", "")
    os.environ["PYTHONWARNINGS"] = f"{warnings},ignore:resource_tracker".lstrip(",")
    server.parent_watch = asyncio.create_task(_leave_with_parent())


async def dask_teardown(server: Scheduler | Nanny | Worker) -> None:
    """Let a training worker leave at once, as when its scheduler has gone: another takes up what it did.

    In the middle of a training it would take half a minute to leave in order, and has nothing to save.
    """
    if isinstance(server, Worker):
        os._exit(0)


async def _leave_with_parent() -> None:
    # A parent that is killed cannot close anything; its children get another parent then.
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    _leave()


def _leave() -> None:
    """End the workers and this process at once."""
    # Not every child: multiprocessing's own, which clears its semaphores up, leaves by itself at the end.
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(1)
