"""One training, from a config to a trained model. It announces what happens and draws nothing."""

import math
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import keras
import numpy as np
import tensorflow as tf

from cnn.data.datasets import Dataset
from cnn.data.origins import DIGITS
from cnn.errors import OutOfMemory
from cnn.i18n import N_
from cnn.models.continuation import Continuation
from cnn.models.fine_tuning import FineTuning
from cnn.models.start import Start
from cnn.network import compat
from cnn.network.backup import Backup, Run
from cnn.network.batches import Distort, evaluation_batches, training_batches
from cnn.network.build import build, set_weights
from cnn.network.callbacks import Audience, KeepEpochs, ResumableEarlyStopping, Stopped, Watch, tensorboard
from cnn.network.shares import shares
from cnn.network.trained_model import Fitted, trained_model
from cnn.training.announcements import Announce, Resumed, TrainedModel, heed_stop
from cnn.training.recipes import TrainConfig, check_distortions


def _seed(seed: int) -> None:
    """Let all that a training draws follow from a number, as `keras.utils.set_random_seed` does."""
    keras.utils.set_random_seed(seed)
    compat.seed_layers(seed)


def ignore(_event: object) -> None:
    """Hear an announcement and do nothing."""


def never() -> bool:
    """Ask for no stop."""
    return False


def fit(  # noqa: PLR0913 - what to train, who hears of it, and where it begins
    config: TrainConfig,
    dataset: Dataset,
    *,
    announce: Announce = ignore,
    should_stop: Callable[[], bool] = never,
    backup_dir: Path | None = None,
    start: Start | None = None,
    log_dir: Path | None = None,
) -> TrainedModel:
    """Fit the network of `config` to `dataset`: one whole training.

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
        return _Training(config, dataset, Audience(announce, should_stop, log_dir), backup_dir, start).run()
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise OutOfMemory(
            N_("There is not enough memory for batches of {batch_size} images. Make the batch size smaller."),
            batch_size=config.batch_size,
        ) from error


class _Training:
    """The parts of one training and the order they come in."""

    def __init__(
        self,
        config: TrainConfig,
        dataset: Dataset,
        audience: Audience,
        backup_dir: Path | None,
        start: Start | None,
    ) -> None:
        self._config = config
        self._start = start
        self._dataset = dataset if start is None else start.dataset(dataset)
        self._audience = audience
        fingerprint = f"{config.model_dump_json()} {dataset.sha256}"
        self._backup = None if backup_dir is None else Backup(backup_dir, fingerprint)
        self._train, self._validation = shares(config, self._dataset)
        self._batches = math.ceil(len(self._train.images) / config.batch_size)

    def run(self) -> TrainedModel:
        _seed(self._config.seed)
        self._model = self._built()
        run = self._restored()
        if run is None:
            heed_stop(self._audience.should_stop)
            run = self._begun()
        began = perf_counter() - (run.history[-1].seconds if run.history else 0.0)
        stopped = self._fit(run, began)
        return trained_model(self._fitted(run, stopped, perf_counter() - began), self._audience.announce)

    def _built(self) -> keras.Model:
        rejects = self._start is not None and self._start.record.reject_class
        model = build(
            self._config,
            self._dataset.image_shape,
            self._dataset.classes + rejects,
            steps=self._batches * self._config.epochs,
        )
        if isinstance(self._start, FineTuning):
            _take_weights(model, self._start)
        _create_variables(model)
        return model

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
        _take_weights(self._model, self._start)
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

    def _seed_after(self, run: Run) -> None:
        """The epochs to come must not repeat the order and the dropouts of the ones that were."""
        _seed(self._config.seed + len(run.history))
        for layer in self._model.layers:
            # The layer has drawn its seed when it was built; at rate 0 it has none.
            if isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
                layer.seed_generator.state.assign(keras.random.SeedGenerator().state)

    def _fit(self, run: Run, began: float) -> bool:
        """Train; whether somebody stopped it."""
        stopping = ResumableEarlyStopping(self._config, run)
        images = (len(self._train.images), len(self._validation.images))
        watch = Watch(self._config, run, began, images, self._audience)
        backing_up = [] if self._backup is None else [KeepEpochs(self._backup, run)]
        log = tensorboard(self._audience.log_dir)
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
                callbacks=[stopping, watch, *backing_up, *log],
                shuffle=False,  # the batches are shuffled already
                verbose=0,
            )
        except Stopped:
            for callback in (stopping, *log):
                callback.on_train_end()
            return True
        return False

    def _fitted(self, run: Run, stopped: bool, seconds: float) -> Fitted:
        return Fitted(
            self._config, self._dataset, self._validation, self._start, self._model, run, stopped, seconds
        )


def _take_weights(model: keras.Model, start: Start) -> None:
    set_weights(model, start.record.name, start.keras_file)


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
