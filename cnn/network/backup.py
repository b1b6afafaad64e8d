"""A training's last whole epoch on disk, so that another process can go on from it.

Keras's own `BackupAndRestore` overwrites its files in place, so that a process killed while it writes
leaves half of them, and it knows nothing of the history and of early stopping. Here each backup is a
folder of its own that appears whole or not at all.
"""

import io
import json
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import rmtree

import keras
import numpy as np

from cnn import atomic
from cnn.network.build import keras_file
from cnn.training.announcements import Epoch

_MODEL = "model.keras"
_RUN = "run.npz"

_log = logging.getLogger(__name__)


@dataclass
class Run:
    """What a training has come to, besides the network's weights.

    Attributes:
        history: one entry for each whole epoch.
        filters: the first layer's kernels before the first step and after each epoch, float32
            (height, width, channels, filters) each; empty without a first convolution.
        best: the lowest validation loss so far; None before the first epoch.
        best_epoch: the epoch, from 0, that it belongs to.
        wait: epochs since then.
        best_weights: the network's weights of that epoch; None unless they are to be kept.
        finished: whether no epoch is to follow.
    """

    history: list[Epoch] = field(default_factory=list)
    filters: list[np.ndarray] = field(default_factory=list)
    best: float | None = None
    best_epoch: int = 0
    wait: int = 0
    best_weights: list[np.ndarray] | None = None
    finished: bool = False


class Backup:
    """The backups of one training.

    Args:
        folder: where they are; nobody else may use it.
        fingerprint: says what is trained on what; a backup of something else is not used.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder = folder
        self._fingerprint = fingerprint

    def save(self, model: keras.Model, run: Run) -> None:
        """Keep the network with its optimizer, and the run; replaces the backup of the epoch before.

        A disk that is full does not end the training: it goes on with the backup it has.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with atomic.folder(self._folder / f"epoch-{len(run.history)}") as folder:
                atomic.write_through(folder / _MODEL, keras_file(model))
                atomic.write_through(folder / _RUN, _npz(run, self._fingerprint))
            _newest, *earlier = self._epochs()
            for epoch in earlier:
                rmtree(epoch, ignore_errors=True)
        except OSError:
            _log.warning("The training's backup in %s could not be written.", self._folder, exc_info=True)

    def restore(self, model: keras.Model) -> Run | None:
        """Bring the network and its optimizer to the last backup; None where there is none that fits.

        The optimizer must be built, so that it has what to fill. A backup that cannot be read is passed over.
        """
        variables = [*model.variables, *model.optimizer.variables]
        begun = [variable.numpy() for variable in variables]
        for folder in self._epochs():
            try:
                run = _read_run(folder / _RUN, self._fingerprint)
                if run is not None:
                    model.load_weights(folder / _MODEL)
                    return run
            except Exception:  # noqa: BLE001 - a power cut leaves anything; an older one may be whole
                _log.warning("the backup %s cannot be used", folder, exc_info=True)
                for variable, value in zip(variables, begun, strict=True):
                    variable.assign(value)
        self.remove()
        return None

    def remove(self) -> None:
        """Leave nothing behind."""
        rmtree(self._folder, ignore_errors=True)

    def _epochs(self) -> list[Path]:
        found = self._folder.glob("epoch-*")
        return sorted(found, key=lambda folder: int(folder.name.removeprefix("epoch-")), reverse=True)


def _npz(run: Run, fingerprint: str) -> bytes:
    facts = asdict(run)
    filters, best_weights = facts.pop("filters"), facts.pop("best_weights")
    facts["keeps_best"] = best_weights is not None
    arrays = {f"best_{number}": weights for number, weights in enumerate(best_weights or [])}
    content = io.BytesIO()
    np.savez(content, fingerprint=fingerprint, facts=json.dumps(facts), filters=np.array(filters), **arrays)
    return content.getvalue()


def _read_run(path: Path, fingerprint: str) -> Run | None:
    with np.load(path) as kept:
        if str(kept["fingerprint"]) != fingerprint:
            return None
        facts = json.loads(str(kept["facts"]))
        best = [kept[f"best_{number}"] for number in range(len(kept.files) - 3)]
        return Run(
            history=[Epoch(**epoch) for epoch in facts.pop("history")],
            filters=list(kept["filters"]),
            best_weights=best if facts.pop("keeps_best") else None,
            **facts,
        )
