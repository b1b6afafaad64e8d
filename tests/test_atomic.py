"""`cnn.atomic`: whatever stops a write, what stood there before stands there still, and nothing beside it."""

import errno
import os
from pathlib import Path

import pytest

from cnn import atomic


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def fill_half(folder: Path) -> None:
    """Write a part of what was to come, and find no more room."""
    (folder / "part").write_bytes(b"half")
    full()


def everything(folder: Path) -> dict[str, bytes]:
    """All files below a folder, with their contents."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("before", [{}, {"kept": b"old"}], ids=["new", "replaced"])
@pytest.mark.parametrize("step", ["fsync", "replace", "mkdir"])
def test_a_file_that_finds_no_room_changes_nothing(tmp_path, monkeypatch, before, step):
    """Wherever the disk fills up, the old file stays whole, a new one is not there."""
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    with monkeypatch.context() as patch:
        patch.setattr(os, step, full)
        with pytest.raises(OSError, match="No space left"):
            atomic.write(tmp_path / "kept", b"new")
    assert everything(tmp_path) == before
    atomic.write(tmp_path / "kept", b"new")
    assert everything(tmp_path) == {"kept": b"new"}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("before", [{}, {"kept/part": b"old"}], ids=["new", "replaced"])
def test_a_folder_that_is_not_filled_changes_nothing(tmp_path, before):
    """Where filling it fails, the folder that stood there stays with all that is in it."""
    for name, content in before.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(content)
    with pytest.raises(OSError, match="No space left"), atomic.folder(tmp_path / "kept") as folder:
        fill_half(folder)
    assert everything(tmp_path) == before
    with atomic.folder(tmp_path / "kept") as folder:
        (folder / "other").write_bytes(b"new")
    assert everything(tmp_path) == {"kept/other": b"new"}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
