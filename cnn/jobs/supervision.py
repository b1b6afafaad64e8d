"""Processes of Dask that are started again when something kills them.

Dask brings a lost worker back, through its nanny, but neither a nanny nor a scheduler. All that this
project needs of Dask's internals stands here: `tests/jobs/test_supervision.py` says what an upgrade breaks.
"""

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from distributed.core import Status
from distributed.deploy.subprocess import Subprocess, SubprocessScheduler, SubprocessWorker

from cnn.i18n import N_

_log = logging.getLogger(__name__)

_SECONDS_BETWEEN_STARTS = 1.0
_SECONDS_TO_LEAVE = 2.0


class _Lasting(Subprocess):  # type: ignore[misc]  # Dask has no types
    """A process that runs until it is closed."""

    _guard: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        await super().start()
        self._guard = asyncio.create_task(self._start_again())

    async def _start_again(self) -> None:
        while self.status == Status.running:
            await self.process.wait()
            await asyncio.sleep(_SECONDS_BETWEEN_STARTS)
            try:
                await self._start()
            except Exception:  # noqa: BLE001 - whatever it was, as no memory just now, may be over in a second
                _log.exception(N_("a process could not be started again; trying on"))

    async def close(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
        if self.process is not None and self.process.returncode is None:
            await self._leave()
        await super().close()

    async def _leave(self) -> None:
        """Have the process leave as `cnn.jobs.preload` says; what is still there then, Dask kills."""
        self.process.send_signal(signal.SIGHUP)
        try:
            await asyncio.wait_for(self.process.wait(), _SECONDS_TO_LEAVE)
        except TimeoutError:
            _log.warning(N_("process %d did not leave by itself"), self.process.pid)


class LastingWorker(_Lasting, SubprocessWorker):  # type: ignore[misc]
    """A nanny with its worker."""


class LastingScheduler(_Lasting, SubprocessScheduler):  # type: ignore[misc]
    """A scheduler that comes back at the same address, so that workers and client find it again."""

    scheduler_kwargs: dict[str, Any]
    _reader: "asyncio.Task[None] | None" = None

    async def _start(self) -> None:
        await super()._start()
        # Otherwise the next start would read this file before the new scheduler listens.
        Path(self.scheduler_kwargs["scheduler_file"]).unlink(missing_ok=True)
        self.scheduler_kwargs["port"] = int(self.address.rpartition(":")[2])
        # Dask gives its scheduler a pipe to write errors to; unread, it would fill up and block it.
        self._reader = asyncio.create_task(_pass_on(self.process.stderr))

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            # Dask reads the pipe to its end when it closes, and a pipe has but one reader.
            await asyncio.wait([self._reader])
        await super().close()


async def _pass_on(errors: asyncio.StreamReader) -> None:
    while part := await errors.read(65_536):
        sys.stderr.write(part.decode(errors="replace"))
