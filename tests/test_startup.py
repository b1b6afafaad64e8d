"""`cnn.startup`: each thing that a machine lacks is a sentence with its cure."""

import json
import re
import socket
from collections import namedtuple

import pytest

from cnn import startup
from cnn.__main__ import main
from cnn.data import datasets
from cnn.settings import Settings

FOLDERS = ("models_dir", "work_dir", "logs_dir", "cache_dir")


@pytest.fixture
def limits(tmp_path):
    """Settings whose folders are not there yet, on a machine that has all it needs."""
    return Settings(**{name: tmp_path / name for name in FOLDERS})


@pytest.fixture
def taken():
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def requirements(monkeypatch, tmp_path):
    """Writes the requirements that are checked."""
    path = tmp_path / "requirements.txt"
    monkeypatch.setattr(startup, "REQUIREMENTS", path)
    return path.write_text


def said(findings) -> str:
    """The one sentence that was found."""
    [finding] = findings
    return str(finding)


def test_nothing_is_in_the_way_here(limits):
    """Where the tests run, everything that the app needs is there, and its folders come into being."""
    assert startup.obstacles(limits) == []
    assert all(getattr(limits, name).is_dir() for name in FOLDERS)


def test_an_old_python_is_named(limits, monkeypatch):
    """The version that is here and the one that is needed, and how another is chosen."""
    version = namedtuple("version", "major minor micro")(3, 10, 4)
    monkeypatch.setattr(startup.sys, "version_info", version)
    text = said(startup.obstacles(limits))
    assert "3.10" in text
    assert "3.11 or later" in text
    assert "make PYTHON=" in text


def test_a_missing_package_stops(limits, requirements):
    """It is named, with the command that installs it; one for other systems is not missed."""
    requirements('nowhere-to-be-found>=1  # why\n\nelsewhere>=2; sys_platform == "plan9"\n')
    text = said(startup.obstacles(limits))
    assert "nowhere-to-be-found" in text
    assert "pip install -r requirements.txt" in text
    assert "elsewhere" not in text


def test_an_untested_version_is_a_caution(limits, requirements):
    """Another version than the tested ones may work: it is said and stops nothing."""
    requirements("numpy<0.1\n")
    assert startup.obstacles(limits) == []
    text = next(str(finding) for finding in startup.cautions(limits) if "numpy" in str(finding))
    assert "tested in <0.1" in text
    assert "pip install" in text


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_takes_nothing_is_named(limits, name):
    """With the reason, and the setting that names another."""
    getattr(limits, name).write_text("a file stands in its place")
    text = said(startup.obstacles(limits))
    assert str(getattr(limits, name)) in text
    assert f"CNN_{name.upper()}" in text


def test_a_taken_port_is_named_with_a_free_one(limits, taken):
    """The sentence has the command that starts on a port that is free."""
    text = said(startup.obstacles(limits, taken))
    other = int(re.search(r"make run PORT=(\d+)", text)[1])
    assert startup.obstacles(limits, other) == []


def test_little_disk_is_a_caution(limits, monkeypatch):
    """What is free, where, and the setting that names another disk."""
    usage = namedtuple("usage", "total used free")(10**12, 10**12 - 5 * 10**6, 5 * 10**6)
    monkeypatch.setattr(startup.shutil, "disk_usage", lambda _path: usage)
    text = next(str(finding) for finding in startup.cautions(limits) if "free" in str(finding))
    assert "5 MB" in text
    assert "CNN_MODELS_DIR" in text


def test_missing_data_are_a_caution(limits, monkeypatch):
    """MNIST can still be fetched or stood in for: how is said."""
    monkeypatch.setattr(datasets, "find", lambda _name: None)
    text = next(str(finding) for finding in startup.cautions(limits) if "MNIST" in str(finding))
    assert "python -m cnn data" in text
    assert "CNN_DATA_DIR" in text


def test_a_data_folder_that_cannot_be_read_is_a_caution(limits, tmp_path):
    """Nothing is found there; the folder and the system's reason are named."""
    (tmp_path / "file").touch()
    closed = limits.model_copy(update={"data_dir": tmp_path / "file"})
    text = next(str(finding) for finding in startup.cautions(closed) if "CNN_DATA_DIR" in str(finding))
    assert f"{tmp_path / 'file'}, which cannot be read (a file stands where a folder should)" in text


def test_the_command_tells_and_fails(limits, taken, monkeypatch, capsys):
    """`python -m cnn check` ends with 0 where nothing is in the way, and with 1 where something is."""
    monkeypatch.setattr("cnn.settings.settings", lambda: limits)
    assert main(["check"]) == 0
    capsys.readouterr()
    assert main(["check", "--port", str(taken), "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["stops"] for line in lines].count(True) == 1
    assert str(taken) in next(line["problem"] for line in lines if line["stops"])
