"""Training a trained network for more epochs, as if it had never stopped."""

from dataclasses import dataclass

import numpy as np

from cnn.data.datasets import Dataset
from cnn.errors import ConfigError
from cnn.i18n import N_
from cnn.models.record import ModelRecord
from cnn.training.announcements import Epoch
from cnn.training.recipes import TrainConfig, config_from


def can_go_on(record: ModelRecord) -> bool:
    """Whether a network can be trained on from its record: all that it learned from is in its data set."""
    return record.config is not None and not record.reject_class and not record.fine_tuned


@dataclass(frozen=True, eq=False)
class Continuation:
    """A trained network and how far it has come.

    Attributes:
        record: the network's record.
        keras_file: the bytes of its `.keras` file, with the optimizer's state.
        filters: the first layer's kernels before the first step and after each epoch, float32
            (1 + epochs, height, width, channels, filters), or None.
    """

    record: ModelRecord
    keras_file: bytes
    filters: np.ndarray | None

    def config(self, more: int) -> TrainConfig:
        """The same training with `more` epochs after those that were; a schedule spans them all.

        Raises:
            ConfigError: the network cannot be trained on from its record, or that is too many epochs.
        """
        config = self.record.config
        if config is None or not can_go_on(self.record):
            raise ConfigError(
                N_("The model {name!r} learned from more than a data set, so it cannot be trained on."),
                name=self.record.name,
            )
        return config_from(config.model_dump() | {"epochs": len(self.history) + more})

    @property
    def history(self) -> tuple[Epoch, ...]:
        """The epochs up to the one whose weights were kept."""
        epochs, config = self.record.history, self.record.config
        if config is None or not config.keep_best or not epochs:
            return epochs
        best = min(range(len(epochs)), key=lambda number: epochs[number].val_loss)
        return epochs[: best + 1]

    def dataset(self, known: Dataset) -> Dataset:
        """What it learns from: the same as before.

        Raises:
            ConfigError: it is not what the network learned from, as when other digits stand in for MNIST.
        """
        if known.sha256 != self.record.data_sha256:
            raise ConfigError(
                N_(
                    "The model {name!r} learned from {expected} ({expected_hash}…), but the data here is "
                    "{came} ({came_hash}…). Bring back that data, or train a new network."
                ),
                name=self.record.name,
                expected=self.record.data_name,
                expected_hash=self.record.data_sha256[:8],
                came=known.name,
                came_hash=known.sha256[:8],
            )
        return known
