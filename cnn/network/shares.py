"""The images that a training learns from, and those that it is validated on."""

from dataclasses import dataclass

import numpy as np

from cnn.data.datasets import Dataset
from cnn.training.recipes import TrainConfig


@dataclass(frozen=True, eq=False)
class Share:
    """The images and labels that serve one purpose.

    Attributes:
        images: uint8 (N, height, width) or (N, height, width, channels).
        labels: int64 (N,), what they show.
    """

    images: np.ndarray
    labels: np.ndarray


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
