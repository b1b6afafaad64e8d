"""The Dockerfile agrees with the project. Building it needs a registry of images, which tests do without."""

import json
import re

import pytest

from cnn.settings import PROJECT, Settings

LINES = re.sub(r"\\\n", " ", (PROJECT / "Dockerfile").read_text(encoding="utf-8")).splitlines()
KEPT = [
    line[1:]
    for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line.startswith("!")
]


def said(instruction: str) -> list[str]:
    """What stands behind each instruction of that name."""
    return [line.partition(" ")[2].strip() for line in LINES if line.startswith(f"{instruction} ")]


@pytest.mark.parametrize("source", [path for copied in said("COPY") for path in copied.split()[:-1]])
def test_all_that_is_copied_is_there(source):
    """Each file and folder exists, and `.dockerignore` lets it through."""
    assert (PROJECT / source).exists()
    assert source in KEPT


def test_nothing_else_goes_along():
    """What `.dockerignore` lets through is copied: no other way leads into the image."""
    assert {path for copied in said("COPY") for path in copied.split()[:-1]} == set(KEPT)


def test_the_base_is_pinned_and_tested():
    """It is one release of the Python that the project asks for, by its full number."""
    [base] = said("FROM")
    version = re.fullmatch(r"python:(\d+\.\d+)\.\d+-slim-\w+", base)
    assert version
    assert f'requires-python = ">={version[1]}"' in (PROJECT / "pyproject.toml").read_text(encoding="utf-8")


def test_it_does_not_run_as_root():
    """From where the app's own files are in place, the user is another, and stays so."""
    [user] = said("USER")
    assert user != "root"
    assert all(LINES.index(f"COPY {copied}") < LINES.index(f"USER {user}") for copied in said("COPY"))


def test_the_packages_are_the_locked_ones():
    """They are installed from the requirements, held to the constraints."""
    assert any("-r requirements.txt -c constraints.txt" in command for command in said("RUN"))


def test_the_settings_are_ours():
    """Each variable that it sets is one of the settings."""
    variables = [pair.partition("=")[0] for line in said("ENV") for pair in line.split()]
    assert {name.removeprefix("CNN_").lower() for name in variables} <= set(Settings.model_fields)


def test_health_is_asked_where_the_app_listens():
    """Start, health check and the port that is told agree."""
    [port] = said("EXPOSE")
    [start] = said("CMD")
    assert json.loads(start) == ["streamlit", "run", "app.py", "--server.port", port]
    assert f"http://127.0.0.1:{port}/_stcore/health" in said("HEALTHCHECK")[0]
