"""Teaching a trained network one's own digits without its forgetting the others."""

from dataclasses import dataclass, replace

import numpy as np

from cnn.data.datasets import Dataset
from cnn.errors import ConfigError
from cnn.i18n import N_
from cnn.models.record import ModelRecord
from cnn.training.recipes import TrainConfig

EPOCHS = 4
LEARNING_RATE = 0.001

_KNOWN_IMAGES = 6000
_NO_DIGITS = 800
_SHARE = 0.15
"""How much of what it learns from is new."""


@dataclass(frozen=True, eq=False)
class FineTuning:
    """A trained network and the pictures that it shall learn in addition.

    Attributes:
        record: the network's record.
        keras_file: the bytes of its `.keras` file.
        images: uint8 (n, 28, 28), light ink on dark.
        labels: int64 (n,), what they show; for a network that knows what is none of its classes, also the
            number after the last class.
    """

    record: ModelRecord
    keras_file: bytes
    images: np.ndarray
    labels: np.ndarray

    def config(self) -> TrainConfig:
        """The training: the same network, some short epochs.

        Raises:
            ConfigError: the record does not say what network it is.
        """
        if self.record.config is None:
            raise ConfigError(
                N_("The model {name!r} does not say what network it is, so it cannot learn on."),
                name=self.record.name,
            )
        return self.record.config.model_copy(
            update={
                "optimizer": "adam",
                "learning_rate": LEARNING_RATE,
                "schedule": "constant",
                "batch_size": 32,
                "epochs": EPOCHS,
                "validation": "test",
                "train_images": None,
                "early_stopping": False,
                "keep_best": False,
                "as_people_draw": True,
            }
        )

    def dataset(self, known: Dataset) -> Dataset:
        """The new pictures, often enough to count, among some of what the network knows.

        Args:
            known: what it was trained on.
        """
        rng = np.random.default_rng(0)
        kept = rng.permutation(len(known.x_train))[:_KNOWN_IMAGES]
        wanted = max(len(self.images), round(_SHARE * len(kept) / (1 - _SHARE)))
        again = np.resize(np.arange(len(self.images)), wanted)
        images = [known.x_train[kept], self.images[again]]
        labels = [known.y_train[kept], self.labels[again]]
        if self.record.reject_class:
            strangers = _no_digits(rng)
            images.append(strangers)
            labels.append(np.full(len(strangers), known.classes))
        return replace(known, x_train=np.concatenate(images), y_train=np.concatenate(labels))


def _no_digits(rng: np.random.Generator) -> np.ndarray:
    """Invented drawings that are no digits, prepared, uint8 (n, 28, 28), so that these are not forgotten."""
    from cnn.pictures.nondigits import non_digit
    from cnn.pictures.preparation import prepare_drawing

    drawings = (prepare_drawing(non_digit(rng)) for _ in range(_NO_DIGITS))
    return np.stack([drawing.steps["centred"] for drawing in drawings if not drawing.is_empty])
