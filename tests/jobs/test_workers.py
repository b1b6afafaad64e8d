"""`cnn.jobs.workers` with real processes: answers, trainings, and what is left when any of them dies."""

import json
import operator
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from time import monotonic, sleep
from warnings import warn

import numpy as np
import psutil
import pytest
from distributed.system import MEMORY_LIMIT

from cnn.data.uci_digits import uci_digits
from cnn.errors import ModelBroken, ModelNotFound, OutOfMemory, TrainingDiverged, WorkerError
from cnn.jobs import processes
from cnn.jobs.job import Job
from cnn.jobs.work_folder import work_folder
from cnn.jobs.workers import Workers
from cnn.models.folder import ModelFolder
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from cnn.network import build
from cnn.network.classifier import Classifier
from cnn.settings import Settings, settings
from cnn.training.announcements import Away, Progress, Resumed, Scoring
from cnn.training.layers import Conv2D, Dense, Flatten, MaxPool2D
from tests.processes import PATIENCE, few, is_epoch, keep_digits, until, wait_until

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders of this file's own."""
    folder = tmp_path_factory.mktemp("workers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNN_DATA_DIR", str(keep_digits(folder / "data")))
        patch.setenv("CNN_MODELS_DIR", str(folder / "models"))
        patch.setenv("CNN_WORK_DIR", str(folder / "work"))
        settings.cache_clear()
        yield folder
    settings.cache_clear()


@pytest.fixture(scope="module")
def workers(place: Path) -> Iterator[Workers]:
    """One set of workers for the whole file."""
    _OTHERS.update(psutil.Process().children(recursive=True))
    shared = Workers(Settings(answer_timeout=PATIENCE))
    shared.start()
    yield shared
    shared.close()


@pytest.fixture(scope="module")
def shipped() -> ModelFolder:
    return model_store().folder_of(SHIPPED)


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return uci_digits().x_test[:20].astype(np.float32) / 255


_OTHERS: set[psutil.Process] = set()
"""What ran before these tests: the browser of the journeys, workers of pages."""


def family() -> list[psutil.Process]:
    """The processes that these tests have started; a browser of other tests may start some meanwhile."""
    children = psutil.Process().children(recursive=True)
    # By its program: Dask gives its processes other names where it can.
    return [process for process in children if process not in _OTHERS and "python" in _program(process)]


def _program(process: psutil.Process) -> str:
    try:
        return Path(process.exe()).name.lower()
    except psutil.NoSuchProcess:
        return ""


def commands(word: str) -> list[psutil.Process]:
    """The direct children whose command line has a word."""
    children = [process for process in psutil.Process().children() if process not in _OTHERS]
    return [process for process in children if word in " ".join(process.cmdline())]


def answering() -> psutil.Process:
    """The process that answers: the largest one at this one's priority."""
    usual = [process for process in family() if process.nice() == psutil.Process().nice()]
    return max(usual, key=lambda process: process.memory_info().rss)


def training() -> psutil.Process:
    """The process that trains: the largest one at a lower priority."""
    return max(yielding(), key=lambda process: process.memory_info().rss)


def yielding() -> list[psutil.Process]:
    return [process for process in family() if process.nice() > psutil.Process().nice()]


def test_an_answer_is_the_classifiers(workers, shipped, pictures):
    """What comes from the answering process is what the same classifier says in this one."""
    here = Classifier(shipped.record(), shipped.keras_path())
    for picture in pictures:
        there, expected = workers.answer(shipped, picture), here.classify(picture)
        assert there.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
        assert (there.digit, there.verdict) == (expected.digit, expected.verdict)
    assert workers.awake


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (None, ModelNotFound),
        ({}, ModelBroken),
        ({"record.json": b"{", "model.keras": b"PK"}, ModelBroken),
        ({"record.json": None, "model.keras": b"PK, and then no more"}, ModelBroken),
    ],
)
def test_a_model_that_cannot_be_read_is_said(workers, shipped, tmp_path, files, kind):
    """A missing, empty or broken folder is the model's error, not the process's, and comes at once."""
    folder = tmp_path / "model"
    if files is not None:
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes((shipped.path / name).read_bytes() if content is None else content)
    with pytest.raises(kind):
        workers.answer(ModelFolder(folder), np.zeros((28, 28), np.float32))
    assert workers.awake


def test_a_model_saved_anew_answers_anew(workers, shipped, pictures, tmp_path):
    """When a model's file changes, the next answer is the new network's, though the old one is resident."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("record.json", "model.keras"):
        (folder / name).write_bytes((shipped.path / name).read_bytes())
    before = workers.answer(ModelFolder(folder), pictures[0])
    model = build.load(ModelFolder(folder).record(), folder / "model.keras")
    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
    model.save(folder / "model.keras")
    after = workers.answer(ModelFolder(folder), pictures[0])
    assert after.probabilities == pytest.approx(np.full(10, 0.1), abs=1e-5)
    assert before.probabilities != pytest.approx(after.probabilities, abs=1e-2)


def test_an_h5_file_comes_back(workers, shipped):
    """The shipped model as HDF5 begins as such files do."""
    assert workers.h5(shipped)[:4] == b"\x89HDF"


def test_a_killed_answering_process_is_replaced(workers, shipped, pictures):
    """After SIGKILL the next drawing waits for a new process and gets the same answer."""
    before = workers.answer(shipped, pictures[0])
    killed = answering()
    killed.kill()
    after = workers.answer(shipped, pictures[0])
    assert after.probabilities == pytest.approx(before.probabilities, abs=1e-6)
    assert answering() != killed


def test_a_training_is_watched_and_comes_back(workers):
    """Announcements come while it runs, at a lower priority than answers; the result is a whole model."""
    heard: Queue[object] = Queue()
    outcome = workers.begin_training(Job("ann", few(epochs=3), id="watched"), heard.put)
    address = until(heard, lambda event: isinstance(event, str))
    assert str(address).startswith("tcp://127.0.0.1")
    until(heard, is_epoch)
    assert yielding()
    trained = outcome.result(PATIENCE)
    assert [epoch.epoch for epoch in trained.history] == [1, 2, 3]
    assert not trained.stopped
    record = model_store().save("from a worker", trained)
    assert model_store().record(record.id).test_accuracy == trained.test_accuracy


def test_a_stop_ends_a_training(workers):
    """A long training ends soon after the request and keeps what it has learned."""
    heard: Queue[object] = Queue()
    outcome = workers.begin_training(Job("ann", few(epochs=200, batch_size=2), id="stopped"), heard.put)
    address = until(heard, lambda event: isinstance(event, str))
    until(heard, lambda event: isinstance(event, Progress))
    workers.request_stop("stopped", str(address))
    trained = outcome.result(PATIENCE)
    assert trained.stopped
    assert len(trained.history) < 200


def test_a_stop_shows_before_the_test_images_are_read(workers):
    """Of a network that takes seconds to measure, the end of its fitting is heard before it is measured."""
    heard: Queue[object] = Queue()
    wide = (Conv2D(filters=32), Conv2D(filters=64), MaxPool2D(), Flatten())
    outcome = workers.begin_training(
        Job("ann", few(layers=wide, epochs=200, batch_size=8), id="heavy"), heard.put
    )
    address = until(heard, lambda event: isinstance(event, str))
    until(heard, lambda event: isinstance(event, Progress))
    workers.request_stop("heavy", str(address))
    first = until(heard, lambda event: isinstance(event, Scoring))
    assert first == Scoring(stopped=True, done=0, images=len(uci_digits().x_test))
    assert not outcome.done()
    assert outcome.result(PATIENCE).stopped


def test_a_training_that_fails_says_why(workers):
    """The error that ended it in its process is the one that arrives, with its advice."""
    deep = (Flatten(), *[Dense(units=64, activation="linear")] * 6)
    diverging = few(layers=deep, optimizer="sgd", learning_rate=10.0, epochs=20)
    outcome = workers.begin_training(Job("ann", diverging), lambda event: None)
    with pytest.raises(TrainingDiverged, match="learning rate below 10"):
        outcome.result(PATIENCE)


def test_a_backup_lasts_as_long_as_its_training(workers, place):
    """Its last whole epoch lies on the disk until whoever waits for the network has taken it."""
    heard: Queue[object] = Queue()
    outcome = workers.begin_training(Job("ann", few(epochs=200), id="kept"), heard.put)
    address = until(heard, lambda event: isinstance(event, str))
    until(heard, lambda event: is_epoch(event) and event.epoch == 2)
    assert [folder.name for folder in backups(place)] == ["kept"]
    left = []
    outcome.add_done_callback(lambda _: left.extend(backups(place)))
    workers.request_stop("kept", str(address))
    outcome.result(PATIENCE)
    wait_until(lambda: backups(place) == [])
    assert [folder.name for folder in left] == ["kept"]


@pytest.mark.parametrize(
    ("task", "arguments", "said"),
    [
        (operator.truediv, (1, 0), "could not be looked into: division by zero"),
        (os._exit, (1,), "process that looked into the network ended several times"),
    ],
)
def test_a_look_that_fails_speaks_of_no_training(workers, task, arguments, said):
    """What a long look stumbles over, its process's end too, is told as its own, not as a training's."""
    with pytest.raises(WorkerError, match=said):
        workers.begin(task, *arguments).result(PATIENCE)


def test_a_scheduler_that_complains_much_goes_on(workers, shipped, pictures, capsys):
    """More than a pipe holds, written to the scheduler's stderr, blocks nothing and arrives at the app's."""
    workers.start().result(PATIENCE).run_on_scheduler(warn, 3_000 * (100 * "x" + "\n"))
    assert workers.answer(shipped, pictures[0]).digit in range(10)
    complaint, deadline = "", monotonic() + PATIENCE
    while complaint.count("x") < 300_000:
        assert monotonic() < deadline
        complaint += capsys.readouterr().err


def test_a_process_that_has_trained_much_is_replaced(workers, monkeypatch):
    """After so many trainings another process takes the next one, and none of them is begun twice."""
    addresses = []

    def train(job):
        heard: Queue[object] = Queue()
        workers.begin_training(Job("ann", few(epochs=1), id=job), heard.put).result(PATIENCE)
        addresses.extend(event for event in heard.queue if isinstance(event, str))

    with monkeypatch.context() as patch:
        patch.setattr(processes, "TRAININGS_OF_A_PROCESS", 2)
        train("one of many")
        train("another of many")
    train("the first of many more")
    assert len(addresses) == 3
    assert len(set(addresses)) == 2


def test_a_killed_training_goes_on(workers):
    """After SIGKILL another process begins it, keeps the whole epochs, and finishes all of them."""
    heard: Queue[object] = Queue()
    outcome = workers.begin_training(Job("ann", few(epochs=30), id="killed"), heard.put)
    until(heard, lambda event: is_epoch(event) and event.epoch >= 3)
    training().kill()
    until(heard, lambda event: isinstance(event, str))
    resumed = until(heard, lambda event: isinstance(event, Resumed))
    assert len(resumed.history) >= 2
    trained = outcome.result(PATIENCE)
    assert [epoch.epoch for epoch in trained.history] == list(range(1, 31))


def test_all_come_back_after_a_killed_scheduler(workers, shipped, pictures):
    """Without the scheduler all others leave; they are started again, drawings are answered.

    A training goes on from its last whole epoch, and no note of an address is left in the temporary folder.
    """
    before = workers.answer(shipped, pictures[0])
    heard: Queue[object] = Queue()
    outcome = workers.begin_training(Job("ann", few(epochs=200, batch_size=2), id="orphaned"), heard.put)
    until(heard, lambda event: is_epoch(event) and event.epoch >= 3)
    [scheduler] = commands("distributed.Scheduler")
    leaving = answering()
    scheduler.kill()
    psutil.wait_procs([leaving], timeout=PATIENCE)
    after = workers.answer(shipped, pictures[0])
    assert after.probabilities == pytest.approx(before.probabilities, abs=1e-6)
    until(heard, lambda event: isinstance(event, Away))
    address = until(heard, lambda event: isinstance(event, str))
    assert len(until(heard, lambda event: isinstance(event, Resumed)).history) >= 2
    workers.request_stop("orphaned", str(address))
    assert outcome.result(PATIENCE).stopped
    specification = json.loads(commands("distributed.Scheduler")[0].cmdline()[-1])
    assert not Path(specification["opts"]["scheduler_file"]).exists()


def test_a_training_without_enough_memory_says_so(place, shipped, pictures, monkeypatch):
    """Its process is ended again and again by its limit; drawings are answered all the while."""
    # Both are read in the processes; fewer attempts than Dask's three only shorten the test.
    monkeypatch.setenv("CNN_MAX_PARAMETERS", "100000000")
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "1")
    small = Workers(Settings(answer_timeout=PATIENCE, training_memory=0.9e9 / MEMORY_LIMIT))
    try:
        large = few(layers=[Flatten(), Dense(units=8192), Dense(units=4096)], epochs=20)
        outcome = small.begin_training(Job("ann", large), lambda event: None)
        answers = 0
        while not outcome.done():
            assert small.answer(shipped, pictures[0]).digit in range(10)
            answers += 1
            sleep(0.2)
        assert answers > 10
        with pytest.raises(OutOfMemory, match="most likely for lack of memory"):
            outcome.result()
    finally:
        small.close()


def test_close_leaves_no_process(workers, place, caplog):
    """In the middle of a training `close` ends all that was started; a second time it does nothing.

    Whoever waits for the training is told, and nothing else fails. Those that share the workers stand above.
    """
    heard: Queue[object] = Queue()
    outcome = workers.begin_training(Job("ann", few(epochs=200), id="closed"), heard.put)
    until(heard, is_epoch)
    started = family()
    assert len(started) >= 5
    workers.close()
    assert psutil.wait_procs(started, timeout=5)[1] == []
    assert backups(place) == []
    assert isinstance(outcome.exception(PATIENCE), WorkerError)
    assert "exception calling callback" not in caplog.text
    workers.close()


OWNER = """
import time
from cnn.training.announcements import Epoch
from cnn.settings import settings
from cnn.jobs.job import Job
from cnn.jobs.workers import Workers
from tests.processes import few

heard = []
workers = Workers(settings())
workers.begin_training(Job("ann", few(epochs=200), id="orphan"), heard.append)
while not any(isinstance(event, Epoch) and event.epoch == 2 for event in heard):
    time.sleep(0.1)
print("training", flush=True)
time.sleep(600)
"""


def test_a_killed_owner_leaves_no_process(place):
    """When the process that owns the workers is killed in the middle of a training, they all end.

    Its backup stands while it lives, whatever other apps do, and is cleared away by the next one.
    """
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "training\n"
        started = psutil.Process(owner.pid).children(recursive=True)
        assert len(started) >= 5
        [backup] = backups(place)
        come_and_go()
        assert backup.is_dir()
        owner.kill()
    assert psutil.wait_procs(started, timeout=30)[1] == []
    come_and_go()
    assert not backup.parents[1].exists()


FAILURES = """
import sys
from cnn.models.shipped_model import SHIPPED
from cnn.models.store import model_store
from cnn.settings import settings
from cnn.jobs.job import Job
from cnn.jobs.workers import Workers
from tests.failing import Unusable, fail, fail_in_a_sentence
from tests.processes import few

workers = Workers(settings())
for ask in (
    lambda: workers.inspect(fail),
    lambda: workers.inspect(fail_in_a_sentence),
    lambda: workers.begin(fail).result(),
    lambda: workers.begin_training(Job("ann", few(), Unusable()), lambda event: None).result(),
    lambda: workers.answer(model_store().folder_of(SHIPPED), Unusable()),
):
    try:
        ask()
    except Exception as error:
        print(type(error).__name__, error.__cause__ and type(error.__cause__).__module__)
print({"keras", "tensorflow"} & set(sys.modules))
workers.close()
"""


def test_no_failure_brings_tensorflow_into_the_app(place):
    """What fails in a worker with an error of TensorFlow's is a sentence to the app, which imports none."""
    asked = subprocess.run(
        [sys.executable, "-c", FAILURES], cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True
    )
    assert asked.stdout.splitlines() == [
        "WorkerError None",
        "ModelError None",
        "WorkerError None",
        "OutOfMemory None",
        "ModelError None",
        "set()",
    ]


def backups(place: Path) -> list[Path]:
    """The folders of trainings in which something is kept."""
    return sorted({epoch.parent for epoch in place.glob("work/*/backups/*/epoch-*")})


def come_and_go() -> None:
    """As another app of the machine does."""
    folder = work_folder(settings().work_dir, settings().models_dir)
    assert folder is not None
    folder.release()
