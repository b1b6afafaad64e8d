"""Pages without a browser, by Streamlit's AppTest; the workers behind them are played."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn.jobs import queue
from cnn.jobs.workers import workers as real_workers
from cnn.settings import settings
from pages.parts.frame import tour
from pages.parts.model import picker
from tests.pages.opened import open_app
from tests.played import PlayedWorkers

OWNER = "ann"


@pytest.fixture(scope="package", autouse=True)
def _no_process_stays() -> Iterator[None]:
    """Whatever a page started for real ends with the last of these tests."""
    yield
    real_workers().close()
    real_workers.cache_clear()


@pytest.fixture
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A models folder of the test's own."""
    monkeypatch.setenv("CNN_MODELS_DIR", str(tmp_path / "models"))
    settings.cache_clear()
    yield tmp_path / "models"
    settings.cache_clear()


@pytest.fixture
def workers(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedWorkers]:
    """Workers that train nothing, behind an empty queue."""
    played = PlayedWorkers()
    monkeypatch.setattr(queue, "workers", lambda: played)
    queue.training_queue.cache_clear()
    tour.left_at.clear()
    picker.chosen_before.clear()
    yield played
    queue.training_queue.cache_clear()


@pytest.fixture
def visit(workers: PlayedWorkers) -> Callable[[str], AppTest]:
    """Opens a page, as the visitor `OWNER`."""

    return lambda name: open_app(OWNER).switch_page(f"pages/{name}.py").run()
