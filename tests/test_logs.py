"""`cnn.logs`: one file, one line an event, and the last errors out of it."""

import logging
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn import logs
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


@pytest.fixture
def log(begin, tmp_path):
    """A log of the test's own."""
    begin(tmp_path / "logs")
    return tmp_path / "logs" / "app.log"


def test_an_event_is_a_line(log):
    """With its time, its level and whose it is; also one that is only information."""
    logging.getLogger("cnn.trainings").info("training %s begins", "abc")
    [line] = log.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO cnn\.trainings: training abc begins", line)


def test_an_exception_is_a_line_too(log):
    """With its whole traceback, so that the cause can be found."""
    try:
        raise ValueError("of what came\nin two lines")
    except ValueError:
        logging.getLogger("pages.parts.server").exception("a page failed")
    [line] = log.read_text().splitlines()
    assert line.endswith(r"ValueError: of what came\nin two lines")
    assert "Traceback" in line


@given(st.text())
def test_nothing_that_is_typed_makes_a_second_event(typed):
    """Whatever characters a name has, nobody can write an event of their own with it."""
    record = logging.LogRecord("cnn", logging.INFO, "", 0, "model %s is saved", (typed,), None)
    assert len(logs._OneLine().format(record).splitlines()) == 1


def test_the_last_errors_come_back_newest_first(log):
    """Only those of the levels that are asked for, and only so many."""
    for number in range(5):
        logging.getLogger("cnn").warning("warning %d", number)
        logging.getLogger("cnn").info("information %d", number)
    logging.getLogger("cnn").error("an error")
    assert [event.text for event in logs.last(3)] == ["an error", "warning 4", "warning 3"]
    [event] = logs.last(1)
    assert (event.level, event.name) == ("ERROR", "cnn")


def test_the_last_errors_outlive_a_turn_of_the_file(log, monkeypatch):
    """What the file was before it turned over is read, too; all files together stay bounded."""
    [handler] = [
        each for each in logging.getLogger().handlers if getattr(each, "baseFilename", "") == str(log)
    ]
    handler.maxBytes = 2000
    for number in range(200):
        logging.getLogger("cnn").warning("warning %d", number)
    assert [event.text for event in logs.last(20)] == [f"warning {number}" for number in range(199, 179, -1)]
    assert sum(path.stat().st_size for path in log.parent.iterdir()) <= 2000 * 5


def test_other_libraries_keep_out_of_the_terminal(log, capsys):
    """Their warnings are in the file; the terminal hears of the app's own, and not of mere information."""
    # The handler of the terminal was made before the test's own stderr.
    [terminal] = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    terminal.setStream(sys.stderr)
    logging.getLogger("somebodys.library").warning("a note of no use here")
    logging.getLogger("cnn.workers").info("all is well")
    logging.getLogger("cnn.workers").warning("the answering process is away")
    told = capsys.readouterr().err
    assert "away" in told
    assert "no use" not in told
    assert "well" not in told
    assert "no use" in log.read_text()


def test_without_a_log_there_are_no_errors(tmp_path, monkeypatch):
    """A page that asks before anything was logged gets an empty list."""
    monkeypatch.setenv("CNN_LOGS_DIR", str(tmp_path / "none"))
    settings.cache_clear()
    assert logs.last(5) == []
    settings.cache_clear()


def test_a_folder_that_cannot_be_written_ends_nothing(begin, tmp_path):
    """The app starts all the same, and says so."""
    (tmp_path / "file").touch()
    assert [type(handler) for handler in begin(tmp_path / "file")] == [logging.StreamHandler]


IMPORT = "import cnn.network.build as b; b.build"


def test_networks_are_imported_without_a_word():
    """TensorFlow's notes on how it was built reach nobody's terminal."""
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
