"""What holds for every page and for the directions of imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cnn.data import datasets
from cnn.settings import Settings
from tests.pages.opened import APP, PAGES

PROJECT = APP.parent
TOLD = "MNIST is not on this computer"

VISIT_ALL = """
import sys
from tests.pages.opened import PAGES, open_app

page = open_app("ann")
for name in PAGES:
    page.switch_page(f"pages/{name}.py").run()
    assert not page.exception, (name, page.exception)
    assert page.title, name
print(sorted({"keras", "tensorflow"} & set(sys.modules)))
"""


def test_no_page_brings_keras():
    """After a visit to every page, neither Keras nor TensorFlow is in the app's process."""
    done = subprocess.run(
        [sys.executable, "-c", VISIT_ALL], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def test_a_start_waits_for_no_page():
    """Before its first visitor the server imports nothing of what pages alone need."""
    late = [
        "cnn.jobs.queue",
        "pages.parts.server.language",
        "pages.parts.train.snapshot",
        "cv2",
        "distributed",
    ]
    code = f"import sys, app; print(sorted(set({late}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def imports(path: Path) -> set[str]:
    """The top names of all that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def importing(folder: str, *forbidden: str) -> list[str]:
    """Files under a folder that import what they must not."""
    return [
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / folder).rglob("*.py"))
        if any(name == bad or name.startswith(f"{bad}.") for name in imports(path) for bad in forbidden)
    ]


def test_the_library_knows_no_page():
    """Nothing under `cnn/` imports Streamlit or a page."""
    assert importing("cnn", "streamlit", "pages") == []


def test_pages_reach_networks_through_workers_only():
    """No page imports Keras, Dask or `cnn.network`; in the library only `cnn.network` imports Keras."""
    assert importing("pages", "keras", "tensorflow", "distributed", "dask", "cnn.network") == []
    outside = [name for name in importing("cnn", "keras", "tensorflow") if "/network/" not in name]
    assert outside == []


def test_widgets_know_no_server():
    """What shows something can be shown by any server; the server may know what it shows."""
    assert importing("pages/parts/widgets", "pages.parts.server", "pages.parts.frame") == []


@pytest.mark.parametrize(
    ("folder", "later"),
    [
        *((first, ("models", "insight", "network", "jobs")) for first in ("data", "pictures", "training")),
        *((second, ("network", "jobs")) for second in ("models", "insight")),
        ("network", ("jobs",)),
    ],
)
def test_the_librarys_folders_point_one_way(folder, later):
    """Data, pictures and trainings know no model, models and insight no network, and a network no job."""
    assert importing(f"cnn/{folder}", *(f"cnn.{name}" for name in later)) == []


def test_private_parts_stand_in_one_module_each():
    """What Keras and Streamlit do not promise is imported where a test says which upgrade broke it."""
    inside = ["runtime", "errors", "web", "elements", "delta_generator", "proto", "config"]
    assert importing("cnn", "keras.src") == ["cnn/network/compat.py"]
    assert importing("pages", *(f"streamlit.{part}" for part in inside)) == ["pages/parts/server/compat.py"]


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """A machine without any data set."""
    # The environment stays as it is: another thread may be copying it for the processes that it starts.
    monkeypatch.setattr(datasets, "settings", lambda: Settings(data_dir=None))
    monkeypatch.setattr(datasets, "_keras_cache", lambda: tmp_path)
    monkeypatch.setattr(datasets, "DATA", tmp_path)


@pytest.mark.parametrize("name", PAGES)
def test_data_that_stand_in_are_told(visit, no_data, name):
    """Where MNIST is not to be had, every page says what stands in for it and how to bring it."""
    page = visit(name)
    assert any(TOLD in caption.value and "CNN_DATA_DIR" in caption.value for caption in page.caption)
    assert not page.exception


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_quiet_where_the_data_are(visit, monkeypatch, tmp_path, name):
    """With MNIST here, no page speaks of it."""
    (tmp_path / "mnist.npz").touch()
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    assert not any(TOLD in caption.value for caption in visit(name).caption)
