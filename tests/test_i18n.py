"""`cnn.i18n`: texts in the language of whoever reads."""

import json
import os
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given, settings
from hypothesis import strategies as st

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


LOCALES = ["ko", "KO", "ko-KR", "ko_KR.UTF-8", "ko.UTF-8", "ko-Kore-KR", "en", "en-GB", "en_US@euro", "EN"]
FOREIGN = ["fr", "fr-CA", "kok", "enm-GB", "C", "", "POSIX", "de_DE.UTF-8"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*LOCALES, *FOREIGN]), max_size=6))
def test_the_first_locale_that_is_ours_is_taken(preferred):
    """However browsers and systems write it; English where there is none."""
    ours = [locale[:2].lower() for locale in preferred if locale in LOCALES]
    assert i18n.negotiated(preferred) == [*ours, "en"][0]


WEIGHTS = [("", 1000), (";q=1", 1000), (";q=1.000", 1000), (" ; Q=0.9", 900), (";q=0.05", 50), (";q=0.", 0)]
TAGS = ["ko", "KO-kr", "en", "en-GB", "en-Latn-US", "fr", "kok", "*"]
MALFORMED = [
    "",
    "ko-",
    "ko;q=2",
    "ko;q=1.5",
    "en;q=0.1234",
    "en;q=-1",
    "ko q=1",
    "en;level=1",
    "한국어",
    "ko;q=",
]


def most_wanted(parts: list[tuple[str, int]]) -> str:
    """The language with the highest weight of all; of those with the same, the one that is named first."""
    named = {tag.split("-")[0].lower() for tag, _weight in parts}
    best, found = 0, "en"
    for tag, weight in parts:
        languages = [tag.split("-")[0].lower()] if tag != "*" else ["en", "ko"]
        for language in languages:
            if language in {"en", "ko"} and (tag != "*" or language not in named) and weight > best:
                best, found = weight, language
    return found


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(WEIGHTS)), max_size=6), st.data())
def test_a_browsers_most_wanted_language_is_taken(parts, data):
    """By the weights of its header, whatever else stands between its parts."""
    written = [tag + weight for tag, (weight, _) in parts]
    for _ in range(data.draw(st.integers(0, 3))):
        written.insert(data.draw(st.integers(0, len(written))), data.draw(st.sampled_from(MALFORMED)))
    header = data.draw(st.sampled_from([",", ", ", " ,\t"])).join(written)
    assert i18n.negotiated(i18n.accepted(header)) == most_wanted(
        [(tag, weight) for tag, (_, weight) in parts]
    )


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("ko;q=0.3,en;q=0.9", ["en", "ko"]),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", ["fr-CH", "fr", "en", "de", "ko"]),
        ("en;q=0, *", ["ko"]),
        ("ko;q=0", []),
    ],
)
def test_a_header_is_read_by_its_weights(header, languages):
    """The most wanted first; what has weight 0 is not wanted, and a star is any other of ours."""
    assert i18n.accepted(header) == languages


@given(st.text(max_size=60))
def test_any_header_is_read(header):
    """Whatever is sent, a page is in one of our languages."""
    assert i18n.negotiated(i18n.accepted(header)) in i18n.LANGUAGES


def test_who_reads_english_does_not_wait_for_babel():
    """Its import takes longer than all else that a first page's texts do."""
    code = """
import sys
from cnn.i18n import _, accepted, negotiated, use
assert negotiated(accepted("en-US,en;q=0.9,ko;q=0.8")) == "en"
use(lambda: "en")
_("Draw")
print("babel" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


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
