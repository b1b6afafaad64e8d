"""A Dask cluster as on other machines: nothing is shared with the app but the network."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from queue import Queue
from types import SimpleNamespace

import psutil
import pytest
from distributed import Client, comm

import cnn.jobs.cluster
from cnn.data.uci_digits import uci_digits
from cnn.errors import TrainingError, WorkerError
from cnn.jobs.job import Job
from cnn.jobs.queue import TrainingQueue
from cnn.jobs.state import Training
from cnn.jobs.trainers import TrainersAway
from cnn.jobs.workers import Workers
from cnn.models.store import model_store
from cnn.network.classifier import Classifier
from cnn.settings import Settings, settings
from tests.machines import Cluster, kill
from tests.processes import PATIENCE, few, is_epoch, self_signed, until, wait_until


@pytest.fixture(autouse=True)
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app's machine: models of its own, and no data, for it trains nothing."""
    monkeypatch.setenv("CNN_MODELS_DIR", str(tmp_path / "laptop" / "models"))
    monkeypatch.setenv("CNN_WORK_DIR", str(tmp_path / "laptop" / "work"))
    settings.cache_clear()
    others = set(Client._instances)
    yield
    settings.cache_clear()
    # A client that nobody has closed would look for its scheduler for minutes.
    assert all(client.status in {"closing", "closed"} for client in set(Client._instances) - others)


@contextmanager
def app(cluster: Cluster, **changes: object) -> Iterator[Workers]:
    """The app's side of a cluster, which has come up."""
    wait_until(lambda: cnn.jobs.cluster.listens(cluster.address))
    processes = Workers(Settings(scheduler_address=cluster.address, answer_timeout=PATIENCE, **changes))
    try:
        yield processes
    finally:
        processes.close()


def accuracy(model_id: str) -> float:
    """The share of scikit-learn's test digits that a saved model reads, in this process."""
    folder = model_store().folder_of(model_id)
    model = Classifier(folder.record(), folder.keras_path())
    digits = uci_digits()
    return float((model.probabilities(digits.x_test).argmax(axis=1) == digits.y_test).mean())


def test_two_machines_train_at_once_and_one_does_the_work_of_both(tmp_path):
    """Two people train, one on each worker; one worker is lost, and its training ends on the other.

    Both models are here then, and read as many digits as their trainings said.
    """
    cluster = Cluster(tmp_path)
    with ExitStack() as machines:
        machines.enter_context(cluster.scheduler())
        workers = [machines.enter_context(cluster.worker(name)) for name in ("first", "second")]
        processes = machines.enter_context(app(cluster))
        wait_until(lambda: processes.capacity() == 2)
        queue = TrainingQueue(processes, per_owner=1)
        stopped = queue.submit("ann", few(epochs=200, batch_size=2)).id
        killed = queue.submit("bob", few(epochs=40)).id

        def now(job: str) -> Training:
            training = queue.get(job)
            assert training is not None
            return training

        wait_until(lambda: now(stopped).history and now(killed).history)
        addresses = {now(stopped).address, now(killed).address}
        assert len(addresses) == 2
        [lost] = [worker for worker in workers if listens(worker, str(now(killed).address))]
        kill(lost)
        wait_until(lambda: processes.capacity() == 1)
        assert now(stopped).state == "running"
        queue.stop(now(stopped))
        wait_until(lambda: now(stopped).ended and now(killed).ended)

    for job in (stopped, killed):
        record = now(job).record
        assert record is not None, now(job).error
        assert accuracy(record.id) == pytest.approx(record.test_accuracy, abs=1e-6)
    assert now(stopped).starts == 1
    assert now(killed).starts == 2
    assert now(killed).address == now(stopped).address
    assert [epoch.epoch for epoch in now(killed).history] == list(range(1, 41))


@pytest.mark.parametrize("patience", [PATIENCE, 1], ids=["soon", "late"])
def test_a_training_outlives_its_scheduler(tmp_path, patience):
    """The scheduler and its machine are lost and come back: the training waits, says so, and goes on.

    It does not begin anew, also where the app's connection has given up meanwhile.
    """
    cluster = Cluster(tmp_path)
    limits = Settings(scheduler_address=cluster.address, answer_timeout=patience)
    with ExitStack() as machines:
        scheduler = machines.enter_context(cluster.scheduler())
        worker = machines.enter_context(cluster.worker("worker"))
        wait_until(lambda: cnn.jobs.cluster.listens(cluster.address))
        processes = machines.enter_context(closing(Workers(limits)))
        queue = TrainingQueue(processes, per_owner=1)
        job = queue.submit("ann", few(epochs=40)).id

        def now() -> Training:
            training = queue.get(job)
            assert training is not None
            return training

        wait_until(lambda: len(now().history) >= 3)
        for machine in (scheduler, worker):
            kill(machine)
        wait_until(lambda: now().away)
        assert now().state == "starting"
        assert not cnn.jobs.cluster.listens(cluster.address)
        wait_until(lambda: patience == PATIENCE or processes._trainers._client.status == "closed")
        machines.enter_context(cluster.scheduler())
        machines.enter_context(cluster.worker("worker"))
        wait_until(lambda: now().ended)

    record = now().record
    assert record is not None, now().error
    assert accuracy(record.id) == pytest.approx(record.test_accuracy, abs=1e-6)
    assert (now().away, now().starts) == (False, 2)
    assert now().epochs_kept >= 2
    assert [epoch.epoch for epoch in now().history] == list(range(1, 41))


@pytest.mark.parametrize("at_once", [True, False], ids=["there", "later"])
def test_a_training_outlives_its_app(tmp_path, at_once):
    """The app that is started then goes on where the backup is, also where the cluster comes up after it."""
    cluster = Cluster(tmp_path)
    with ExitStack() as machines:
        scheduler = machines.enter_context(cluster.scheduler())
        worker = machines.enter_context(cluster.worker("worker"))
        with app(cluster) as processes:
            before = TrainingQueue(processes, per_owner=2)
            job = before.submit("ann", few(epochs=200, batch_size=4)).id
            second = before.submit("bob", few(epochs=1)).id
            wait_until(lambda: len(before.of("ann")[0].history) >= 3)
        if not at_once:
            for machine in (scheduler, worker):
                kill(machine)
            wait_until(lambda: not cnn.jobs.cluster.listens(cluster.address))
        limits = Settings(scheduler_address=cluster.address, answer_timeout=PATIENCE)
        processes = machines.enter_context(closing(Workers(limits)))
        queue = TrainingQueue(processes, per_owner=2)
        queue.take_up()
        queue.advance()
        assert [each.id for each in queue.everyones()] == [job, second]
        if at_once:
            machines.enter_context(cluster.worker("another"))
        else:
            wait_until(lambda: queue.of("ann")[0].away)
            machines.enter_context(cluster.scheduler())
            machines.enter_context(cluster.worker("worker"))
        wait_until(lambda: queue.of("ann")[0].epochs_kept)
        queue.stop(queue.of("ann")[0])
        wait_until(lambda: all(each.ended for each in queue.everyones()))
        for training in queue.everyones():
            assert training.record is not None, training.error
            epochs = [epoch.epoch for epoch in training.record.history]
            assert epochs == list(range(1, len(epochs) + 1))
        wait_until(lambda: not list((tmp_path / "worker" / "work").glob("*")))


def test_a_training_is_stopped_while_its_cluster_is_away(tmp_path):
    """What is stopped then ends, and the next in the queue waits for the cluster and is trained."""
    cluster = Cluster(tmp_path)
    with ExitStack() as machines:
        scheduler = machines.enter_context(cluster.scheduler())
        worker = machines.enter_context(cluster.worker("worker"))
        wait_until(lambda: cnn.jobs.cluster.listens(cluster.address))
        limits = Settings(scheduler_address=cluster.address, answer_timeout=1)
        queue = TrainingQueue(machines.enter_context(closing(Workers(limits))), per_owner=1)
        queue.submit("ann", few(epochs=40))
        queue.submit("bob", few(epochs=1))

        def now(owner: str) -> Training:
            [training] = queue.of(owner)
            return training

        wait_until(lambda: now("ann").history)
        assert now("bob").state == "waiting"
        for machine in (scheduler, worker):
            kill(machine)
        wait_until(lambda: now("ann").away)
        queue.stop(now("ann"))
        wait_until(lambda: now("ann").ended)
        assert "stopped while" in str(now("ann").error)
        assert queue.room_for("ann") == 1
        wait_until(lambda: now("bob").away)
        machines.enter_context(cluster.scheduler())
        machines.enter_context(cluster.worker("worker"))
        wait_until(lambda: now("bob").ended)
    assert now("bob").record is not None, now("bob").error


def test_a_training_that_no_worker_has_taken_is_stopped(tmp_path):
    """Where a cluster has no worker, a stop ends the training, and the next is trained by one that comes."""
    cluster = Cluster(tmp_path)
    with cluster.scheduler(), app(cluster) as processes:
        queue = TrainingQueue(processes, per_owner=1)
        queue.submit("ann", few(epochs=1))
        queue.submit("bob", few(epochs=1))
        [stopped], [waiting] = queue.of("ann"), queue.of("bob")
        assert (stopped.state, waiting.state) == ("starting", "waiting")
        queue.stop(stopped)
        wait_until(lambda: queue.of("ann")[0].ended)
        assert "while no process had it" in str(queue.of("ann")[0].error)
        with cluster.worker("worker"):
            wait_until(lambda: queue.of("bob")[0].ended)
    assert queue.of("bob")[0].record is not None, queue.of("bob")[0].error


def listens(machine: psutil.Process, address: str) -> bool:
    """Whether one of a machine's processes is the worker at an address."""
    port = int(address.rpartition(":")[2])
    return any(
        connection.laddr.port == port and connection.status == psutil.CONN_LISTEN
        for process in machine.children(recursive=True)
        for connection in process.net_connections()
    )


def test_with_tls_nobody_without_the_certificate_trains(tmp_path):
    """The app trains over TLS; neither it nor anybody else gets in without, and it never speaks plainly."""
    cert, key = self_signed(tmp_path, "cnn")
    cluster = Cluster(tmp_path, ["--tls-ca-file", str(cert), "--tls-cert", str(cert), "--tls-key", str(key)])
    files = {"cluster_ca_file": cert, "cluster_cert": cert, "cluster_key": key}
    with cluster.scheduler(), cluster.worker("worker"), app(cluster, **files) as processes:
        heard: Queue[object] = Queue()
        outcome = processes.begin_training(Job("ann", few(epochs=3), id="secret"), heard.put)
        assert str(until(heard, lambda event: isinstance(event, str))).startswith("tls://")
        record = model_store().save("from afar", outcome.result(PATIENCE))
        assert [event.epoch for event in heard.queue if is_epoch(event)] == [1, 2, 3]
        assert accuracy(record.id) == pytest.approx(record.test_accuracy, abs=1e-6)

        for address in (cluster.address, cluster.address.replace("tls", "tcp")):
            with pytest.raises((OSError, TypeError)):
                asyncio.run(comm.connect(address, timeout=2))
        plain = cluster.address.replace("tls", "tcp")
        with pytest.raises(WorkerError, match="encryption"):
            cnn.jobs.cluster.connect(plain, Settings(scheduler_address=plain, answer_timeout=2, **files))


def test_a_file_of_tls_that_is_missing_is_said(tmp_path):
    """The sentence names the setting and what stands there."""
    (tmp_path / "ca.pem").touch()
    for cert, said in ((None, "''"), (tmp_path / "gone.pem", "gone.pem")):
        limits = Settings(cluster_ca_file=tmp_path / "ca.pem", cluster_cert=cert, answer_timeout=1)
        with pytest.raises(WorkerError, match=f"CNN_CLUSTER_CERT names no file: .*{said}"):
            cnn.jobs.cluster.connect("tls://127.0.0.1:9", limits)


def test_a_cluster_that_is_not_there_is_said():
    """Where nobody listens, the sentence names the address, and nobody waits for it as for an answer."""
    nowhere = Workers(Settings(scheduler_address="tcp://127.0.0.1:9", answer_timeout=PATIENCE))
    began = time.monotonic()
    try:
        with pytest.raises(WorkerError, match=r"tcp://127\.0\.0\.1:9 does not answer"):
            nowhere.begin_training(Job("ann", few(), id="nowhere"), lambda event: None)
    finally:
        nowhere.close()
    assert time.monotonic() - began < 10


def test_a_cluster_that_does_not_answer_is_not_asked_again_at_once(monkeypatch):
    """Whoever trains meanwhile reads the same sentence at once, and pages do not wait for it."""
    asked = []

    def refuse(address, limits):
        asked.append(address)
        raise WorkerError("The cluster does not answer.")

    monkeypatch.setattr(cnn.jobs.cluster, "connect", refuse)
    away = Workers(Settings(scheduler_address="tcp://127.0.0.1:9"))
    for _ in range(3):
        with pytest.raises(WorkerError, match="does not answer"):
            away.capacity()
    assert asked == ["tcp://127.0.0.1:9"]


def test_a_cluster_that_is_just_coming_back_is_waited_for(monkeypatch):
    """Its port listens already, it does not answer yet: no training fails that may be sent in a moment."""
    cluster = cnn.jobs.cluster.RemoteCluster("tcp://127.0.0.1:9", Settings())
    cluster._client = SimpleNamespace(status="closed")

    def refuse(address, limits):
        raise WorkerError("The cluster does not answer.")

    monkeypatch.setattr(cnn.jobs.cluster, "listens", lambda _address: True)
    monkeypatch.setattr(cnn.jobs.cluster, "connect", refuse)
    # The second attempt meets what is remembered of the first.
    for _ in range(2):
        with pytest.raises(TrainersAway):
            cluster.send(Job("ann", few()), lambda event: None, again=False)


def test_a_stop_ends_what_waits_for_processes_and_forgets_it(monkeypatch):
    """Its owner has heard of the end before anything of it is cleared away."""
    waiting = Workers(Settings(scheduler_address="tcp://127.0.0.1:9"))
    order: list[str] = []

    def away(*_, **__):
        raise TrainersAway("…")

    monkeypatch.setattr(waiting._trainers, "send", away)
    monkeypatch.setattr(waiting._trainers, "forget", lambda job_id: order.append(f"forgotten {job_id}"))
    outcome = waiting.begin_training(Job("ann", few(), id="late"), lambda event: None)
    outcome.add_done_callback(lambda _: order.append("told"))
    waiting.give_up("late")
    with pytest.raises(TrainingError, match="stopped while no process had it"):
        outcome.result(PATIENCE)
    wait_until(lambda: len(order) > 1)
    waiting.close()
    assert order == ["told", "forgotten late"]
