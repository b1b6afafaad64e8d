"""A sweep: one training for every combination of some settings' values."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from cnn.errors import ConfigError
from cnn.i18n import N_
from cnn.training.recipes import TrainConfig, config_from


def combinations(base: TrainConfig, values: Mapping[str, Sequence[Any]], at_most: int) -> list[TrainConfig]:
    """Every combination of the values, the last setting changing fastest.

    Args:
        base: what all of them share.
        values: by the names of `TrainConfig`; a setting without values stays as in `base`, and a value
            that is given twice counts once.
        at_most: how many combinations there may be; without any value, `base` alone is one in any case.

    Raises:
        ConfigError: there are more, or one of them cannot be.
    """
    varied = {name: list(dict.fromkeys(given)) for name, given in values.items() if given}
    count = prod(len(given) for given in varied.values())
    if varied and at_most < 1:
        raise ConfigError(N_("There is no room for another training. Stop one or wait for one to end."))
    if varied and count > at_most:
        raise ConfigError(
            N_("These values make {count:,} combinations, but at most {at_most} can be trained. Take fewer."),
            count=count,
            at_most=at_most,
        )
    fixed = base.model_dump()
    return [
        config_from(fixed | dict(zip(varied, chosen, strict=True))) for chosen in product(*varied.values())
    ]


def numbers(text: str) -> list[int | float]:
    """The numbers in a text, separated by commas, semicolons or spaces.

    Raises:
        ConfigError: a part of it is no number.
    """
    return [_number(part) for part in text.replace(",", " ").replace(";", " ").split()]


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError as error:
        raise ConfigError(
            N_("{text!r} is no number. Write numbers with commas between them, as 0.001, 0.01."), text=text
        ) from error
