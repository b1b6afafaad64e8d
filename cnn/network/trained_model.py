"""What a fitted network comes to: its figures over the test images, its temperature, the model to keep."""

import math
from dataclasses import dataclass

import keras
import numpy as np

from cnn.data.datasets import Dataset
from cnn.insight.metrics import evaluation_of, given_a_class
from cnn.models.fine_tuning import FineTuning
from cnn.models.start import Start
from cnn.network.backup import Run
from cnn.network.batches import evaluation_batches
from cnn.network.build import keras_file
from cnn.network.calibration import temperature_of
from cnn.network.callbacks import Reading
from cnn.network.shares import Share
from cnn.training.announcements import Announce, Epoch, Scoring, TrainedModel
from cnn.training.recipes import TrainConfig

# More images would cost a short training time and make the temperature no better.
_CALIBRATING = 2000


@dataclass(frozen=True, eq=False)
class Fitted:
    """A network as the fitting has left it, and what it was fitted to.

    Attributes:
        config: the network and how it was trained.
        dataset: the images; its test images were not learned from.
        validation: the images that it was validated on.
        start: the trained network that it began with, if any.
        model: the network with its last or its best weights.
        run: the epochs that it has behind.
        stopped: whether somebody ended the fitting before its time.
        seconds: what the fitting took.
    """

    config: TrainConfig
    dataset: Dataset
    validation: Share
    start: Start | None
    model: keras.Model
    run: Run
    stopped: bool
    seconds: float

    @property
    def rejects(self) -> bool:
        """Whether the network also knows what is none of its classes."""
        return self.start is not None and self.start.record.reject_class


def trained_model(fitted: Fitted, announce: Announce) -> TrainedModel:
    """The model to keep, with its figures over all test images; `announce` hears how far they are read."""
    loss, accuracy = _test_figures(fitted, announce)
    run, dataset = fitted.run, fitted.dataset
    return TrainedModel(
        config=fitted.config,
        keras_file=keras_file(fitted.model),
        history=tuple(run.history),
        filters=np.array(run.filters, np.float32) if run.filters else None,
        test_accuracy=accuracy,
        test_loss=loss,
        parameters=fitted.model.count_params(),
        fit_seconds=fitted.seconds,
        data_name=dataset.name,
        data_sha256=dataset.sha256,
        input_shape=dataset.image_shape,
        class_names=dataset.class_names,
        stopped=fitted.stopped,
        test_images=len(dataset.x_test),
        temperature=_temperature(fitted),
    )


def _test_figures(fitted: Fitted, announce: Announce) -> tuple[float, float]:
    """Loss and accuracy over the test images; taken from the history where it has them.

    Of a network with a "not a digit" output only the class outputs are compared, as of the network that it
    started from.
    """
    dataset, images = fitted.dataset, len(fitted.dataset.x_test)
    known = _epoch_of_the_weights(fitted)
    if fitted.config.validation == "test" and known is not None and not fitted.rejects:
        announce(Scoring(fitted.stopped, images, images))
        return known.val_loss, known.val_accuracy
    scoring = Scoring(fitted.stopped, 0, images)
    announce(scoring)
    batches = evaluation_batches(dataset.x_test, dataset.y_test)
    reading = Reading(scoring, announce)
    if fitted.rejects:
        outputs = fitted.model.predict(batches, verbose=0, callbacks=[reading])
        evaluation = evaluation_of(given_a_class(outputs, dataset.classes), dataset.y_test)
        return evaluation.loss, evaluation.accuracy
    figures = fitted.model.evaluate(batches, verbose=0, return_dict=True, callbacks=[reading])
    return figures["loss"], figures["accuracy"]


def _epoch_of_the_weights(fitted: Fitted) -> Epoch | None:
    """The whole epoch that left the weights which the network has; None if a part of one did."""
    if not fitted.run.history:
        return None
    if fitted.config.keep_best:
        return fitted.run.history[fitted.run.best_epoch]
    return None if fitted.stopped else fitted.run.history[-1]


def _temperature(fitted: Fitted) -> float:
    """The temperature for the answers, fitted on validation images.

    A network is never made surer than it says itself: what people draw is harder to read than what it
    is validated on. One that learned other pictures keeps the temperature that goes with its threshold.
    """
    if isinstance(fitted.start, FineTuning):
        return fitted.start.record.temperature
    every = math.ceil(len(fitted.validation.images) / _CALIBRATING)
    images, labels = fitted.validation.images[::every], fitted.validation.labels[::every]
    # Called as they are, the few batches are done before Keras would have compiled a function for them.
    outputs = [fitted.model(batch, training=False) for batch, _ in evaluation_batches(images, labels)]
    return temperature_of(np.concatenate(outputs), labels, least=1.0)
