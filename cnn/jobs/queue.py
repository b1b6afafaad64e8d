"""Everybody's trainings: who waits, who trains, what came of it.

The queue is fair between people, not between trainings. The person with fewer trainings at work goes first;
among equals, the one whose last training began earlier. A training is saved as soon as it ends, so that
nothing is lost when no page is open.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from itertools import count
from threading import RLock
from typing import Any

from cnn.errors import CnnError, ConfigError, ModelError, TrainingError
from cnn.i18n import N_
from cnn.jobs.job import Job, new_id
from cnn.jobs.state import AT_WORK, Training, after, queued
from cnn.jobs.workers import Workers, workers
from cnn.models.fine_tuning import FineTuning
from cnn.models.record import LONGEST_NAME, ModelRecord, name_for
from cnn.models.start import Start
from cnn.models.store import model_store
from cnn.reasons import reason
from cnn.settings import settings
from cnn.training.announcements import TrainedModel
from cnn.training.recipes import TrainConfig

_log = logging.getLogger(__name__)

KEPT_OF_ONE = 50
KEPT_OF_ALL = 1000
"""So many ended trainings are kept, of one owner and of all; the oldest leave first."""


class TrainingQueue:
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
        [training] = self._queue(owner, [Job(owner, config, start)])
        return training

    def submit_all(self, owner: str, configs: Sequence[TrainConfig]) -> list[Training]:
        """Queue several trainings from random weights; all of them or none.

        Raises:
            ConfigError: the owner would have too many trainings.
        """
        return self._queue(owner, [Job(owner, config) for config in configs])

    def sweep(self, owner: str, configs: Sequence[TrainConfig]) -> list[Training]:
        """Queue several trainings that share a name, by which their results are compared; all or none.

        Raises:
            ConfigError: the owner would have too many trainings.
        """
        name = new_id()
        return self._queue(owner, [Job(owner, config, sweep=name) for config in configs])

    def take_up(self) -> None:
        """Queue the trainings that an app before this one has left in its folder; `advance` begins them."""
        folder = self._workers.folder
        left = folder.left() if folder else []
        with self._lock:
            # These have waited longer than the ones that came since the app began.
            before = {job.id: queued(job, taken_up=True) for job in left}
            self._trainings = before | self._trainings
        for job in left:
            _log.info("training %s of %s is taken up again", job.id, job.owner)

    def room_for(self, owner: str) -> int:
        """How many trainings more the owner may have waiting or running."""
        with self._lock:
            return max(0, self._per_owner - sum(not training.ended for training in self.of(owner)))

    def _queue(self, owner: str, jobs: Sequence[Job]) -> list[Training]:
        with self._lock:
            room = self.room_for(owner)
            if len(jobs) > room:
                raise ConfigError(
                    N_(
                        "You have {active} trainings waiting or running, and {limit} is the most. "
                        "Stop one or wait for one to end."
                    ),
                    active=self._per_owner - room,
                    limit=self._per_owner,
                )
            self._forget_oldest(owner)
            new = {job.id: queued(job) for job in jobs}
            self._trainings |= new
        for job in jobs:
            self._note(job)
        self.advance()
        return [self._trainings.get(name, training) for name, training in new.items()]

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
        record = model_store().rename(training.record.id, name, training.owner)
        self._change(training.id, record=record)

    def save_again(self, training: Training) -> None:
        """Try once more to save a model that could not be saved."""
        current = self.get(training.id)
        if current is not None and current.trained is not None:
            self._keep(current.id, current.trained)

    def _forget_oldest(self, owner: str) -> None:
        """Drop what ended long ago; saved models stay, and so does what could not be saved."""
        ended = [job_id for job_id, each in self._trainings.items() if each.ended and each.trained is None]
        own = [job_id for job_id in ended if self._trainings[job_id].owner == owner]
        for job_id in {*own[:-KEPT_OF_ONE], *ended[:-KEPT_OF_ALL]}:
            del self._trainings[job_id]

    def _change(self, name: str, **changes: Any) -> None:
        with self._lock:
            if name in self._trainings:
                self._trainings[name] = replace(self._trainings[name], **changes)

    def advance(self) -> None:
        """Start what may start and tell the others their places."""
        while [training for training in self._next() if not self._begin(training)]:
            # If a training cannot begin, the next one gets its place.
            continue

    def _next(self) -> list[Training]:
        """Those whose turn it is: from now on they are at work."""
        if self._workers.closed:
            return []
        capacity = self._capacity()
        with self._lock:
            free = capacity - sum(training.state in AT_WORK for training in self._trainings.values())
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
            # One training may start: its error tells the owner what is wrong.
            return 1

    def _begin(self, training: Training) -> bool:
        """Have a training done; whether that could be asked for."""
        job_id = training.id
        try:
            outcome = self._workers.begin_training(
                training.job, lambda event: self._heard(job_id, event), again=training.taken_up
            )
        except Exception as error:  # noqa: BLE001 - a start that fails must not hold its place for good
            # The app may be ending: the next one goes on.
            if not self._workers.closed:
                self._fail(job_id, error)
            return False
        _log.info("training %s of %s begins: %s", job_id, training.owner, training.config.recipe)
        outcome.add_done_callback(lambda done: self._ended(job_id, done))
        return True

    def _heard(self, job_id: str, event: Any) -> None:
        with self._lock:
            before = self._trainings.get(job_id)
            # The outcome comes another way than the announcements, and may come before the last of them.
            if before is None or before.ended:
                return
            now = self._trainings[job_id] = after(before, event)
        if now.away and not before.away:
            _log.warning(N_("training %s waits: the processes that train cannot be reached"), job_id)
        if now.stand_in is not None and before.stand_in is None:
            _log.warning(N_("training %s learns from other images: %s"), job_id, now.stand_in.reason)
        if now.starts > before.starts > 0:
            _log.warning(N_("training %s has lost its process and goes on in that at %s"), job_id, event)
        if now.state == "stopping":
            if isinstance(event, str):
                self._workers.request_stop(job_id, event)
            elif now.away:
                self._workers.give_up(job_id)

    def _ended(self, job_id: str, outcome: "Future[TrainedModel]") -> None:
        if self._workers.closed:
            # The app ends, and the next one goes on.
            return
        try:
            self._keep(job_id, outcome.result())
        except Exception as error:  # noqa: BLE001 - whatever ended it, its owner reads it and the next one starts
            self._fail(job_id, error)
        self.advance()

    def _keep(self, job_id: str, trained: TrainedModel) -> None:
        training = self._trainings[job_id]
        try:
            record = _save(training, trained)
            how = "was stopped" if trained.stopped else "ended"
            _log.info("training %s %s: %s, accuracy %.4f", job_id, how, record.id, record.test_accuracy)
        except ModelError as error:
            _log.error(N_("training %s ended and could not be saved: %s"), job_id, error)
            self._change(job_id, state="finished", history=trained.history, trained=trained, error=error)
        else:
            self._change(
                job_id, state="finished", history=trained.history, record=record, trained=None, error=None
            )
            self._let_go(job_id)

    def _fail(self, job_id: str, error: Exception) -> None:
        if not isinstance(error, CnnError):
            _log.error(N_("training %s failed"), job_id, exc_info=error)
            error = TrainingError(N_("The training ended: {reason}. Train again."), reason=reason(error))
        else:
            _log.warning(N_("training %s failed: %s"), job_id, error)
        self._change(job_id, state="failed", error=error)
        self._let_go(job_id)

    def _let_go(self, job_id: str) -> None:
        """Keep nothing of an ended training's start, in memory or on disk: a network is large."""
        with self._lock:
            if training := self._trainings.get(job_id):
                self._change(job_id, job=replace(training.job, start=None))
        self._unnote(job_id)

    def _note(self, job: Job) -> None:
        """Let an app that is started again know of a training."""
        if folder := self._workers.folder:
            folder.keep(job)
            # Writing takes its time: it may have been begun by another's call meanwhile, and have ended.
            current = self.get(job.id)
            if current is None or (current.ended and current.trained is None):
                folder.drop(job.id)

    def _unnote(self, job_id: str) -> None:
        """Let an app that is started again know nothing of a training any more."""
        if folder := self._workers.folder:
            folder.drop(job_id)


def _fair_order(trainings: Iterable[Training]) -> list[Training]:
    """Those that wait, in the order in which they will start.

    The n-th training of one person, counting those that run, stands behind everybody's (n-1)-th;
    among equals, the person whose last training began earlier goes first.
    """
    listed = list(trainings)
    last_turns: Counter[str] = Counter()
    for training in listed:
        last_turns[training.owner] = max(last_turns[training.owner], training.turn)
    taken = Counter(training.owner for training in listed if training.state in AT_WORK)
    ranks: dict[str, tuple[int, int]] = {}
    waiting = [training for training in listed if training.state == "waiting"]
    for training in waiting:
        taken[training.owner] += 1
        ranks[training.id] = taken[training.owner], last_turns[training.owner]
    return sorted(waiting, key=lambda training: ranks[training.id])


def _save(training: Training, trained: TrainedModel) -> ModelRecord:
    start = training.job.start
    before = start.record if start else None
    name = name_for(before, training.owner) if before else trained.config.recipe
    return model_store().save(
        _free_name(training.owner, re.sub(r" \d+$", "", name)),
        trained,
        owner=training.owner,
        fine_tuned=isinstance(start, FineTuning),
        reject_class=before.reject_class if before else False,
        reject_threshold=before.reject_threshold if before else 0.5,
    )


def _free_name(owner: str, base: str) -> str:
    """`base` with the first number that none of the owner's models bears."""
    names = {model.name for model in model_store().usable(owner)}
    for number in count(1):
        end = f" {number}"
        name = base[: LONGEST_NAME - len(end)].rstrip() + end
        if name not in names:
            return name
    raise AssertionError("numbers do not end")


@cache
def training_queue() -> TrainingQueue:
    """The one queue of this process. It starts with the trainings that an earlier app left unfinished."""
    queue = TrainingQueue(workers(), settings().trainings_per_visitor)
    queue.take_up()
    return queue
