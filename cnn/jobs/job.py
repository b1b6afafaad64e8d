"""What somebody asked for: one training, as it waits, lies on disk, and is sent to a process."""

from dataclasses import dataclass, field
from uuid import uuid4

from cnn.models.start import Start
from cnn.training.recipes import TrainConfig


def new_id() -> str:
    """An id that no other job and no other sweep has."""
    return uuid4().hex[:12]


@dataclass(frozen=True)
class Job:
    """A training as it was asked for.

    Attributes:
        owner: whose it is.
        config: what to train.
        start: the trained network that it goes on from, if any.
        sweep: the name that the trainings of one sweep share; None for a single one.
        id: no other training has it; its backup bears it, too.
    """

    owner: str
    config: TrainConfig
    start: Start | None = field(default=None, compare=False, repr=False)
    sweep: str | None = None
    id: str = field(default_factory=new_id)
