"""MNIST, Fashion-MNIST, CIFAR-10, and the digits of scikit-learn where MNIST cannot be had.

MNIST (LeCun, Cortes, Burges): 60,000 training and 10,000 test images, uint8 (28, 28) in [0, 255], light
    ink on black, labels 0 to 9. Usually cited as CC BY-SA 3.0. SHA-256 of `mnist.npz`, as Keras has it:
    731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1
Fashion-MNIST (Zalando Research): the same numbers and form, ten kinds of clothes. MIT.
CIFAR-10 (Krizhevsky 2009): 50,000 and 10,000 colour photographs, uint8 (32, 32, 3) in [0, 255], RGB.

Each lies in one file, `NAME.npz`, with the arrays `x_train y_train x_test y_test`. It is looked for in
the folder that `CNN_DATA_DIR` names, in `data/`, in Keras's cache, and then fetched from where Keras
fetches it: see `cnn.data.origins`.
"""

import hashlib
import io
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from threading import RLock
from types import MappingProxyType

import numpy as np

from cnn import atomic
from cnn.data.downloads import RemoteFile, download
from cnn.data.origins import ARRAYS, DIGITS, ORIGINS, Arrays, Origin
from cnn.errors import CnnError, DataCorrupt, DataError, DataNotFound
from cnn.i18n import N_
from cnn.reasons import reason
from cnn.settings import PROJECT, settings

logger = logging.getLogger(__name__)

DATA = PROJECT / "data"
QUIET_AFTER_FAILURE = 300.0

OnBytes = Callable[[int, int | None], None]

TITLES = MappingProxyType(
    {
        "mnist": "MNIST",
        "fashion_mnist": "Fashion-MNIST",
        "cifar10": "CIFAR-10",
        "uci_digits": N_("UCI digits"),
    }
)
"""What people call each data set; to be shown through `_`."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels. All arrays are read-only: they are shared.

    Attributes:
        name: "mnist", "fashion_mnist", "cifar10", or "uci_digits".
        x_train: uint8 (N, 28, 28) or (N, 32, 32, 3), in [0, 255].
        y_train: int64 (N,), in [0, classes).
        x_test, y_test: the same for the test images.
        class_names: what the labels stand for; to be shown through `_`.
        sha256: of the file; of scikit-learn's arrays for "uci_digits".
        source: the file's path, or "scikit-learn".
        mnist_missing: why MNIST could not be had, where these digits take its place; else None.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    sha256: str
    source: str
    mnist_missing: DataError | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        height, width, channels = (*self.x_train.shape[1:], 1)[:3]
        return height, width, channels

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)


def find(name: str) -> Path | None:
    """The path of a data set's file on this machine, or None. Looks no further than whether it exists.

    Raises:
        DataNotFound: there is no data set of that name.
    """
    _origin(name)
    folders = [settings().data_dir, DATA, _keras_cache()]
    paths = [folder / f"{name}.npz" for folder in folders if folder is not None]
    return next((path for path in paths if _is_there(path)), None)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A folder that may not be looked into has nothing for anybody; `cnn.startup` names it.
        return False


def load(name: str = "mnist", *, on_bytes: OnBytes | None = None) -> Dataset:
    """A data set, fetched where it is not on this machine. Loaded once in a process, then shared.

    Where MNIST cannot be had, the digits of scikit-learn come instead, with `mnist_missing` set. A
    download that failed is not tried again for five minutes.

    Args:
        name: "mnist", "fashion_mnist", "cifar10", or "uci_digits", which are always here.
        on_bytes: called with the bytes that came and their whole number, if they must be fetched.

    Raises:
        DataNotFound: there is no data set of that name, or it is not here and could not be fetched.
        DataCorrupt: the file is cut short, of another shape, or has another hash.
    """
    if name == "uci_digits":
        return _uci_digits()
    with _LOCKS.setdefault(name, RLock()):
        try:
            path = find(name) or _fetch_unless_it_just_failed(name, on_bytes)
        except DataNotFound:
            raise
        except DataError as error:
            if name == "mnist":
                return _stand_in(error)
            raise DataNotFound(
                N_(
                    "{file} is not on this machine and could not be fetched: {reason} "
                    "Or put the file into {folder}."
                ),
                file=f"{name}.npz",
                reason=error,
                folder=str(settings().data_dir or DATA),
            ) from error
        return _read(name, path, _stamp(path))


def shape_of(name: str) -> tuple[int, int, int]:
    """(height, width, channels) of a data set's images, without loading them.

    Raises:
        DataNotFound: there is no data set of that name.
    """
    height, width, channels = (*_origin(name).image_shape, 1)[:3]
    return height, width, channels


def classes_of(name: str) -> int:
    """How many classes a data set has, without loading it.

    Raises:
        DataNotFound: there is no data set of that name.
    """
    return len(_origin(name).class_names)


def provide(name: str, folder: Path | None = None, on_bytes: OnBytes | None = None) -> Path:
    """A verified file in `folder`: the one that lies there, a copy of this machine's, or a fetched one.

    Takes and raises what `fetch` does, and `DataCorrupt` where a file that is there cannot be used.
    """
    path = (folder or DATA) / f"{name}.npz"
    found = path if _is_there(path) else find(name)
    if found is None:
        return fetch(name, path.parent, on_bytes)
    _read(name, found, _stamp(found))
    if found != path:
        content = found.read_bytes()
        with _written_to(path.parent):
            atomic.make_writable(path.parent)
            atomic.write(path, content)
    return path


def fetch(name: str, folder: Path | None = None, on_bytes: OnBytes | None = None) -> Path:
    """Fetch a data set and put its file into `folder`: whole and verified, or not at all.

    Args:
        name: "mnist", "fashion_mnist" or "cifar10".
        folder: where `NAME.npz` goes, `data/` by default; it is made where it is missing.
        on_bytes: called with the bytes that came and their whole number.

    Raises:
        DataNotFound: there is no data set of that name.
        DownloadFailed: the network did not deliver; 10 s (the setting) without a byte end it.
        DataError: the folder cannot be written, or the disk is full.
    """
    origin, folder = _origin(name), folder or DATA
    with _written_to(folder):
        # Before megabytes are fetched for it.
        atomic.make_writable(folder)
    total, before = sum(file.size for file in origin.files), 0
    contents = []
    for file in origin.files:

        def tell(done: int, before: int = before) -> None:
            if on_bytes is not None:
                on_bytes(before + done, total)

        contents.append(_kept_by_keras(file) or download(file, settings().download_timeout, tell))
        before += file.size
    path = folder / f"{name}.npz"
    packed = origin.pack(contents)
    with _written_to(folder):
        atomic.write(path, packed)
    return path


_LOCKS: dict[str, RLock] = {}
_FAILURES: dict[str, tuple[float, DataError]] = {}


def _fetch_unless_it_just_failed(name: str, on_bytes: OnBytes | None) -> Path:
    when, failure = _FAILURES.get(name, (0.0, None))
    if failure is not None and time.monotonic() - when < QUIET_AFTER_FAILURE:
        raise failure
    try:
        return fetch(name, on_bytes=on_bytes)
    except DataError as error:
        logger.warning("%s", error)
        _FAILURES[name] = (time.monotonic(), error)
        raise


_KERAS_NAMES = {"mnist.npz": "mnist.npz", "cifar-10-python.tar.gz": "cifar-10-batches-py-target_archive"}


def _keras_cache() -> Path:
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets"


def _kept_by_keras(file: RemoteFile) -> bytes | None:
    """The file as Keras fetched it once, which names archives otherwise; None unless it is whole."""
    name = file.url.rpartition("/")[2]
    try:
        content = (_keras_cache() / _KERAS_NAMES.get(name, f"fashion-mnist/{name}")).read_bytes()
    except OSError:
        return None
    return content if file.matches(content) else None


def _origin(name: str) -> Origin:
    if name not in ORIGINS:
        raise DataNotFound(
            N_("There is no data set {name!r}. Take one of: {names}."), name=name, names=", ".join(ORIGINS)
        )
    return ORIGINS[name]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise _corrupt(path, reason(error)) from error
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=4)
def _read(name: str, path: Path, _stamp: tuple[int, int]) -> Dataset:
    origin = ORIGINS[name]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _corrupt(path, reason(error)) from error
    sha256 = hashlib.sha256(content).hexdigest()
    if origin.sha256 not in (None, sha256):
        raise _corrupt(path, f"SHA-256 {sha256[:12]}… ≠ {str(origin.sha256)[:12]}…")
    return _dataset(name, unpack(path, content, origin), origin.class_names, sha256, str(path))


def unpack(path: Path, content: bytes, origin: Origin) -> Arrays:
    """The four arrays of a `.npz` file, labels as vectors.

    Args:
        path: where it lies, to be named in errors.
        content: the file's bytes.
        origin: what the arrays must look like.

    Raises:
        DataCorrupt: it is cut short, or its arrays have another form.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            x_train, y_train, x_test, y_test = (file[array] for array in ARRAYS)
    except Exception as error:  # a broken file raises whatever zipfile, zlib and numpy stumble over
        raise _corrupt(path, CnnError(N_("it is cut short, or no archive of NumPy"))) from error
    y_train, y_test = y_train.ravel(), y_test.ravel()
    for images, labels in ((x_train, y_train), (x_test, y_test)):
        _check(path, images, labels, origin)
    return x_train, y_train, x_test, y_test


def _check(path: Path, images: np.ndarray, labels: np.ndarray, origin: Origin) -> None:
    if images.dtype != np.uint8 or images.shape[1:] != origin.image_shape or not len(images):
        raise _corrupt(path, f"{images.dtype} {images.shape} ≠ uint8 (N, {str(origin.image_shape)[1:]}")
    if labels.dtype.kind not in "iu" or len(labels) != len(images):
        raise _corrupt(
            path,
            CnnError(
                N_("{images} images, {labels} labels, these of {dtype}"),
                images=len(images),
                labels=len(labels),
                dtype=str(labels.dtype),
            ),
        )
    if labels.min() < 0 or labels.max() >= len(origin.class_names):
        raise _corrupt(
            path,
            CnnError(
                N_("labels from {lowest} to {highest} instead of 0 to {last}"),
                lowest=int(labels.min()),
                highest=int(labels.max()),
                last=len(origin.class_names) - 1,
            ),
        )


def _corrupt(path: Path, why: CnnError | str) -> DataCorrupt:
    return DataCorrupt(
        N_("{file} is not the data set it should be ({reason}). Remove it: it is fetched again when needed."),
        file=str(path),
        reason=why,
    )


@lru_cache(maxsize=1)
def _stand_in(missing: DataError) -> Dataset:
    return replace(_uci_digits(), mnist_missing=missing)


@cache
def _uci_digits() -> Dataset:
    from cnn.data.uci_digits import uci_digits

    digits = uci_digits()
    arrays = (digits.x_train, digits.y_train, digits.x_test, digits.y_test)
    return _dataset("uci_digits", arrays, DIGITS, digits.sha256, "scikit-learn")


def _dataset(name: str, arrays: Arrays, class_names: tuple[str, ...], sha256: str, source: str) -> Dataset:
    x_train, y_train, x_test, y_test = arrays
    y_train, y_test = y_train.astype(np.int64), y_test.astype(np.int64)
    for array in (x_train, y_train, x_test, y_test):
        array.setflags(write=False)
    return Dataset(name, x_train, y_train, x_test, y_test, class_names, sha256, source)


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    """Say in a sentence what keeps from writing to a folder."""
    try:
        yield
    except OSError as error:
        raise DataError(
            N_("Nothing can be written to {folder} ({reason}). Make room there, or allow writing."),
            folder=str(folder),
            reason=reason(error),
        ) from error
