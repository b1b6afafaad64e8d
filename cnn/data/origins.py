"""Where the data sets of `cnn.data.datasets` come from, and what they must look like."""

import gzip
import io
import pickle
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnn.data.downloads import RemoteFile
from cnn.i18n import N_

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]

DIGITS = tuple("0123456789")
CLOTHES = (
    N_("T-shirt or top"),
    N_("Trousers"),
    N_("Pullover"),
    N_("Dress"),
    N_("Coat"),
    N_("Sandal"),
    N_("Shirt"),
    N_("Trainer"),
    N_("Bag"),
    N_("Ankle boot"),
)
THINGS = (
    N_("Aeroplane"),
    N_("Car"),
    N_("Bird"),
    N_("Cat"),
    N_("Deer"),
    N_("Dog"),
    N_("Frog"),
    N_("Horse"),
    N_("Ship"),
    N_("Lorry"),
)


@dataclass(frozen=True)
class Origin:
    """Where a data set comes from and what it must look like.

    Attributes:
        files: what is fetched, or copied from Keras's cache.
        pack: makes the content of the `.npz` file of theirs.
        image_shape: an image's shape in the arrays.
        class_names: see `Dataset`.
        sha256: of the `.npz` file; None where it depends on who packed it.
    """

    files: tuple[RemoteFile, ...]
    pack: Callable[[list[bytes]], bytes]
    image_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    sha256: str | None = None


def _pack(arrays: Arrays) -> bytes:
    packed = io.BytesIO()
    x_train, y_train, x_test, y_test = arrays
    np.savez_compressed(packed, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return packed.getvalue()


def _as_it_is(contents: list[bytes]) -> bytes:
    return contents[0]


def _pack_idx(contents: list[bytes]) -> bytes:
    """Of four gzipped IDX files: a header of 16 bytes before images, of 8 before labels, then uint8."""
    x_train, y_train, x_test, y_test = map(gzip.decompress, contents)
    images = (np.frombuffer(x, np.uint8, offset=16).reshape(-1, 28, 28) for x in (x_train, x_test))
    labels = (np.frombuffer(y, np.uint8, offset=8) for y in (y_train, y_test))
    (first_images, last_images), (first_labels, last_labels) = images, labels
    return _pack((first_images, first_labels, last_images, last_labels))


def _pack_cifar(contents: list[bytes]) -> bytes:
    """Of the archive of pickled batches: each image has 1,024 red values, then green, then blue."""
    with tarfile.open(fileobj=io.BytesIO(contents[0])) as archive:
        names = [f"cifar-10-batches-py/data_batch_{i}" for i in range(1, 6)] + [
            "cifar-10-batches-py/test_batch"
        ]
        # The archive's checksum is known: what is unpickled is what its authors wrote.
        batches = [pickle.load(archive.extractfile(name), encoding="bytes") for name in names]  # type: ignore[arg-type]  # noqa: S301
    images = [batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) for batch in batches]
    labels = [np.array(batch[b"labels"], np.uint8) for batch in batches]
    return _pack((np.concatenate(images[:5]), np.concatenate(labels[:5]), images[5], labels[5]))


_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"

ORIGINS: Mapping[str, Origin] = MappingProxyType(
    {
        "mnist": Origin(
            files=(RemoteFile(_KERAS + "mnist.npz", 11_490_434, "sha256:" + _MNIST_SHA256),),
            pack=_as_it_is,
            image_shape=(28, 28),
            class_names=DIGITS,
            sha256=_MNIST_SHA256,
        ),
        "fashion_mnist": Origin(
            # The MD5 sums are those that the authors publish.
            files=(
                RemoteFile(
                    _KERAS + "train-images-idx3-ubyte.gz", 26_421_880, "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d"
                ),
                RemoteFile(
                    _KERAS + "train-labels-idx1-ubyte.gz", 29_515, "md5:25c81989df183df01b3e8a0aad5dffbe"
                ),
                RemoteFile(
                    _KERAS + "t10k-images-idx3-ubyte.gz", 4_422_102, "md5:bef4ecab320f06d8554ea6380940ec79"
                ),
                RemoteFile(
                    _KERAS + "t10k-labels-idx1-ubyte.gz", 5_148, "md5:bb300cfdad3c16e7a12a480ee83cd310"
                ),
            ),
            pack=_pack_idx,
            image_shape=(28, 28),
            class_names=CLOTHES,
        ),
        "cifar10": Origin(
            files=(
                RemoteFile(
                    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
                    170_498_071,
                    "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                ),
            ),
            pack=_pack_cifar,
            image_shape=(32, 32, 3),
            class_names=THINGS,
        ),
    }
)
