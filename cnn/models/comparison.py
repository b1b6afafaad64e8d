"""Trainings side by side: what was set, what came of it, and how sure that is."""

from collections.abc import Mapping, Sequence

from cnn.models.record import ModelRecord
from cnn.training.layers import detail_of, kind_of
from cnn.training.recipes import TrainConfig

Value = str | int | float | bool | None


def accuracy_interval(accuracy: float, images: int) -> tuple[float, float]:
    """Where a network's accuracy lies with 95 % confidence, judged by so many images.

    Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", 1927), which also holds close to 1.

    Args:
        accuracy: the share of `images` that were read right, in [0, 1].
        images: how many test images there were, at least 1.

    Returns:
        (low, high), both in [0, 1].
    """
    # SciPy comes with scikit-learn; only the page that compares pays for its import.
    from scipy.stats import binomtest

    interval = binomtest(round(accuracy * images), images).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def may_be_chance(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether two intervals (low, high) overlap, so that the difference may be noise."""
    return first[0] <= second[1] and second[0] <= first[1]


def settings_of(record: ModelRecord) -> dict[str, Value]:
    """What a model's training was asked to do, by the names of `TrainConfig`.

    The layers are one text; a setting without effect, as the patience of a training that does not
    stop early, is None.
    """
    config = record.config
    if config is None:
        return {}
    values: dict[str, Value] = config.model_dump(exclude={"recipe", "dataset", "layers"})
    if not config.early_stopping:
        values["patience"] = None
    return {"dataset": record.data_name, "network": network_of(config), **values}


def network_of(config: TrainConfig) -> str:
    """The layers of a network in one line, without its output."""
    return " · ".join(f"{kind_of(layer)} {detail_of(layer)}".strip() for layer in config.layers)


def data_of(record: ModelRecord) -> tuple[str, str]:
    """The name and the hash of what a model was tested on; only with the same are accuracies compared."""
    return record.data_name, record.data_sha256


def differing(settings: Sequence[Mapping[str, Value]]) -> set[str]:
    """The names whose values are not the same in all of `settings`; what one lacks counts as None."""
    names = {name for values in settings for name in values}
    return {name for name in names if len({values.get(name) for values in settings}) > 1}
