"""What tests with real worker processes share."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from time import monotonic, sleep

import numpy as np

from cnn.data.uci_digits import uci_digits
from cnn.training.announcements import Epoch
from cnn.training.recipes import TrainConfig
from tests.networks import small_config

PATIENCE = 180.0
"""Seconds that a process may take to start on a busy machine."""


def keep_digits(folder: Path) -> Path:
    """A folder for `CNN_DATA_DIR` whose `fashion_mnist.npz` holds scikit-learn's digits: few and here."""
    digits = uci_digits()
    arrays = {name: getattr(digits, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    folder.mkdir(parents=True)
    np.savez(folder / "fashion_mnist.npz", **arrays)
    return folder


def self_signed(folder: Path, host: str, *options: str) -> tuple[Path, Path]:
    """A host's certificate that vouches for itself, and its key; by `openssl`, as `docs/operate.md` says."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", "req", "-x509", *made, *options], check=True, capture_output=True)
    return certificate, key


def few(**changes: object) -> TrainConfig:
    """A training of a second on the digits of `keep_digits`."""
    return small_config(dataset="fashion_mnist", **changes)


def until(heard: "Queue[object]", wanted: Callable[[object], bool]) -> object:
    """The first announcement that is wanted."""
    while True:
        event = heard.get(timeout=PATIENCE)
        if wanted(event):
            return event


def is_epoch(event: object) -> bool:
    """Whether it announces a whole epoch."""
    return isinstance(event, Epoch)


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < deadline
        sleep(0.05)
