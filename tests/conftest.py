"""Where tests find data, and what they must leave alone."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

PROJECT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT.parent / "shared" / "data"

# Set before anything reads the settings, and inherited by the processes that tests start: nobody's own
# models, caches and trainings are seen or touched.
if "CNN_DATA_DIR" not in os.environ and SHARED_DATA.is_dir():
    os.environ["CNN_DATA_DIR"] = str(SHARED_DATA)
_PRIVATE = tempfile.TemporaryDirectory(prefix="cnn-tests-", ignore_cleanup_errors=True)
for setting in ("MODELS_DIR", "CACHE_DIR", "WORK_DIR", "LOGS_DIR"):
    # The processes of one run (pytest-xdist) share what can be computed again.
    if setting != "CACHE_DIR" or "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[f"CNN_{setting}"] = str(Path(_PRIVATE.name) / setting.lower())

# The command line speaks the terminal's language; the tests read English.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)

# The machines that run this are shared and slow at times: how long an example takes says nothing.
hypothesis_settings.register_profile("cnn", deadline=None, max_examples=60, derandomize="CI" in os.environ)
hypothesis_settings.load_profile("cnn")


LONGEST = ["test_faults.py", "test_cluster.py", "test_workers.py", "test_leaving.py"]
"""The files that take minutes, most of which is waiting for processes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser, then the longest files: where several run at once, none is left at the end."""

    def turn(item: pytest.Item) -> int:
        if item.path.parent.name == "browser":
            return 0
        return 1 if item.path.name in LONGEST else 2

    items.sort(key=turn)


@pytest.fixture(scope="session")
def mnist():
    """MNIST, as `cnn.data.datasets.Dataset`; without it, on CI, the digits that stand in for it."""
    from cnn.data import datasets

    if datasets.find("mnist") is None and os.environ.get("CI") != "true":
        pytest.skip("needs mnist.npz: name its folder in CNN_DATA_DIR, or run `python -m cnn data`")
    return datasets.load("mnist")
