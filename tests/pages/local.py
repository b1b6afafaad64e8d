"""Workers that do each task at once, in this process."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from cnn.errors import CnnError


class LocalWorkers:
    """Does what `cnn.jobs.workers.Workers` has done elsewhere, and counts the long tasks.

    Attributes:
        awake: whether the answering process has answered.
        scored: how many long tasks were begun.
    """

    def __init__(self) -> None:
        self.awake = True
        self.scored = 0

    def start(self) -> None:
        pass

    def inspect(self, task: Callable[..., Any], *arguments: Any) -> Any:
        return task(*arguments)

    def begin(self, task: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        self.scored += 1
        future: Future[Any] = Future()
        try:
            future.set_result(task(*arguments))
        except CnnError as error:
            future.set_exception(error)
        return future
