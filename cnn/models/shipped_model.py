"""Where the model lies that comes with the project, also after somebody has deleted `models/`."""

import filecmp
from shutil import copytree

from cnn import atomic
from cnn.models.folder import ModelFolder
from cnn.settings import PROJECT, settings

SHIPPED = "shipped"
"""Its id."""


def shipped_folder() -> ModelFolder:
    """Its folder beside the code, or else the copy in the cache; it may be missing, too."""
    original = _original()
    return original if original.is_there() else _copy()


def keep_shipped() -> None:
    """Copy the shipped model into the cache, for the case that somebody deletes `models/` while people draw.

    Raises:
        OSError: the cache cannot be written; a copy that is there stays.
    """
    original, copy = _original().path, _copy().path
    files = [path.name for path in original.glob("*")]
    same, _different, _missing = filecmp.cmpfiles(original, copy, files)
    if len(same) < len(files):
        copy.parent.mkdir(parents=True, exist_ok=True)
        with atomic.folder(copy) as new:
            copytree(original, new, dirs_exist_ok=True)


def _original() -> ModelFolder:
    return ModelFolder(PROJECT / "models" / SHIPPED)


def _copy() -> ModelFolder:
    return ModelFolder(settings().cache_dir / SHIPPED)
