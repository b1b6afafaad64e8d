"""`cnn.settings`: one table, read from the environment."""

import re
from pathlib import Path

import pytest

from cnn.errors import ConfigError
from cnn.settings import Settings, settings


@pytest.fixture(autouse=True)
def read_anew():
    """The settings are read once in a process; here each test reads its own."""
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_every_setting_says_what_it_is_for():
    """The table of `docs/operate.md` is made of these sentences."""
    for name, field in Settings.model_fields.items():
        assert str(field.description).endswith("."), name


def test_the_environment_sets_them(monkeypatch, tmp_path):
    """Each is `CNN_` and its name; the scheduler goes by the name that Dask's own tools use."""
    monkeypatch.setenv("CNN_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("CNN_TRAININGS_AT_ONCE", "3")
    monkeypatch.setenv("CNN_DOWNLOAD_TIMEOUT", "2.5")
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://10.0.0.1:8786")
    read = settings()
    assert read.models_dir == tmp_path
    assert (read.trainings_at_once, read.download_timeout) == (3, 2.5)
    assert read.scheduler_address == "tcp://10.0.0.1:8786"
    assert settings() is read


def test_without_an_environment_there_are_defaults(monkeypatch):
    """Models are kept beside the code, one training runs at a time, a download waits ten seconds."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CNN_{name.upper()}", raising=False)
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    read = settings()
    assert read.models_dir == Path(__file__).parent.parent / "models"
    assert (read.data_dir, read.trainings_at_once, read.download_timeout) == (None, 1, 10.0)
    assert read.scheduler_address is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CNN_TRAININGS_AT_ONCE", "0"),
        ("CNN_TRAININGS_AT_ONCE", "many"),
        ("CNN_TRAINING_MEMORY", "1.5"),
        ("CNN_DOWNLOAD_TIMEOUT", "-1"),
        ("CNN_MAX_PARAMETERS", ""),
    ],
)
def test_an_impossible_value_is_a_sentence(monkeypatch, name, value):
    """It names the variable to change and what stands there, and comes without pydantic's own report."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^The setting {name} is {re.escape(repr(value))}: "):
        settings()
