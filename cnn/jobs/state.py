"""One training as it stands, and how each announcement changes that."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from cnn.errors import CnnError
from cnn.jobs.job import Job
from cnn.models.continuation import Continuation
from cnn.models.record import ModelRecord, name_for
from cnn.training.announcements import Away, Epoch, Loading, Progress, Resumed, Scoring, StandIn, TrainedModel
from cnn.training.recipes import TrainConfig

State = Literal["waiting", "starting", "running", "stopping", "scoring", "finished", "failed"]
Point = tuple[float, float, float]
"""(epochs done, loss, accuracy)."""

MAX_POINTS = 400

AT_WORK: frozenset[State] = frozenset({"starting", "running", "stopping", "scoring"})
ENDED: frozenset[State] = frozenset({"finished", "failed"})


@dataclass(frozen=True)
class Training:
    """One training as it stands: a snapshot that never changes.

    Attributes:
        job: what was asked for; its `start` is let go at the end.
        goes_on_from: the name by which the owner knows the network whose training this one continues, and
            after how many epochs; None for any other training.
        taken_up: whether an app that has ended was asked for it, and this one goes on.
        state: from "waiting" through "running", perhaps "stopping", and "scoring" to "finished" or "failed".
        place: its place in the queue, from 1; None unless it waits.
        turn: its number in the order in which trainings began, from 1; 0 while it waits.
        address: of the worker that trains it, once one has begun.
        away: whether it waits for processes that cannot be reached.
        loading: how far the data's download is, while there is one.
        stand_in: that it learns from other images than those that were asked for, if it does.
        progress: the last announcement.
        scoring: how many of the test images have been read, once the fitting has ended.
        filters: the first layer's kernels as last announced, float32 (height, width, channels, filters).
        history: the whole epochs so far.
        points: (epochs done, running loss, running accuracy), within the epochs too.
        starts: how many processes have begun it; more than one says that a process was lost.
        epochs_kept: how many epochs the last new process had not to do again.
        record: the saved model, once it has finished.
        trained: the model itself, only where it could not be saved.
        error: why it failed or could not be saved.
    """

    job: Job
    goes_on_from: tuple[str, int] | None = None
    taken_up: bool = False
    state: State = "waiting"
    place: int | None = None
    turn: int = 0
    address: str | None = None
    away: bool = False
    loading: Loading | None = None
    stand_in: StandIn | None = None
    progress: Progress | None = None
    scoring: Scoring | None = None
    filters: np.ndarray | None = field(default=None, compare=False)
    history: tuple[Epoch, ...] = ()
    points: tuple[Point, ...] = ()
    starts: int = 0
    epochs_kept: int = 0
    record: ModelRecord | None = None
    trained: TrainedModel | None = None
    error: CnnError | None = None

    @property
    def id(self) -> str:
        """The job's id, which no other training has."""
        return self.job.id

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.job.owner

    @property
    def config(self) -> TrainConfig:
        """What was asked for."""
        return self.job.config

    @property
    def sweep(self) -> str | None:
        """The name that the trainings of its sweep share; None for a single one."""
        return self.job.sweep

    @property
    def is_stopping(self) -> bool:
        """Whether somebody has ended it. A process may be lost after it has heeded a stop."""
        return self.state == "stopping" or (self.scoring is not None and self.scoring.stopped)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


def queued(job: Job, *, taken_up: bool = False) -> Training:
    """A training that is to be done, with the epochs of the one that it continues, if it does.

    Args:
        job: what was asked for.
        taken_up: whether an app that has ended was asked for it.
    """
    training = Training(job, taken_up=taken_up)
    start = job.start
    if not isinstance(start, Continuation):
        return training
    return replace(
        training,
        goes_on_from=(name_for(start.record, job.owner), len(start.history)),
        history=start.history,
        points=_points_of(start.history),
    )


def _points_of(history: Iterable[Epoch]) -> tuple[Point, ...]:
    return tuple((epoch.epoch, epoch.loss, epoch.accuracy) for epoch in history)


def after(training: Training, event: Any) -> Training:
    """A training as it stands after an announcement."""
    match event:
        case str() as address:
            changed = replace(
                training,
                state="stopping" if training.is_stopping else "running",
                address=address,
                away=False,
                scoring=None,
                starts=training.starts + 1,
                epochs_kept=0,
            )
        case Progress():
            filters = training.filters if event.filters is None else event.filters
            done = event.epoch - 1 + event.batch / event.batches
            points = _with_point(training.points, (done, event.loss, event.accuracy))
            changed = replace(training, progress=event, loading=None, points=points, filters=filters)
        case Epoch():
            # A training that lost its process does some epochs again.
            kept = tuple(epoch for epoch in training.history if epoch.epoch < event.epoch)
            points = _with_point(training.points, (event.epoch, event.loss, event.accuracy))
            changed = replace(training, history=(*kept, event), points=points)
        case Loading():
            changed = replace(training, loading=event)
        case StandIn():
            changed = replace(training, loading=None, stand_in=event)
        case Resumed():
            points = training.points
            if not points or points[-1][0] < len(event.history):
                # An app that was started again has not seen the epochs.
                points = _points_of(event.history)
            changed = replace(training, epochs_kept=len(event.history), history=event.history, points=points)
        case Away():
            changed = replace(
                training, state="stopping" if training.is_stopping else "starting", address=None, away=True
            )
        case Scoring():
            changed = replace(training, state="scoring", scoring=event)
        case _:
            raise TypeError(f"no announcement: {event!r}")
    return changed


def _with_point(points: tuple[Point, ...], new: Point) -> tuple[Point, ...]:
    """The curve with one more point; where it has grown long, every second one of its points goes."""
    # A training that lost its process goes back to its last whole epoch.
    kept = tuple(point for point in points if point[0] < new[0])
    if len(kept) >= MAX_POINTS:
        kept = kept[::2]
    return (*kept, new)
