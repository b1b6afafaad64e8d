"""What is done between a training's batches and epochs: Keras's callbacks, ours and Keras's own.

Keras calls them in the order in which they are handed to `fit`, and at the end of an epoch that order
matters: `ResumableEarlyStopping` and `Watch` note where the run stands, then `KeepEpochs` keeps that on disk.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import keras
import tensorflow as tf

from cnn.errors import TrainingDiverged
from cnn.i18n import N_
from cnn.network.backup import Backup, Run
from cnn.network.batches import EVALUATION_BATCH
from cnn.network.first_filters import first_filters
from cnn.network.pace import Pace
from cnn.training.announcements import Announce, Epoch, Progress, Scoring
from cnn.training.recipes import TrainConfig

_log = logging.getLogger(__name__)

SECONDS_BETWEEN_ANNOUNCEMENTS = 0.25
ANNOUNCEMENTS_BETWEEN_FILTERS = 2
# The speed is measured over eight seconds. Over less time, the estimate jumps on a busy laptop.
_ANNOUNCEMENTS_OF_A_PACE = 1 + round(8 / SECONDS_BETWEEN_ANNOUNCEMENTS)


@dataclass(frozen=True)
class Audience:
    """Who hears what happens and may say stop, and where TensorBoard's log goes, if anywhere."""

    announce: Announce
    should_stop: Callable[[], bool]
    log_dir: Path | None


class Stopped(Exception):
    """Somebody asked for a stop; raised between batches to leave Keras's loop at once."""


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):  # type: ignore[misc] # Keras has no types
    """Keras's early stopping, which goes on from where the run stood and writes there where it stands."""

    def __init__(self, config: TrainConfig, run: Run) -> None:
        super().__init__(
            monitor="val_loss",
            patience=config.patience if config.early_stopping else config.epochs,
            restore_best_weights=config.keep_best,
        )
        self._run = run

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self.best, self.best_epoch, self.wait = self._run.best, self._run.best_epoch, self._run.wait
        self.best_weights = self._run.best_weights

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        self._run.best, self._run.best_epoch, self._run.wait = self.best, self.best_epoch, self.wait
        self._run.best_weights = self.best_weights
        self._run.finished = self.model.stop_training or epoch + 1 == self.params["epochs"]


class Watch(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
    """Writes the history, announces it and asks whether somebody wants a stop.

    Keras hands its callbacks the running means as plain numbers after every batch, so nothing here
    has to wait for the device.

    Args:
        config: what is trained.
        run: where the history and the filters go.
        began: when the training began, as `perf_counter` tells it.
        images: how many images an epoch trains on, and how many it is validated on.
        audience: who hears of it.
    """

    def __init__(
        self, config: TrainConfig, run: Run, began: float, images: tuple[int, int], audience: Audience
    ) -> None:
        super().__init__()
        self._announce, self._should_stop = audience.announce, audience.should_stop
        self._config = config
        self._run = run
        self._began = began
        self._images, validation_images = images
        self._pace = Pace(
            epochs=config.epochs,
            images=self._images,
            validation_images=validation_images,
            marks=_ANNOUNCEMENTS_OF_A_PACE,
        )
        self._epoch = 0
        self._announcements = 0
        # Not reset when an epoch begins, so that very short epochs are announced, too.
        self._announced = 0.0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self._run.filters:
            self._keep_filters()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch + 1
        self._pace.begin_epoch()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._heed_stop()
        assert logs is not None
        self._check_finite(logs["loss"])
        now = perf_counter()
        done = min((batch + 1) * self._config.batch_size, self._images)
        if not self._pace.is_begun:
            # The first batch of a training also waits for the network to be compiled: speed counts from here.
            self._pace.mark(now, done)
        elif now - self._announced >= SECONDS_BETWEEN_ANNOUNCEMENTS:
            self._announced = now
            self._pace.mark(now, done)
            self._announce(self._progress(batch + 1, logs))
            self._announcements += 1

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._heed_stop()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        assert logs is not None
        self._check_finite(logs["val_loss"])
        figures = {name: logs[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
        self._run.history.append(Epoch(epoch + 1, seconds=perf_counter() - self._began, **figures))
        self._keep_filters()
        self._announce(self._run.history[-1])

    def _heed_stop(self) -> None:
        if self._should_stop():
            raise Stopped

    def _check_finite(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise TrainingDiverged(
                N_(
                    "The loss became {loss} in epoch {epoch}: the steps were too large. "
                    "Train again with a learning rate below {learning_rate:g}."
                ),
                loss=loss,
                epoch=self._epoch,
                learning_rate=self._config.learning_rate,
            )

    def _keep_filters(self) -> None:
        filters = first_filters(self.model)
        if filters is not None:
            self._run.filters.append(filters)

    def _progress(self, batch: int, logs: dict[str, Any]) -> Progress:
        with_filters = self._announcements % ANNOUNCEMENTS_BETWEEN_FILTERS == 0
        return Progress(
            epoch=self._epoch,
            epochs=self._config.epochs,
            batch=batch,
            batches=self.params["steps"],
            images_per_second=self._pace.images_per_second,
            seconds_left=self._pace.seconds_left(self._epoch),
            loss=logs["loss"],
            accuracy=logs["accuracy"],
            filters=first_filters(self.model) if with_filters else None,
        )


class KeepEpochs(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
    """Keeps each whole epoch; stands after the callbacks that write the run."""

    def __init__(self, backup: Backup, run: Run) -> None:
        super().__init__()
        self._backup = backup
        self._run = run

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._backup.save(self.model, self._run)


def tensorboard(log_dir: Path | None) -> list[keras.callbacks.Callback]:
    """The callback that writes TensorBoard's log; none where no log is wanted or can be written."""
    if log_dir is None:
        return []
    try:
        log_dir.mkdir(parents=True, exist_ok=True)
    except OSError:
        _log.warning("No TensorBoard log can be written to %s.", log_dir, exc_info=True)
        return []
    return [_TensorBoard(str(log_dir), write_graph=False)]


class _TensorBoard(keras.callbacks.TensorBoard):  # type: ignore[misc] # Keras has no types
    """Keras's own, where a disk that is full ends the log and not the training."""

    _ended = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._write(super().on_epoch_end, epoch, logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._write(super().on_test_end, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._write(super().on_train_end, logs)

    def _write(self, hook: Callable[..., None], *arguments: Any) -> None:
        if self._ended:
            return
        try:
            hook(*arguments)
        except (OSError, tf.errors.OpError):
            self._ended = True
            _log.warning("TensorBoard's log could not be written on.", exc_info=True)


class Reading(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
    """Announces how many of the test images have been read."""

    def __init__(self, scoring: Scoring, announce: Announce) -> None:
        super().__init__()
        self._scoring, self._announce = scoring, announce
        self._announced = perf_counter()

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.on_test_batch_end(batch, logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        now = perf_counter()
        if now - self._announced >= SECONDS_BETWEEN_ANNOUNCEMENTS:
            self._announced = now
            done = min((batch + 1) * EVALUATION_BATCH, self._scoring.images)
            self._announce(replace(self._scoring, done=done))
