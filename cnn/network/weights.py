"""The gate before the weights in a `.keras` file: an HDF5 file that may hold plain numbers and nothing else.

HDF5 can point to other files, describe arrays that are larger than the file, and keep Python objects.
Keras refuses some of that, and arrays above four gigabytes; a process that answers must not grow by one.
"""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import h5py

from cnn.errors import ModelBroken
from cnn.i18n import N_
from cnn.models.file_check import WEIGHTS, check_file

_MOST_LINKS = 10_000
_DEEPEST = 12


def check_weights(path: Path) -> None:
    """Let a `.keras` file pass or say what is wrong with it, its weights included.

    Raises:
        ModelBroken: as `cnn.models.file_check.check_file`; or the weights are anything but numbers that
            lie in the file.
        OSError, KeyError, ValueError, RuntimeError: HDF5 cannot read it.
    """
    check_file(path)
    with ZipFile(path) as archive, archive.open(WEIGHTS) as member:
        size = archive.getinfo(WEIGHTS).file_size
        with h5py.File(member, "r") as file:
            # h5py visits each link and follows none out of the file, and stops at the first reason.
            reason = file.visititems_links(_Links(path.name)) or file.visititems(_Arrays(path.name, size))
    if reason is not None:
        raise reason


class _Links:
    """Says what is wrong with the first bad link."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._count = 0

    def __call__(self, name: str, link: Any) -> ModelBroken | None:
        self._count += 1
        if not isinstance(link, h5py.HardLink):
            return _leads_elsewhere(self._file, name)
        if self._count > _MOST_LINKS or name.count("/") > _DEEPEST:
            return ModelBroken(
                N_("{file} has more parts, or deeper ones, than any network. Remove the model."),
                file=self._file,
            )
        return None


class _Arrays:
    """Says what is wrong with the first bad array, of those of a file of `size` bytes."""

    def __init__(self, file: str, size: int) -> None:
        self._file = file
        self._left = size

    def __call__(self, name: str, item: Any) -> ModelBroken | None:
        if not isinstance(item, h5py.Dataset):
            return None
        if item.dtype.kind not in "fiu":
            return ModelBroken(
                N_("{file} holds {kind} as {name!r}, where numbers should be. Remove the model."),
                file=self._file,
                name=name,
                kind=str(item.dtype),
            )
        if item.external or item.is_virtual:
            return _leads_elsewhere(self._file, name)
        self._left -= item.nbytes
        if self._left < 0:
            return ModelBroken(
                N_("{file} declares {size:,} bytes as {name!r}, more than it holds. Remove the model."),
                file=self._file,
                name=name,
                size=item.nbytes,
            )
        return None


def _leads_elsewhere(file: str, name: str) -> ModelBroken:
    return ModelBroken(
        N_("{file} takes {name!r} from another place instead of holding it. Remove the model."),
        file=file,
        name=name,
    )
