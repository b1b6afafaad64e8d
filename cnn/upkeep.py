"""Upkeep of the app's folders: leftovers, old runs and old logs are deleted."""

import logging
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree

from cnn import atomic
from cnn.errors import CnnError
from cnn.i18n import N_
from cnn.models.record import ModelRecord
from cnn.models.shipped_model import SHIPPED, keep_shipped
from cnn.models.store import ModelStore
from cnn.settings import Settings

_log = logging.getLogger(__name__)


def tidy(limits: Settings, now: datetime | None = None) -> None:
    """Clear what unfinished saves have left, then the runs, logs and evaluations that the settings let go.

    First the shipped model is copied into the cache, which people do not tidy by hand.

    Args:
        limits: how long runs are kept, and how much room they may take.
        now: the time, with its zone; the clock's by default.
    """
    now = now or datetime.now(UTC)
    for folder in (limits.models_dir, limits.cache_dir):
        atomic.clear_leftovers(folder)
    try:
        keep_shipped()
    except OSError as error:
        _log.warning(N_("no copy of the shipped model could be made: %s"), error)
    store = ModelStore(limits.models_dir)
    for record in outdated(limits, now):
        try:
            store.delete(record.id, record.owner)
        except CnnError as error:
            _log.warning(N_("the old run %s could not be cleared: %s"), record.id, error)
    for log in old_logs(limits, now):
        try:
            rmtree(log)
        except OSError as error:
            _log.warning(N_("the old log %s could not be cleared: %s"), log, error)
    for evaluation in old_evaluations(limits, now):
        evaluation.unlink(missing_ok=True)


def outdated(limits: Settings, now: datetime) -> list[ModelRecord]:
    """The runs to clear, the oldest first: those that are too old, and the oldest of what is too much.

    Only runs that their owners have not published count; what everybody sees stays.
    """
    if limits.keep_runs_days is None and limits.keep_runs_gb is None:
        return []
    store = ModelStore(limits.models_dir)
    runs = sorted(
        (
            model
            for model in store.everyones()
            if isinstance(model, ModelRecord) and model.owner and not model.published and model.id != SHIPPED
        ),
        key=lambda model: model.created,
    )
    sizes = {run.id: _size(run, store) for run in runs} if limits.keep_runs_gb else {}
    too_much = sum(sizes.values()) - limits.keep_runs_gb * 1e9 if limits.keep_runs_gb else 0
    let_go = []
    for run in runs:
        too_old = limits.keep_runs_days and now - run.created > timedelta(days=limits.keep_runs_days)
        if too_old or too_much > 0:
            let_go.append(run)
            too_much -= sizes.get(run.id, 0)
    return let_go


def old_logs(limits: Settings, now: datetime) -> list[Path]:
    """The folders of the TensorBoard logs in which nothing was written for longer than runs are kept."""
    oldest = _oldest_kept(limits, now)
    written: dict[Path, float] = {}
    for events in limits.logs_dir.glob("*/*/events.out.tfevents.*"):
        log = events.parents[1]
        written[log] = max(written.get(log, 0), events.stat().st_mtime)
    return [log for log, when in written.items() if when < oldest]


def old_evaluations(limits: Settings, now: datetime) -> list[Path]:
    """The evaluations that were made longer ago than runs are kept; who wants one has it made again."""
    oldest = _oldest_kept(limits, now)
    return [kept for kept in limits.cache_dir.glob("evaluations/*.npz") if kept.stat().st_mtime < oldest]


def _oldest_kept(limits: Settings, now: datetime) -> float:
    """The time, in seconds, of the oldest that is kept; where all is kept, before all times."""
    days = limits.keep_runs_days
    return -math.inf if days is None else (now - timedelta(days=days)).timestamp()


def _size(run: ModelRecord, store: ModelStore) -> int:
    """A run's bytes; none where it cannot be told, as of one that its owner is just deleting."""
    try:
        return store.folder_of(run.id).size()
    except (CnnError, OSError) as error:
        _log.info("the size of the run %s cannot be told: %s", run.id, error)
        return 0
