"""What the app needs of processes that train. This machine's own and a cluster both fulfil `Trainers`."""

from typing import Protocol

from cnn.errors import WorkerError
from cnn.jobs.dispatch import SentTraining
from cnn.jobs.job import Job
from cnn.training.announcements import Announce


class TrainersAway(WorkerError):
    """The processes that train have been there, or are to come, and cannot be reached now."""


class Trainers(Protocol):
    """Processes that train, one training each at a time."""

    def capacity(self) -> int:
        """How many trainings can run at the same time.

        Raises:
            WorkerError: the processes cannot be reached.
        """
        ...

    def send(self, job: Job, announce: Announce, *, again: bool) -> SentTraining:
        """Hand a training to a process.

        Args:
            job: what to train.
            announce: is called from another thread.
            again: whether a process may have it already, or what one has left of it.

        Raises:
            TrainersAway: it is worth waiting for the processes.
            WorkerError: the processes cannot be had.
        """
        ...

    def forget(self, job_id: str) -> None:
        """Let the backup of a training go."""
        ...

    def close(self) -> None:
        """Use the processes no more, and end those that are the app's own; again, it changes nothing."""
        ...
