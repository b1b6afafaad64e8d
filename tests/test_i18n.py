"""`cnn.i18n`: texts in the language of whoever reads."""

import json
import os
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from cnn import i18n


@pytest.fixture
def korean(tmp_path, monkeypatch):
    """A Korean catalogue with two entries, and a reader who can change the language."""
    catalogue = Catalog(locale="ko")
    catalogue.add("Draw", "그리기")
    catalogue.add(("{n} image", "{n} images"), ("이미지 {n}장",))
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    i18n.path_of("ko").parent.mkdir(parents=True)
    with i18n.path_of("ko").open("wb") as file:
        write_po(file, catalogue)
    i18n.catalogue.cache_clear()
    language = ["ko"]
    monkeypatch.setitem(i18n._reader, "language", lambda: language[0])
    yield language
    i18n.catalogue.cache_clear()


def test_without_a_reader_texts_are_english():
    """On the command line and in notebooks, the source texts are shown."""
    assert i18n._("Draw") == "Draw"
    assert i18n.ngettext("{n} image", "{n} images", 1) == "{n} image"
    assert i18n.ngettext("{n} image", "{n} images", 2) == "{n} images"


def test_the_reader_decides_at_each_text(korean):
    """The language is asked for whenever a text is wanted, so two readers in turn get their own."""
    assert i18n._("Draw") == "그리기"
    assert i18n.ngettext("{n} image", "{n} images", 2) == "이미지 {n}장"
    korean[0] = "en"
    assert i18n._("Draw") == "Draw"


@pytest.mark.usefixtures("korean")
def test_what_is_not_translated_stays_english():
    """A text that the catalogue lacks is shown as it is; a marked one stays itself."""
    assert i18n._("Never seen") == "Never seen"
    assert i18n.N_("Draw") == "Draw"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANGUAGE": "ko:en", "LANG": "en_US.UTF-8"}, "ko"),
        ({"LC_ALL": "", "LC_MESSAGES": "ko"}, "ko"),
        ({"LANG": "tlh_XX@latin"}, "en"),
        ({"LANGUAGE": "tlh:ko", "LANG": "tlh_XX.UTF-8"}, "ko"),
    ],
)
def test_a_terminals_language_is_that_of_its_environment(monkeypatch, variables, language):
    """In gettext's order; a language without translations is English."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert i18n.of_environment() == language


def test_the_command_line_speaks_korean(tmp_path):
    """Where the terminal is Korean, so are its errors; what a program reads stays English."""
    command = [sys.executable, "-m", "cnn", "classify", str(tmp_path / "nothing.png")]
    environment = {**os.environ, "LC_ALL": "", "LANGUAGE": "", "LANG": "ko_KR.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "그런 파일이나 폴더가 없습니다" in done.stdout + done.stderr
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, env=environment, check=False)
    assert "there is no such file or folder" in json.loads(done.stdout)["error"]


def test_a_language_can_be_fixed(korean):
    """Whoever reads; and only as long as it is."""
    with i18n.fixed("en"):
        assert i18n._("Draw") == "Draw"
    assert i18n._("Draw") == "그리기"
