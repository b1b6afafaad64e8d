"""`cnn.logs`: one file, one line an event, and the last errors out of it."""

import errno
import gc
import logging
import re
import subprocess
import sys
import weakref
from time import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn import i18n, logs
from cnn.errors import CnnError
from cnn.settings import settings


@pytest.fixture
def begin(monkeypatch):
    """Begins a log in a folder and gives the handlers it took; the loggers are afterwards as they were."""
    root = logging.getLogger()
    before = list(root.handlers)

    def begun(folder):
        monkeypatch.setenv("CNN_LOGS_DIR", str(folder))
        settings.cache_clear()
        logs.begin.cache_clear()
        logs.begin()
        return [handler for handler in root.handlers if handler not in before]

    yield begun
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    for name in ("cnn", "pages"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    settings.cache_clear()
    logs.begin.cache_clear()
    logs._recent.events.clear()


@pytest.fixture
def log(begin, tmp_path):
    """A log of the test's own."""
    begin(tmp_path / "logs")
    return tmp_path / "logs" / "app.log"


def test_an_event_is_a_line(log):
    """With its time, its level and whose it is; also one that is only information."""
    logging.getLogger("cnn.jobs.queue").info("training %s begins", "abc")
    [line] = log.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO cnn\.jobs\.queue: training abc begins", line)


def test_an_exception_is_a_line_too(log):
    """With its whole traceback, so that the cause can be found."""
    try:
        raise ValueError("of what came\nin two lines")
    except ValueError:
        logging.getLogger("pages.parts.server.lifespan").exception("a page failed")
    [line] = log.read_text().splitlines()
    assert line.endswith(r"ValueError: of what came\nin two lines")
    assert "Traceback" in line


@given(st.text())
def test_nothing_that_is_typed_makes_a_second_event(typed):
    """Whatever characters a name has, nobody can write an event of their own with it."""
    record = logging.LogRecord("cnn", logging.INFO, "", 0, "model %s is saved", (typed,), None)
    assert len(logs._OneLine().format(record).splitlines()) == 1


def test_the_last_errors_come_back_newest_first(log):
    """Warnings and errors alone, and only so many."""
    for number in range(5):
        logging.getLogger("cnn").warning("warning %d", number)
        logging.getLogger("cnn").info("information %d", number)
    logging.getLogger("cnn").error("an error")
    assert [str(event) for event in logs.last(3)] == ["an error", "warning 4", "warning 3"]
    [event] = logs.last(1)
    assert event.level == logging.ERROR
    assert event.when == pytest.approx(time(), abs=60)


def test_the_files_stay_bounded(log):
    """A file turns over by itself, and old ones go."""
    [handler] = [
        each for each in logging.getLogger().handlers if getattr(each, "baseFilename", "") == str(log)
    ]
    handler.maxBytes = 2000
    for number in range(500):
        logging.getLogger("cnn").warning("warning %d", number)
    assert sum(path.stat().st_size for path in log.parent.iterdir()) <= 2000 * 5
    assert "warning 499" in log.read_text()


def test_what_is_kept_in_memory_stays_bounded(log):
    """A fault that comes again and again takes no more room than a hundred."""
    for number in range(1000):
        logging.getLogger("cnn").warning("warning %d", number)
    kept = [str(event) for event in logs.last(1000)]
    assert kept == [f"warning {number}" for number in range(999, 899, -1)]


def test_an_event_is_told_in_the_language_of_whoever_reads(log, monkeypatch):
    """Its text, the sentence of an error in it, and the system's reason; the file stays English."""
    full = OSError(errno.ENOSPC, "No space left on device")
    logging.getLogger("cnn.upkeep").warning("no copy of the shipped model could be made: %s", full)
    try:
        raise CnnError("There is no model {name!r}. It may have been deleted; choose another.", name="mine")
    except CnnError:
        logging.getLogger("pages.parts.server.lifespan").exception("a page failed")
    english = [str(event) for event in logs.last(2)]
    monkeypatch.setitem(i18n._reader, "language", lambda: "ko")
    korean = [str(event) for event in logs.last(2)]
    assert english == [
        "a page failed: There is no model 'mine'. It may have been deleted; choose another.",
        "no copy of the shipped model could be made: the disk is full",
    ]
    for told in korean:
        assert re.search("[가-힣]", told)
        assert set(re.findall("[A-Za-z]{2,}", told)) <= {"mine"}
    assert "No space left on device" in log.read_text()


def test_the_file_is_english_whoever_is_at_the_page(log, monkeypatch):
    """An error of ours, too, that comes while a page is made for somebody who reads Korean."""
    monkeypatch.setitem(i18n._reader, "language", lambda: "ko")
    try:
        raise CnnError("the disk is full")
    except CnnError as error:
        logging.getLogger("cnn").exception("a training failed: %s", error)
    assert not re.search("[가-힣]", log.read_text())
    assert "the disk is full" in log.read_text()


def failing(what):
    """Raises an error of a library."""
    raise ValueError(what)


def failing_within(what):
    """Raises an error of ours that was made of another, in whose frames something is."""
    try:
        raise CnnError("{what}", what="an inner one")
    except CnnError as error:
        raise CnnError("{reason}", reason=error) from None


@pytest.mark.parametrize("fail", [failing, failing_within])
def test_an_event_holds_on_to_nothing(fail):
    """What an error's traceback refers to, as a picture of some megabytes, is free again."""

    class Large:
        """Stands for it."""

    large, recent = Large(), logs._Recent()
    gone = weakref.ref(large)
    try:
        fail(large)
    except (CnnError, ValueError) as error:
        values, raised = (large, error), (type(error), error, error.__traceback__)
        recent.handle(logging.LogRecord("cnn", logging.ERROR, "", 0, "%s was of no use: %s", values, raised))
    del large, values, raised
    gc.collect()
    assert gone() is None
    assert "was of no use: " in str(recent.events[0])


def test_an_event_of_another_library_is_told_as_it_is(log, monkeypatch):
    """Also with a mapping for its values, and with per cent signs that are none of a template."""
    logging.getLogger("somebodys").warning("%(share)d %% are left", {"share": 5})
    logging.getLogger("somebodys").warning("100% of it")
    logging.getLogger("somebodys").warning("Error")
    logging.getLogger("somebodys").warning("")
    monkeypatch.setitem(i18n._reader, "language", lambda: "ko")
    assert [str(event) for event in logs.last(4)] == ["", "Error", "100% of it", "5 % are left"]


def test_other_libraries_keep_out_of_the_terminal(log, capsys):
    """Their warnings are in the file; the terminal hears of the app's own, and not of mere information."""
    # The handler of the terminal was made before the test's own stderr.
    [terminal] = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    terminal.setStream(sys.stderr)
    logging.getLogger("somebodys.library").warning("a note of no use here")
    logging.getLogger("cnn.jobs.workers").info("all is well")
    logging.getLogger("cnn.jobs.workers").warning("the answering process is away")
    told = capsys.readouterr().err
    assert "away" in told
    assert "no use" not in told
    assert "well" not in told
    assert "no use" in log.read_text()


def test_without_events_there_are_no_errors(log):
    """A page that asks before anything was logged gets an empty list."""
    assert logs.last(5) == []


def test_a_folder_that_cannot_be_written_ends_nothing(begin, tmp_path):
    """The app starts all the same, and says so."""
    (tmp_path / "file").touch()
    assert logging.StreamHandler in map(type, begin(tmp_path / "file"))
    [event] = logs.last(1)
    assert "a file or folder of that name is in the way" in str(event)


IMPORT = "import cnn.network.build as b; b.build"


def test_networks_are_imported_without_a_word():
    """TensorFlow's notes on how it was built reach nobody's terminal."""
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
