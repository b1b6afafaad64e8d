"""Everybody's trainings: who waits, who trains, what came of it.

The queue is fair between people, not between trainings: whoever has fewer at work goes first, and among
those whoever was served longest ago. A training that ends is saved at once, so that nothing is lost when
nobody looks.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from threading import RLock
from typing import Any, Literal
from uuid import uuid4

import numpy as np

from cnn.errors import CnnError, ConfigError, ModelError, TrainingError
from cnn.i18n import N_
from cnn.jobs.work_folder import Unfinished
from cnn.jobs.workers import Workers, workers
from cnn.models import store
from cnn.models.continuation import Continuation, Start
from cnn.models.fine_tuning import FineTuning
from cnn.models.record import LONGEST_NAME, ModelRecord, name_for
from cnn.reasons import reason
from cnn.settings import settings
from cnn.training.announcements import Away, Epoch, Loading, Progress, Resumed, Scoring, StandIn, TrainedModel
from cnn.training.recipes import TrainConfig

_log = logging.getLogger(__name__)

State = Literal["waiting", "starting", "running", "stopping", "scoring", "finished", "failed"]
Point = tuple[float, float, float]
"""(epochs done, loss, accuracy)."""

MAX_POINTS = 400
KEPT_OF_ONE = 50
KEPT_OF_ALL = 1000
"""So many ended trainings are kept, of one owner and of all; the oldest leave first."""

_AT_WORK: frozenset[State] = frozenset({"starting", "running", "stopping", "scoring"})
ENDED: frozenset[State] = frozenset({"finished", "failed"})


def _new_name() -> str:
    return uuid4().hex[:12]


@dataclass(frozen=True)
class Training:
    """One training as it stands: a snapshot that never changes.

    Attributes:
        owner: whose it is.
        config: what was asked for.
        id: no other training has it.
        start: the trained network that it goes on from, if any; let go at the end.
        goes_on_from: the name by which the owner knows the network whose training this one continues, and
            after how many epochs; None for any other training.
        sweep: the name that the trainings of one sweep share; None for a single one.
        taken_up: whether an app that has ended was asked for it, and this one goes on.
        state: from "waiting" through "running", perhaps "stopping", and "scoring" to "finished" or "failed".
        place: its place in the queue, from 1; None unless it waits.
        turn: how many trainings had begun when it did, itself too; 0 while it waits.
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

    owner: str
    config: TrainConfig
    id: str = field(default_factory=_new_name)
    start: Start | None = field(default=None, compare=False, repr=False)
    goes_on_from: tuple[str, int] | None = None
    sweep: str | None = None
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
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


class Trainings:
    """The queue of one app.

    Args:
        processes: where the trainings run.
        per_owner: how many trainings one owner may have waiting or running.
    """

    def __init__(self, processes: Workers, per_owner: int) -> None:
        self._workers = processes
        self._per_owner = per_owner
        self._lock = RLock()
        self._trainings: dict[str, Training] = {}

    def submit(self, owner: str, config: TrainConfig, start: Start | None = None) -> Training:
        """Queue a training, from random weights or, with `start`, from a trained network's.

        Raises:
            ConfigError: the owner has too many trainings already.
        """
        [queued] = self._queue(owner, [_asked(Unfinished(owner, _new_name(), config, start))])
        return queued

    def submit_all(self, owner: str, configs: Sequence[TrainConfig]) -> list[Training]:
        """Queue several trainings from random weights; all of them or none.

        Raises:
            ConfigError: the owner would have too many trainings.
        """
        return self._queue(owner, [Training(owner, config) for config in configs])

    def sweep(self, owner: str, configs: Sequence[TrainConfig]) -> list[Training]:
        """Queue several trainings that share a name, by which their results are compared; all or none.

        Raises:
            ConfigError: the owner would have too many trainings.
        """
        name = _new_name()
        return self._queue(owner, [Training(owner, config, sweep=name) for config in configs])

    def take_up(self) -> None:
        """Queue the trainings that an app before this one has left in its folder; `advance` begins them."""
        folder = self._workers.folder
        left = folder.left() if folder else []
        with self._lock:
            # Whoever has asked since the app began has waited less long.
            before = {each.id: replace(_asked(each), taken_up=True) for each in left}
            self._trainings = before | self._trainings
        for each in left:
            _log.info("training %s of %s is taken up again", each.id, each.owner)

    def room_for(self, owner: str) -> int:
        """How many trainings more the owner may have waiting or running."""
        with self._lock:
            return max(0, self._per_owner - sum(not training.ended for training in self.of(owner)))

    def _queue(self, owner: str, new: Sequence[Training]) -> list[Training]:
        with self._lock:
            room = self.room_for(owner)
            if len(new) > room:
                raise ConfigError(
                    N_(
                        "You have {active} trainings waiting or running, and {limit} is the most. "
                        "Stop one or wait for one to end."
                    ),
                    active=self._per_owner - room,
                    limit=self._per_owner,
                )
            self._forget_oldest(owner)
            self._trainings |= {training.id: training for training in new}
        for training in new:
            self._note(training)
        self.advance()
        return [self._trainings.get(training.id, training) for training in new]

    def of(self, owner: str) -> list[Training]:
        """The owner's trainings, the oldest first."""
        with self._lock:
            return [training for training in self._trainings.values() if training.owner == owner]

    def everyones(self) -> list[Training]:
        """All trainings of all owners, the oldest first."""
        with self._lock:
            return list(self._trainings.values())

    def get(self, training_id: str) -> Training | None:
        """The training as it stands, or None once it has left the list."""
        with self._lock:
            return self._trainings.get(training_id)

    def stop(self, training: Training) -> None:
        """End a training at its next batch and keep what it learned; a waiting one just leaves.

        One that no process has is not waited for: it fails, and others take its place.
        """
        with self._lock:
            current = self._trainings.get(training.id)
            if current is None or current.ended or current.state == "scoring":
                return
            if current.state == "waiting":
                del self._trainings[current.id]
                self._unnote(current.id)
            else:
                self._change(current.id, state="stopping")
        if current.away:
            self._workers.give_up(current.id)
        elif current.state != "waiting":
            self._workers.request_stop(current.id, current.address)
        self.advance()

    def rename(self, training: Training, name: str) -> None:
        """Give a finished training's model another name.

        Raises:
            ModelNameError: a model cannot have that name.
            ModelNotSaved: the disk is full or cannot be written.
        """
        assert training.record is not None
        record = store.rename(training.record.id, name, training.owner)
        self._change(training.id, record=record)

    def save_again(self, training: Training) -> None:
        """Try once more to save a model that could not be saved."""
        current = self.get(training.id)
        if current is not None and current.trained is not None:
            self._keep(current.id, current.trained)

    def _forget_oldest(self, owner: str) -> None:
        """Drop what ended long ago; saved models stay, and so does what could not be saved."""
        ended = [job for job, each in self._trainings.items() if each.ended and each.trained is None]
        own = [job for job in ended if self._trainings[job].owner == owner]
        for job in {*own[:-KEPT_OF_ONE], *ended[:-KEPT_OF_ALL]}:
            del self._trainings[job]

    def _change(self, job: str, **changes: Any) -> None:
        with self._lock:
            if job in self._trainings:
                self._trainings[job] = replace(self._trainings[job], **changes)

    def advance(self) -> None:
        """Start what may start and tell the others their places."""
        while [training for training in self._next() if not self._begin(training)]:
            # The place of one that cannot begin is another's.
            continue

    def _next(self) -> list[Training]:
        """Those whose turn it is: from now on they are at work."""
        if self._workers.closed:
            return []
        capacity = self._capacity()
        with self._lock:
            free = capacity - sum(training.state in _AT_WORK for training in self._trainings.values())
            waiting = _fair_order(self._trainings.values())
            starting, staying = waiting[: max(free, 0)], waiting[max(free, 0) :]
            begun = max((training.turn for training in self._trainings.values()), default=0)
            for turn, training in enumerate(starting, start=begun + 1):
                self._change(training.id, state="starting", place=None, turn=turn)
            for place, training in enumerate(staying, start=1):
                self._change(training.id, place=place)
        return starting

    def _capacity(self) -> int:
        try:
            return self._workers.capacity()
        except CnnError:
            # One may try; it then says what is wrong.
            return 1

    def _begin(self, training: Training) -> bool:
        """Have a training done; whether that could be asked for."""
        job = training.id
        try:
            outcome = self._workers.train(
                job,
                training.config,
                lambda event: self._heard(job, event),
                training.start,
                again=training.taken_up,
            )
        except Exception as error:  # noqa: BLE001 - a start that fails must not hold its place for good
            # The app may be ending: the next one goes on.
            if not self._workers.closed:
                self._fail(job, error)
            return False
        _log.info("training %s of %s begins: %s", job, training.owner, training.config.recipe)
        outcome.add_done_callback(lambda done: self._ended(job, done))
        return True

    def _heard(self, job: str, event: Any) -> None:
        with self._lock:
            before = self._trainings.get(job)
            # The outcome comes another way than the announcements, and may come before the last of them.
            if before is None or before.ended:
                return
            after = self._trainings[job] = _after(before, event)
        if after.away and not before.away:
            _log.warning(N_("training %s waits: the processes that train cannot be reached"), job)
        if after.stand_in is not None and before.stand_in is None:
            _log.warning(N_("training %s learns from other images: %s"), job, after.stand_in.reason)
        if after.starts > before.starts > 0:
            _log.warning(N_("training %s has lost its process and goes on in that at %s"), job, event)
        if after.state == "stopping":
            if isinstance(event, str):
                self._workers.request_stop(job, event)
            elif after.away:
                self._workers.give_up(job)

    def _ended(self, job: str, outcome: "Future[TrainedModel]") -> None:
        if self._workers.closed:
            # The app ends, and the next one goes on.
            return
        try:
            self._keep(job, outcome.result())
        except Exception as error:  # noqa: BLE001 - whatever ended it, its owner reads it and the next one starts
            self._fail(job, error)
        self.advance()

    def _keep(self, job: str, trained: TrainedModel) -> None:
        training = self._trainings[job]
        try:
            record = _save(training, trained)
            how = "was stopped" if trained.stopped else "ended"
            _log.info("training %s %s: %s, accuracy %.4f", job, how, record.id, record.test_accuracy)
        except ModelError as error:
            _log.error(N_("training %s ended and could not be saved: %s"), job, error)
            self._change(job, state="finished", history=trained.history, trained=trained, error=error)
        else:
            self._change(
                job,
                state="finished",
                history=trained.history,
                record=record,
                trained=None,
                start=None,
                error=None,
            )
            self._unnote(job)

    def _fail(self, job: str, error: Exception) -> None:
        if not isinstance(error, CnnError):
            _log.error(N_("training %s failed"), job, exc_info=error)
            error = TrainingError(N_("The training ended: {reason}. Train again."), reason=reason(error))
        else:
            _log.warning(N_("training %s failed: %s"), job, error)
        self._change(job, state="failed", error=error, start=None)
        self._unnote(job)

    def _note(self, training: Training) -> None:
        """Let an app that is started again know of a training."""
        if folder := self._workers.folder:
            folder.keep(
                Unfinished(training.owner, training.id, training.config, training.start, training.sweep)
            )
            # Writing takes its time: it may have been begun by another's call meanwhile, and have ended.
            current = self.get(training.id)
            if current is None or (current.ended and current.trained is None):
                folder.drop(training.id)

    def _unnote(self, job: str) -> None:
        """Let an app that is started again know nothing of a training any more."""
        if folder := self._workers.folder:
            folder.drop(job)


def _asked(asked: Unfinished) -> Training:
    """A training that is to be done."""
    training = Training(asked.owner, asked.config, id=asked.id, start=asked.start, sweep=asked.sweep)
    return _after_its_past(training, asked.start) if isinstance(asked.start, Continuation) else training


def _after_its_past(training: Training, start: Continuation) -> Training:
    """A training with the epochs of the one that it continues."""
    return replace(
        training,
        goes_on_from=(name_for(start.record, training.owner), len(start.history)),
        history=start.history,
        points=_points_of(start.history),
    )


def _points_of(history: Iterable[Epoch]) -> tuple[Point, ...]:
    return tuple((epoch.epoch, epoch.loss, epoch.accuracy) for epoch in history)


def _after(training: Training, event: Any) -> Training:
    """A training as it stands after an announcement."""
    match event:
        case str() as address:
            after = replace(
                training,
                state="stopping" if _is_stopping(training) else "running",
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
            after = replace(training, progress=event, loading=None, points=points, filters=filters)
        case Epoch():
            # A training that lost its process does some epochs again.
            kept = tuple(epoch for epoch in training.history if epoch.epoch < event.epoch)
            points = _with_point(training.points, (event.epoch, event.loss, event.accuracy))
            after = replace(training, history=(*kept, event), points=points)
        case Loading():
            after = replace(training, loading=event)
        case StandIn():
            after = replace(training, loading=None, stand_in=event)
        case Resumed():
            points = training.points
            if not points or points[-1][0] < len(event.history):
                # An app that was started again has not seen the epochs.
                points = _points_of(event.history)
            after = replace(training, epochs_kept=len(event.history), history=event.history, points=points)
        case Away():
            after = replace(
                training, state="stopping" if _is_stopping(training) else "starting", address=None, away=True
            )
        case Scoring():
            after = replace(training, state="scoring", scoring=event)
        case _:
            raise TypeError(f"no announcement: {event!r}")
    return after


def _is_stopping(training: Training) -> bool:
    """Whether somebody has ended it. A process may be lost after it has heeded a stop."""
    return training.state == "stopping" or (training.scoring is not None and training.scoring.stopped)


def _with_point(points: tuple[Point, ...], new: Point) -> tuple[Point, ...]:
    """The curve with one more point; where it has grown long, every second one of its points goes."""
    # A training that lost its process goes back to its last whole epoch.
    kept = tuple(point for point in points if point[0] < new[0])
    if len(kept) >= MAX_POINTS:
        kept = kept[::2]
    return (*kept, new)


def _fair_order(trainings: Iterable[Training]) -> list[Training]:
    """Those that wait, in the order in which they will start.

    The n-th training of one person, counting those that run, stands behind everybody's (n-1)-th;
    among equals, whoever was served longest ago goes first.
    """
    listed = list(trainings)
    last_turns: Counter[str] = Counter()
    for training in listed:
        last_turns[training.owner] = max(last_turns[training.owner], training.turn)
    taken = Counter(training.owner for training in listed if training.state in _AT_WORK)
    ranks: dict[str, tuple[int, int]] = {}
    waiting = [training for training in listed if training.state == "waiting"]
    for training in waiting:
        taken[training.owner] += 1
        ranks[training.id] = taken[training.owner], last_turns[training.owner]
    return sorted(waiting, key=lambda training: ranks[training.id])


def _save(training: Training, trained: TrainedModel) -> ModelRecord:
    before = training.start.record if training.start else None
    name = name_for(before, training.owner) if before else trained.config.recipe
    return store.save(
        _free_name(training.owner, re.sub(r" \d+$", "", name)),
        trained,
        owner=training.owner,
        fine_tuned=isinstance(training.start, FineTuning),
        reject_class=before.reject_class if before else False,
        reject_threshold=before.reject_threshold if before else 0.5,
    )


def _free_name(owner: str, base: str) -> str:
    """`base` with the first number that none of the owner's models bears."""
    names = {model.name for model in store.usable(owner)}
    for number in count(1):
        end = f" {number}"
        name = base[: LONGEST_NAME - len(end)].rstrip() + end
        if name not in names:
            return name
    raise AssertionError("numbers do not end")


@cache
def trainings() -> Trainings:
    """The queue of this process, with what an app before it has left: nobody finds it without."""
    queue = Trainings(workers(), settings().trainings_per_visitor)
    queue.take_up()
    return queue
