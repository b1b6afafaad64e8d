"""The gate before each `.keras` file: what may be in one, held against it before anything in it is used.

A model's folder may come from anywhere. Of its file only numbers are ever read, into a network that is
built here (see `cnn.network.build`), so nothing in it can run. What is more in a file than Keras puts there
is no accident, though, and the whole file is refused with its reason. Nothing is unpacked, and nothing is
read before its size is known to be one that such a file can have.
"""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from cnn.errors import ModelBroken
from cnn.i18n import N_
from cnn.settings import settings
from cnn.training.layers import KERAS_CLASSES

WEIGHTS = "model.weights.h5"
_DESCRIPTION = "config.json"
_MEMBERS = {"metadata.json", _DESCRIPTION, WEIGHTS}

LAYERS = frozenset({"InputLayer", *KERAS_CLASSES.values()})
"""Keras's names of the layers that a network may have here."""

_KNOWN = {"keras": {"Sequential", "DTypePolicy"}, "keras.layers": LAYERS}
_HARMLESS = {"keras.initializers", "keras.optimizers", "keras.optimizers.schedules"}
"""Modules of Keras whose classes only compute with numbers."""

_BYTES_OF_A_TEXT = 1 << 20
# A network's parameter is four bytes, and the optimizer may keep two more numbers for each.
_BYTES_OF_A_PARAMETER = 12
_SLACK = 32 << 20

# The last record of a zip archive without a comment; before it may lie a pointer to its 64-bit form.
_END, _END_BYTES = b"PK\x05\x06", 22
_POINTER, _POINTER_BYTES = b"PK\x06\x07", 20
_DIRECTORY_BYTES = 4096


def check_file(path: Path) -> None:
    """Let a `.keras` file pass or say what is wrong with it; its weights are for `cnn.network.weights`.

    Raises:
        ModelBroken: it is larger than any network, is cut short, is no `.keras` file, or has in it what
            Keras does not put there for a network of this app: other files, packed ones, other layers.
    """
    try:
        _check(path)
    except (OSError, BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise _cut_short(path.name) from error


def _check(path: Path) -> None:
    if not path.is_file():
        raise _cut_short(path.name)
    size = path.stat().st_size
    most = settings().max_parameters * _BYTES_OF_A_PARAMETER + _SLACK
    if size > most:
        raise ModelBroken(
            N_("{file} has {size:,} bytes, but the largest network that may be has {most:,}. Remove it."),
            file=path.name,
            size=size,
            most=most,
        )
    _check_ends(path, size)
    with ZipFile(path) as archive:
        members = archive.infolist()
        for member in members:
            _check_member(path.name, member, size)
        if sorted(member.filename for member in members) != sorted(_MEMBERS):
            raise _cut_short(path.name)
        description = json.loads(archive.read(_DESCRIPTION))
    _check_description(path.name, description)


def _check_ends(path: Path, size: int) -> None:
    """Refuse what is no zip archive with a short list of contents: reading a long one takes memory."""
    with path.open("rb") as file:
        first = file.read(8)
        file.seek(max(0, size - _POINTER_BYTES - _END_BYTES))
        last = file.read()
    if first == b"\x89HDF\r\n\x1a\n":
        raise ModelBroken(
            N_(
                "{file} is an HDF5 file, the older format of Keras, which can carry code. "
                "Only .keras files are read here. Train the network again."
            ),
            file=path.name,
        )
    pointer, end = last[:-_END_BYTES], last[-_END_BYTES:]
    directory = int.from_bytes(end[12:16], "little")
    if not end.startswith(_END) or pointer.startswith(_POINTER) or directory > _DIRECTORY_BYTES:
        raise _cut_short(path.name)


def _check_member(file: str, member: ZipInfo, size: int) -> None:
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts:
        raise ModelBroken(
            N_("{file} contains {member!r}, a path that leads out of its folder. Remove the model."),
            file=file,
            member=member.filename,
        )
    if member.filename not in _MEMBERS:
        raise ModelBroken(
            N_("{file} contains {member!r}, which no network of this app has in its file. Remove the model."),
            file=file,
            member=member.filename,
        )
    most = size if member.filename == WEIGHTS else _BYTES_OF_A_TEXT
    if member.compress_type != ZIP_STORED or member.file_size > most:
        raise ModelBroken(
            N_(
                "{file} contains {member!r}, which would unpack from {packed:,} bytes to {size:,}; "
                "Keras packs nothing. Remove the model."
            ),
            file=file,
            member=member.filename,
            packed=member.compress_size,
            size=member.file_size,
        )


def _check_description(file: str, description: Any) -> None:
    strange = next(_strange_objects(description), None)
    if strange is not None:
        raise ModelBroken(
            N_(
                "{file} describes a network with {strange!r}, which may bring code of its own; it is not run "
                "here. Only these layers are: {layers}. Remove the model."
            ),
            file=file,
            strange=strange,
            layers=", ".join(sorted(LAYERS)),
        )


def _strange_objects(value: Any) -> Iterator[str]:
    """The names of the objects in a description that are not Keras's own, or layers of other kinds."""
    if isinstance(value, dict):
        if "class_name" in value:
            name, module = str(value["class_name"]), str(value.get("module"))
            if module not in _HARMLESS and name not in _KNOWN.get(module, ()):
                yield name
        # By name it is one of Keras's own; anything else is a function that came along.
        if not isinstance(value.get("activation", ""), str):
            yield "activation"
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _strange_objects(each)


def _cut_short(file: str) -> ModelBroken:
    return ModelBroken(N_("{file} is cut short or no Keras file. Restore it or train again."), file=file)
