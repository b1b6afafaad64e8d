"""One training, from a config to a trained model. It announces what happens and draws nothing."""

import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.random import seed_generator

from cnn.data.datasets import Dataset
from cnn.data.origins import DIGITS
from cnn.errors import OutOfMemory, TrainingDiverged
from cnn.i18n import N_
from cnn.insight.metrics import evaluated, given_a_class
from cnn.models.continuation import Continuation, Start
from cnn.models.fine_tuning import FineTuning
from cnn.network.backup import Backup, Run
from cnn.network.batches import EVALUATION_BATCH, Distort, evaluation_batches, training_batches
from cnn.network.build import build, keras_file, set_weights
from cnn.network.calibration import temperature_of
from cnn.training.announcements import Epoch, Progress, Resumed, Scoring, TrainedModel, heed_stop
from cnn.training.recipes import TrainConfig, check_distortions

_log = logging.getLogger(__name__)

Announce = Callable[[object], None]

SECONDS_BETWEEN_ANNOUNCEMENTS = 0.25
ANNOUNCEMENTS_BETWEEN_FILTERS = 2
# Those of eight seconds: on a busy laptop, fewer make the time that is left leap.
_ANNOUNCEMENTS_OF_A_PACE = 1 + round(8 / SECONDS_BETWEEN_ANNOUNCEMENTS)
# A validation image goes forward only, a training image forward and back: about three times the work.
VALIDATION_COST = 1 / 3
# More weights than this in the first layer are neither announced nor kept: nobody could tell them apart.
_MOST_FILTER_WEIGHTS = 50_000
# More images would cost a short training time and make the temperature no better.
_CALIBRATING = 2000


def _seed(seed: int) -> None:
    """Let all that a training draws follow from a number, as `keras.utils.set_random_seed` does."""
    keras.utils.set_random_seed(seed)
    # Keras draws its layers' seeds from Python's own generator; in a worker other threads draw from it, too.
    seed_generator.python_random = Random(seed)  # noqa: S311 - nothing secret


def ignore(_event: object) -> None:
    """Hear an announcement and do nothing."""


def never() -> bool:
    """Ask for no stop."""
    return False


def train(  # noqa: PLR0913 - what to train, who hears of it, and where it begins
    config: TrainConfig,
    dataset: Dataset,
    *,
    announce: Announce = ignore,
    should_stop: Callable[[], bool] = never,
    backup_dir: Path | None = None,
    start: Start | None = None,
    log_dir: Path | None = None,
) -> TrainedModel:
    """Train the network of `config` on `dataset`.

    Args:
        config: the network and how to train it.
        dataset: the images; `config.dataset` only says which were asked for.
        announce: hears a `Progress` up to four times a second, an `Epoch` after each epoch, `Resumed`
            where a training goes on, and `Scoring` as soon as the fitting has ended, then as the test
            images are read; called in the training's thread, between batches.
        should_stop: asked before the first batch and after every one, in validation too; once it says
            yes, the training ends and what was learned is kept.
        backup_dir: a folder of this training's own. After each epoch it holds what is needed to go
            on: called again after its process was killed, the training continues from its last whole
            epoch, or only scores it anew. Whoever keeps the outcome removes the folder.
        start: a trained network to begin with, to teach it other pictures too (`FineTuning`) or to go on
            as if it had never stopped (`Continuation`); without it the weights begin at random.
        log_dir: where TensorBoard's log of this training goes; where it cannot be written, there is none.

    Returns:
        The trained model, its test figures over all test images. Stopped within an epoch, the
        weights are the last ones (with `keep_best` the best whole epoch's, if there is one) and the
        history has the whole epochs only.

    Raises:
        ConfigError: the network cannot be built on these images.
        TrainingDiverged: the loss is no number any more.
        TrainingStopped: `should_stop` said yes before the first batch.
        OutOfMemory: network and batch need more memory than there is.
    """
    try:
        return _Training(config, dataset, _Audience(announce, should_stop, log_dir), backup_dir, start).run()
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise OutOfMemory(
            N_("There is not enough memory for batches of {batch_size} images. Make the batch size smaller."),
            batch_size=config.batch_size,
        ) from error


@dataclass(frozen=True)
class Share:
    """The images and labels that serve one purpose."""

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class _Audience:
    """Who hears what happens and may say stop, and where TensorBoard's log goes, if anywhere."""

    announce: Announce
    should_stop: Callable[[], bool]
    log_dir: Path | None


class _Stopped(Exception):
    """Somebody asked for a stop; raised between batches to leave Keras's loop at once."""


class _Training:
    """The parts of one training and the order they come in."""

    def __init__(
        self,
        config: TrainConfig,
        dataset: Dataset,
        audience: _Audience,
        backup_dir: Path | None,
        start: Start | None,
    ) -> None:
        self._config = config
        self._start = start
        self._dataset = dataset if start is None else start.dataset(dataset)
        self._rejects = start is not None and start.record.reject_class
        self._audience = audience
        fingerprint = f"{config.model_dump_json()} {dataset.sha256}"
        self._backup = None if backup_dir is None else Backup(backup_dir, fingerprint)
        self._train, self._validation = shares(config, self._dataset)

    def run(self) -> TrainedModel:
        _seed(self._config.seed)
        self._batches = math.ceil(len(self._train.images) / self._config.batch_size)
        self._model = build(
            self._config,
            self._dataset.image_shape,
            self._dataset.classes + self._rejects,
            steps=self._batches * self._config.epochs,
        )
        if isinstance(self._start, FineTuning):
            self._take_weights(self._start)
        _create_variables(self._model)
        run = self._restored()
        if run is None:
            heed_stop(self._audience.should_stop)
            run = self._begun()
        began = perf_counter() - (run.history[-1].seconds if run.history else 0.0)
        stopped = self._fit(run, began)
        fit_seconds = perf_counter() - began
        loss, accuracy = self._test_figures(run, stopped)
        return self._trained_model(run, stopped, fit_seconds, loss, accuracy)

    def _restored(self) -> Run | None:
        run = None if self._backup is None else self._backup.restore(self._model)
        if run is not None:
            self._seed_after(run)
            self._audience.announce(Resumed(tuple(run.history)))
        return run

    def _begun(self) -> Run:
        """Where the training begins: before its first epoch, or after those that the network has behind."""
        if not isinstance(self._start, Continuation):
            return Run()
        # The optimizer has been built, so its state is taken, too.
        self._take_weights(self._start)
        history = list(self._start.history)
        filters = [] if self._start.filters is None else list(self._start.filters[: len(history) + 1])
        run = Run(history, filters)
        # A schedule goes on after the whole epochs that count, however much further the optimizer came.
        self._model.optimizer.iterations.assign(self._batches * len(history))
        if history:
            run.best_epoch = min(range(len(history)), key=lambda number: history[number].val_loss)
            run.best = history[run.best_epoch].val_loss
            run.best_weights = self._model.get_weights() if self._config.keep_best else None
        self._seed_after(run)
        return run

    def _take_weights(self, start: Start) -> None:
        set_weights(self._model, start.record.name, start.keras_file)

    def _seed_after(self, run: Run) -> None:
        """The epochs to come must not repeat the order and the dropouts of the ones that were."""
        _seed(self._config.seed + len(run.history))
        for layer in self._model.layers:
            # The layer has drawn its seed when it was built; at rate 0 it has none.
            if isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
                layer.seed_generator.state.assign(keras.random.SeedGenerator().state)

    def _fit(self, run: Run, began: float) -> bool:
        """Train; whether somebody stopped it."""
        stopping = _EarlyStopping(self._config, run)
        images = (len(self._train.images), len(self._validation.images))
        watch = _Watch(self._config, run, began, images, self._audience)
        callbacks: list[keras.callbacks.Callback] = [stopping, watch]
        if self._backup is not None:
            callbacks.append(_BackUp(self._backup, run))
        log = _log_callback(self._audience.log_dir)
        callbacks += log
        try:
            self._model.fit(
                training_batches(
                    self._train.images,
                    self._train.labels,
                    self._config.batch_size,
                    distort=_distortion(self._config, self._dataset),
                ),
                epochs=self._config.epochs,
                initial_epoch=self._config.epochs if run.finished else len(run.history),
                validation_data=evaluation_batches(self._validation.images, self._validation.labels),
                callbacks=callbacks,
                shuffle=False,  # the feeding does
                verbose=0,
            )
        except _Stopped:
            for callback in (stopping, *log):
                callback.on_train_end()
            return True
        return False

    def _test_figures(self, run: Run, stopped: bool) -> tuple[float, float]:
        """Loss and accuracy over the test images; taken from the history where it has them.

        A network that also knows what is none of its classes is asked which of them an image shows, as the
        one was that it has learned from.
        """
        images = len(self._dataset.x_test)
        weights_of = _epoch_of_the_weights(self._config, run, stopped)
        if self._config.validation == "test" and weights_of is not None and not self._rejects:
            self._audience.announce(Scoring(stopped, images, images))
            return weights_of.val_loss, weights_of.val_accuracy
        scoring = Scoring(stopped, 0, images)
        self._audience.announce(scoring)
        batches = evaluation_batches(self._dataset.x_test, self._dataset.y_test)
        reading = _Reading(scoring, self._audience.announce)
        if self._rejects:
            outputs = self._model.predict(batches, verbose=0, callbacks=[reading])
            evaluation = evaluated(given_a_class(outputs, self._dataset.classes), self._dataset.y_test)
            return evaluation.loss, evaluation.accuracy
        figures = self._model.evaluate(batches, verbose=0, return_dict=True, callbacks=[reading])
        return figures["loss"], figures["accuracy"]

    def _temperature(self) -> float:
        """The temperature for the answers, fitted on validation images.

        A network is never made surer than it says itself: what people draw is harder to read than what it
        is validated on. One that learned other pictures keeps the temperature that goes with its threshold.
        """
        if isinstance(self._start, FineTuning):
            return self._start.record.temperature
        every = math.ceil(len(self._validation.images) / _CALIBRATING)
        images, labels = self._validation.images[::every], self._validation.labels[::every]
        # Called as they are, the few batches are done before Keras would have compiled a function for them.
        outputs = [self._model(batch, training=False) for batch, _ in evaluation_batches(images, labels)]
        return temperature_of(np.concatenate(outputs), labels, least=1.0)

    def _trained_model(
        self, run: Run, stopped: bool, fit_seconds: float, loss: float, accuracy: float
    ) -> TrainedModel:
        return TrainedModel(
            config=self._config,
            keras_file=keras_file(self._model),
            history=tuple(run.history),
            filters=np.array(run.filters, np.float32) if run.filters else None,
            test_accuracy=accuracy,
            test_loss=loss,
            parameters=self._model.count_params(),
            fit_seconds=fit_seconds,
            data_name=self._dataset.name,
            data_sha256=self._dataset.sha256,
            input_shape=self._dataset.image_shape,
            class_names=self._dataset.class_names,
            stopped=stopped,
            test_images=len(self._dataset.x_test),
            temperature=self._temperature(),
        )


class _EarlyStopping(keras.callbacks.EarlyStopping):  # type: ignore[misc] # Keras has no types
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


class _Watch(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
    """Writes the history, announces it and looks whether somebody asked for a stop.

    Keras hands its callbacks the running means as plain numbers after every batch, so nothing here
    has to wait for the device.
    """

    def __init__(
        self, config: TrainConfig, run: Run, began: float, images: tuple[int, int], audience: _Audience
    ) -> None:
        super().__init__()
        self._announce, self._should_stop = audience.announce, audience.should_stop
        self._config = config
        self._run = run
        self._began = began
        self._images, self._validation_images = images
        self._epoch = 0
        self._announcements = 0
        # Counted over the epochs: those that are shorter than the pause are announced, too.
        self._announced = 0.0
        # (time, images of this epoch) at the last announcements, the oldest first.
        self._marks: deque[tuple[float, int]] = deque(maxlen=_ANNOUNCEMENTS_OF_A_PACE)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self._run.filters:
            self._keep_filters()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch + 1
        self._marks.clear()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._heed_stop()
        assert logs is not None
        self._check_finite(logs["loss"])
        now = perf_counter()
        done = min((batch + 1) * self._config.batch_size, self._images)
        if not self._marks:
            # The first batch of a training also waits for the network to be compiled: speed counts from here.
            self._marks.append((now, done))
        elif now - self._announced >= SECONDS_BETWEEN_ANNOUNCEMENTS:
            self._announced = now
            self._marks.append((now, done))
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
            raise _Stopped

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
        filters = _first_filters(self.model)
        if filters is not None:
            self._run.filters.append(filters)

    def _progress(self, batch: int, logs: dict[str, Any]) -> Progress:
        (earlier, images_then), (now, images_now) = self._marks[0], self._marks[-1]
        images_per_second = (images_now - images_then) / (now - earlier)
        epochs_left = self._config.epochs - self._epoch
        images_left = (
            (self._images - images_now)
            + self._images * epochs_left
            + VALIDATION_COST * self._validation_images * (epochs_left + 1)
        )
        with_filters = self._announcements % ANNOUNCEMENTS_BETWEEN_FILTERS == 0
        return Progress(
            epoch=self._epoch,
            epochs=self._config.epochs,
            batch=batch,
            batches=self.params["steps"],
            images_per_second=images_per_second,
            seconds_left=images_left / images_per_second,
            loss=logs["loss"],
            accuracy=logs["accuracy"],
            filters=_first_filters(self.model) if with_filters else None,
        )


class _Reading(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
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


class _BackUp(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
    """Keeps each whole epoch; stands after the callbacks that write the run."""

    def __init__(self, backup: Backup, run: Run) -> None:
        super().__init__()
        self._backup = backup
        self._run = run

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._backup.save(self.model, self._run)


def _log_callback(log_dir: Path | None) -> list[keras.callbacks.Callback]:
    """Keras's TensorBoard callback, or nothing where no log is wanted or can be written."""
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


def shares(config: TrainConfig, dataset: Dataset) -> tuple[Share, Share]:
    """The images to train on and the ones to validate on, never the same; the seed alone decides.

    A share for validation is scikit-learn's `train_test_split`, as the published trainings have it.
    """
    count = len(dataset.x_train)
    wanted = count if config.train_images is None else min(config.train_images, count)
    if wanted == count and config.validation == "test":
        return Share(dataset.x_train, dataset.y_train), Share(dataset.x_test, dataset.y_test)
    chosen = np.arange(count)
    if wanted < count:
        chosen = np.random.default_rng(config.seed).permutation(count)[:wanted]
    if config.validation == "test":
        held_out = Share(dataset.x_test, dataset.y_test)
    else:
        # Only these trainings pay for the import.
        from sklearn.model_selection import train_test_split

        validating = min(max(1, round(config.validation * wanted)), wanted - 1)
        chosen, apart = train_test_split(chosen, test_size=validating, random_state=config.seed)
        held_out = Share(dataset.x_train[apart], dataset.y_train[apart])
    return Share(dataset.x_train[chosen], dataset.y_train[chosen]), held_out


def _distortion(config: TrainConfig, dataset: Dataset) -> Distort | None:
    if not config.as_people_draw:
        return None
    check_distortions(config, dataset.image_shape)
    from cnn.network import distortions

    # Only digits have other styles of writing: for other classes the labels are kept back.
    are_digits = dataset.class_names == DIGITS
    return lambda images, labels: distortions.distort(images, labels if are_digits else None)


def _create_variables(model: keras.Model) -> None:
    """Create what Keras creates when it first traces its training step.

    That would trace the step twice, and TensorFlow never lets go of the first trace.
    """
    model.optimizer.build(model.trainable_variables)
    model.compute_metrics(x=None, y=np.zeros(1, np.int64), y_pred=np.zeros((1, *model.output_shape[1:])))


def _first_filters(model: keras.Model) -> np.ndarray | None:
    first = model.layers[0]
    if not isinstance(first, keras.layers.Conv2D) or math.prod(first.kernel.shape) > _MOST_FILTER_WEIGHTS:
        return None
    return np.array(first.kernel.numpy(), np.float32)


def _epoch_of_the_weights(config: TrainConfig, run: Run, stopped: bool) -> Epoch | None:
    """The whole epoch that left the weights which the network has; None if a part of one did."""
    if not run.history:
        return None
    if config.keep_best:
        return run.history[run.best_epoch]
    return None if stopped else run.history[-1]
