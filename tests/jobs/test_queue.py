"""The queue of trainings: fair, private, and nothing lost. Its workers are played by the tests."""

import errno
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn import atomic
from cnn.errors import ConfigError, DataNotFound, ModelError, TrainingDiverged, TrainingError, WorkerError
from cnn.jobs.job import Job
from cnn.jobs.queue import TrainingQueue
from cnn.jobs.state import MAX_POINTS, Training, after, queued
from cnn.jobs.work_folder import work_folder
from cnn.models import store
from cnn.models.continuation import Continuation
from cnn.models.fine_tuning import FineTuning
from cnn.models.record import LONGEST_NAME
from cnn.models.store import model_store
from cnn.settings import Settings
from cnn.training.announcements import Away, Epoch, Loading, Progress, Resumed, Scoring, StandIn
from cnn.training.recipes import RECIPES
from tests.networks import trained
from tests.played import PlayedWorkers

CONFIG = RECIPES["fast"].config


@pytest.fixture
def models_dir(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "settings", lambda: Settings(models_dir=tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def workers():
    return PlayedWorkers()


@pytest.fixture
def queue(workers, models_dir):
    return TrainingQueue(workers, per_owner=3)


def only(queue: TrainingQueue, owner: str) -> Training:
    [training] = queue.of(owner)
    return training


def test_a_training_goes_from_start_to_saved_model(queue, workers):
    """Submitted, begun, watched, ended: each step shows in the snapshot, and the model is saved."""
    job = queue.submit("ann", CONFIG).id
    assert only(queue, "ann").state == "starting"
    workers.announce(job, "tcp://w:1")
    workers.announce(job, Progress(1, 1, 5, 10, 100.0, 2.0, 0.7, 0.6, np.ones((3, 3, 1, 4), np.float32)))
    running = only(queue, "ann")
    assert running.state == "running"
    assert running.points == ((0.5, 0.7, 0.6),)
    assert running.filters.shape == (3, 3, 1, 4)
    workers.finish(job, trained())
    ended = only(queue, "ann")
    assert ended.state == "finished"
    assert model_store().record(ended.record.id).owner == "ann"


def test_models_get_the_first_free_number(queue, workers):
    """Two trainings of one recipe are saved under two names."""
    for _ in range(2):
        workers.finish(queue.submit("ann", CONFIG).id, trained())
    assert [training.record.name for training in queue.of("ann")] == ["fast 1", "fast 2"]


def test_a_continued_training_begins_with_the_epochs_that_were(queue, workers):
    """Its curve is whole from the start, and still says from what it goes on when it has ended."""
    before = model_store().save("first", trained(), owner="ann")
    job = queue.submit("ann", CONFIG, Continuation(before, b"", None)).id
    assert only(queue, "ann").history == before.history
    workers.announce(job, "tcp://w:1")
    workers.announce(job, Epoch(2, 0.4, 0.85, 0.3, 0.9, 6.0))
    assert [epoch.epoch for epoch in only(queue, "ann").history] == [1, 2]
    workers.finish(job, trained())
    assert only(queue, "ann").goes_on_from == ("first", 1)


def test_a_continued_training_bears_the_name_that_the_room_knows(queue, workers):
    """Whoever trains another's published model on never learns what its owner calls it."""
    theirs = model_store().save("bob's private name", trained(), owner="bob")
    theirs = model_store().publish(theirs.id, "Deep Thought", "bob")
    job = queue.submit("ann", CONFIG, Continuation(theirs, b"", None)).id
    workers.finish(job, trained())
    assert only(queue, "ann").goes_on_from == ("Deep Thought", 1)
    assert only(queue, "ann").record.name == "Deep Thought 1"


def test_the_queue_is_fair_between_people(queue, workers):
    """Who has two waiting stands with the second one behind everybody's first."""
    first = queue.submit("ann", CONFIG).id
    second, third = queue.submit("ann", CONFIG).id, queue.submit("ann", CONFIG).id
    other = queue.submit("bob", CONFIG).id
    places = {job: queue.get(job).place for job in (first, second, third, other)}
    assert places == {first: None, other: 1, second: 2, third: 3}
    workers.finish(first, trained())
    assert list(workers.running) == [other]


@given(owners=st.lists(st.sampled_from("abcd"), min_size=1, max_size=12))
def test_nobody_waits_for_anothers_second(owners):
    """Whatever the order of arrival, nobody's n-th starts before another's waiting (n-1)-th."""
    workers = PlayedWorkers(capacity=0)
    queue = TrainingQueue(workers, per_owner=100)
    order = [queue.submit(owner, CONFIG).id for owner in owners]
    by_place = sorted(map(queue.get, order), key=lambda training: training.place)
    assert [training.place for training in by_place] == list(range(1, len(order) + 1))
    seen = dict.fromkeys("abcd", 0)
    ranks = []
    for training in by_place:
        seen[training.owner] += 1
        ranks.append(seen[training.owner])
    assert ranks == sorted(ranks)


def test_whoever_was_served_longest_ago_goes_first(queue, workers):
    """Among people who wait for their next training, the one whose last began earlier comes first."""
    for owner in ("ann", "bob"):
        workers.finish(queue.submit(owner, CONFIG).id, trained())
    running = queue.submit("cas", CONFIG).id
    bobs, anns = queue.submit("bob", CONFIG).id, queue.submit("ann", CONFIG).id
    assert (queue.get(anns).place, queue.get(bobs).place) == (1, 2)
    workers.finish(running, trained())
    assert list(workers.running) == [anns]


def test_what_ended_long_ago_leaves_the_list(queue, workers, monkeypatch):
    """Of each owner the last ended trainings are kept, and of all so many; their models stay."""
    monkeypatch.setattr("cnn.jobs.queue.KEPT_OF_ONE", 3)
    monkeypatch.setattr("cnn.jobs.queue.KEPT_OF_ALL", 4)
    jobs, records = [], []
    for _ in range(6):
        jobs.append(queue.submit("ann", CONFIG).id)
        workers.finish(jobs[-1], trained())
        records.append(queue.get(jobs[-1]).record)
    # When one more came, three had stayed.
    assert [training.id for training in queue.of("ann")] == jobs[-4:]
    for owner in ("bob", "cas", "bob"):
        workers.finish(queue.submit(owner, CONFIG).id, trained())
    assert [training.owner for job in jobs if (training := queue.get(job))] == ["ann", "ann"]
    assert len(queue.of("bob")) == 2
    assert [model_store().record(record.id) for record in records] == records


def test_what_could_not_be_saved_stays_in_the_list(queue, workers, models_dir, monkeypatch):
    """A model that exists in memory only is kept, however many trainings follow."""
    monkeypatch.setattr("cnn.jobs.queue.KEPT_OF_ONE", 1)
    models_dir.parent.mkdir(exist_ok=True)
    models_dir.write_text("in the way")
    unsaved = queue.submit("ann", CONFIG)
    workers.finish(unsaved.id, trained())
    models_dir.unlink()
    for _ in range(3):
        workers.finish(queue.submit("ann", CONFIG).id, trained())
    assert queue.get(unsaved.id).trained is not None


def test_only_so_many_trainings_a_person(queue):
    """The fourth training of one person is refused with a sentence; others are not."""
    for _ in range(3):
        queue.submit("ann", CONFIG)
    with pytest.raises(ConfigError, match="3 trainings waiting or running"):
        queue.submit("ann", CONFIG)
    queue.submit("bob", CONFIG)


def test_stopping_a_waiting_training_takes_it_out(queue, workers):
    """Nothing is asked of a worker, and the others move up."""
    queue.submit("ann", CONFIG)
    waiting = queue.submit("bob", CONFIG)
    last = queue.submit("cas", CONFIG)
    queue.stop(waiting)
    assert queue.of("bob") == []
    assert only(queue, "cas").place == 1
    assert last.id not in workers.running
    assert workers.stopped == []


def test_stopping_reaches_the_worker_that_trains(queue, workers):
    """The request goes to the worker's address, also where the worker begins only later."""
    training = queue.submit("ann", CONFIG)
    queue.stop(training)
    assert workers.stopped == [(training.id, None)]
    workers.announce(training.id, "tcp://w:1")
    assert workers.stopped[1:] == [(training.id, "tcp://w:1")]
    workers.finish(training.id, trained(stopped=True))
    assert only(queue, "ann").record.stopped


def test_the_end_of_fitting_shows_before_the_outcome(queue, workers):
    """Once stopped, a training is measured; a stop then asks nothing more, and the next one still waits."""
    training, other = queue.submit("ann", CONFIG), queue.submit("bob", CONFIG)
    workers.announce(training.id, "tcp://w:1")
    queue.stop(training)
    workers.announce(training.id, Scoring(True, 0, 10_000))
    assert only(queue, "ann").state == "scoring"
    assert not only(queue, "ann").ended
    queue.stop(training)
    assert workers.stopped == [(training.id, "tcp://w:1")]
    assert queue.get(other.id).state == "waiting"
    workers.finish(training.id, trained(stopped=True))
    assert only(queue, "ann").state == "finished"
    assert queue.get(other.id).state == "starting"


def test_a_stop_outlives_the_process_that_heeded_it(queue, workers):
    """Where the process is lost while it measures a stopped network, the next one is stopped, too."""
    training = queue.submit("ann", CONFIG)
    workers.announce(training.id, "tcp://w:1")
    queue.stop(training)
    workers.announce(training.id, Scoring(True, 0, 10_000))
    workers.announce(training.id, "tcp://w:2")
    assert only(queue, "ann").state == "stopping"
    assert workers.stopped == [(training.id, "tcp://w:1"), (training.id, "tcp://w:2")]


def test_what_is_announced_late_changes_nothing(queue, workers):
    """Announcements that arrive after the outcome leave an ended training as it is."""
    training = queue.submit("ann", CONFIG)
    announce = workers.running[training.id][0]
    workers.finish(training.id, trained())
    ended = only(queue, "ann")
    for event in ("tcp://w:1", Scoring(False, 0, 10_000), Epoch(9, 1.0, 0.1, 1.0, 0.1, 9.0)):
        announce(event)
    assert only(queue, "ann") == ended


def test_stopping_twice_or_too_late_harms_nothing(queue, workers):
    """An ended training stays as it is."""
    training = queue.submit("ann", CONFIG)
    workers.finish(training.id, trained())
    queue.stop(training)
    queue.stop(training)
    assert only(queue, "ann").state == "finished"


def test_a_lost_process_is_told_and_no_epoch_counted_twice(queue, workers):
    """After a new start with one epoch kept, epoch two stands once in the history."""
    job = queue.submit("ann", CONFIG).id
    epoch = Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0)
    workers.announce(job, "tcp://w:1")
    workers.announce(job, epoch)
    workers.announce(job, replace(epoch, epoch=2))
    workers.announce(job, "tcp://w:2")
    workers.announce(job, Resumed((epoch,)))
    workers.announce(job, replace(epoch, epoch=2, loss=0.3))
    training = only(queue, "ann")
    assert (training.starts, training.epochs_kept) == (2, 1)
    assert [(one.epoch, one.loss) for one in training.history] == [(1, 0.5), (2, 0.3)]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_what_is_lost_without_a_backup_is_told_once(epochs_of):
    """However far each lost process had come, history and curve are those of the last, which began anew."""
    workers = PlayedWorkers()
    queue = TrainingQueue(workers, per_owner=1)
    job = queue.submit("ann", CONFIG).id
    for loss, epochs in enumerate(epochs_of):
        workers.announce(job, f"tcp://w:{loss}")
        for number in range(1, epochs + 1):
            workers.announce(job, Progress(number, 9, 5, 10, 100.0, 2.0, loss, 0.8))
            workers.announce(job, Epoch(number, loss, 0.8, 0.4, 0.9, 3.0))
    training = only(queue, "ann")
    assert [(epoch.epoch, epoch.loss) for epoch in training.history] == [
        (number, loss) for number in range(1, epochs + 1)
    ]
    assert training.points == tuple((half / 2, loss, 0.8) for half in range(1, 2 * epochs + 1))


@pytest.fixture
def left(tmp_path):
    """What an app leaves to the next."""
    return work_folder(tmp_path / "work", tmp_path / "models")


def taken_up(left, tmp_path):
    """The queue of an app that finds what another has left, and its workers."""
    left.release()
    others = PlayedWorkers()
    others.folder = work_folder(tmp_path / "work", tmp_path / "models")
    queue = TrainingQueue(others, per_owner=3)
    queue.take_up()
    queue.advance()
    return queue, others


def test_what_an_app_left_the_next_one_does(queue, workers, left, tmp_path):
    """Those that ran and that waited, in their order, with their names; and those that ended no more."""
    workers.folder = left
    workers.finish(queue.submit("ann", CONFIG).id, trained())
    workers.fail(queue.submit("ann", CONFIG).id, TrainingDiverged("…"))
    _runs, _waits, dropped = (queue.submit(owner, CONFIG) for owner in ("ann", "bob", "cho"))
    queue.stop(dropped)
    before = [(each.id, each.owner) for each in queue.everyones() if not each.ended]
    queue, workers = taken_up(left, tmp_path)
    assert [(each.id, each.owner) for each in queue.everyones()] == before
    assert [each.state for each in queue.everyones()] == ["starting", "waiting"]
    assert all(each.taken_up for each in queue.everyones())
    workers.finish(before[0][0], trained())
    assert not workers.folder.knows(before[0][0])
    assert workers.folder.knows(before[1][0])


def test_what_is_asked_before_all_are_taken_up_is_done_once(workers, left, tmp_path):
    """A visitor may be quicker than the app's start: both trainings are done, that of before first."""
    left.keep(Job("ann", CONFIG, id="before"))
    left.release()
    workers.folder = work_folder(tmp_path / "work", tmp_path / "models")
    queue = TrainingQueue(workers, per_owner=3)
    job = queue.submit("bob", CONFIG).id
    queue.take_up()
    assert [(each.id, each.state, each.taken_up) for each in queue.everyones()] == [
        ("before", "waiting", True),
        (job, "starting", False),
    ]
    assert list(workers.running) == [job]


def test_many_that_cannot_begin_fail_one_after_the_other(queue, workers):
    """Where nothing can be trained, each says so, however many there are."""

    def refuse(*_, **__):
        raise WorkerError("…")

    workers.begin_training = refuse
    queue._per_owner = 600
    queue.submit_all("ann", [CONFIG] * 600)
    assert {each.state for each in queue.everyones()} == {"failed"}


def test_an_app_that_ends_begins_nothing_and_forgets_nothing(queue, workers, left, tmp_path):
    """What cannot be begun because the app is ending has not failed, and the next app does it."""
    workers.folder = left

    def end_the_app(*_, **__):
        workers.closed = True
        raise WorkerError("…")

    workers.begin_training = end_the_app
    jobs = [queue.submit(owner, CONFIG).id for owner in ("ann", "bob")]
    queue, workers = taken_up(left, tmp_path)
    assert [each.id for each in queue.everyones()] == jobs


def test_what_fails_while_it_is_noted_is_not_done_again(queue, workers, left, monkeypatch):
    """Another's call may begin a training whose note is just being written."""
    workers.folder = left
    keep = left.keep

    def slowly(asked):
        queue.advance()
        workers.fail(asked.id, TrainingDiverged("…"))
        keep(asked)

    monkeypatch.setattr(left, "keep", slowly)
    job = queue.submit("ann", CONFIG).id
    assert only(queue, "ann").state == "failed"
    assert not left.knows(job)


def test_what_ends_with_the_app_has_not_failed(queue, workers, left, tmp_path):
    """A training whose process ends because the app does goes on in the next app."""
    workers.folder = left
    job = queue.submit("ann", CONFIG).id
    workers.closed = True
    workers.fail(job, WorkerError("…"))
    queue, workers = taken_up(left, tmp_path)
    assert only(queue, "ann").id == job


def test_what_could_not_be_saved_is_trained_again(queue, workers, left, monkeypatch):
    """A network that found no room is lost with its app; the next one makes it anew."""
    workers.folder = left
    job = queue.submit("ann", CONFIG).id
    with monkeypatch.context() as full:
        full.setattr(atomic, "write_through", refuse)
        workers.finish(job, trained())
    assert only(queue, "ann").trained is not None
    assert left.knows(job)
    queue.save_again(only(queue, "ann"))
    assert not left.knows(job)


def refuse(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_the_next_app_knows_how_far_a_training_had_come(left, models_dir, tmp_path):
    """It has heard of no epoch: the process that goes on tells it, and the curve is whole."""
    left.keep(Job("ann", CONFIG, id="before"))
    queue, workers = taken_up(left, tmp_path)
    epochs = tuple(Epoch(number, 0.5, 0.8, 0.4, 0.9, 3.0) for number in (1, 2))
    workers.announce("before", "tcp://w:1")
    workers.announce("before", Resumed(epochs))
    training = only(queue, "ann")
    assert (training.history, training.epochs_kept) == (epochs, 2)
    assert training.points == ((1, 0.5, 0.8), (2, 0.5, 0.8))


def test_a_training_that_continues_another_is_taken_up_whole(left, models_dir, tmp_path):
    """Its curve has the epochs of the network that it goes on from, and those that it had done itself."""
    record = model_store().save("first", trained(), owner="ann")
    left.keep(Job("ann", CONFIG, Continuation(record, b"", None), id="before"))
    queue, workers = taken_up(left, tmp_path)
    assert only(queue, "ann").goes_on_from == ("first", 1)
    workers.announce("before", "tcp://w:1")
    epochs = tuple(Epoch(number, 0.5, 0.8, 0.4, 0.9, 3.0) for number in (1, 2, 3))
    workers.announce("before", Resumed(epochs))
    assert [point[0] for point in only(queue, "ann").points] == [1, 2, 3]


def test_a_training_without_processes_waits_and_keeps_its_place(queue, workers):
    """While nobody can train it, it says so and nobody takes its place; then it runs again."""
    job, second = queue.submit("ann", CONFIG).id, queue.submit("bob", CONFIG).id
    workers.announce(job, "tcp://w:1")
    workers.announce(job, Away())
    assert (only(queue, "ann").state, only(queue, "ann").away) == ("starting", True)
    assert second not in workers.running
    workers.announce(job, "tcp://w:1")
    assert (only(queue, "ann").state, only(queue, "ann").away) == ("running", False)


@pytest.mark.parametrize("stopped_before", [False, True])
def test_who_stops_a_training_does_not_wait_for_lost_processes(queue, workers, stopped_before):
    """Stopped before its processes are lost or after, it is given up, and its place is another's."""
    job, second = queue.submit("ann", CONFIG).id, queue.submit("bob", CONFIG).id
    workers.announce(job, "tcp://w:1")
    if stopped_before:
        queue.stop(only(queue, "ann"))
    workers.announce(job, Away())
    if not stopped_before:
        queue.stop(only(queue, "ann"))
    assert workers.given_up == [job]
    workers.fail(job, TrainingError("given up"))
    assert only(queue, "ann").state == "failed"
    assert list(workers.running) == [second]


def test_a_stop_reaches_processes_that_come_back_just_then(queue, workers):
    """Where a process begins a training before it is given up, that process is told to stop it."""
    job = queue.submit("ann", CONFIG).id
    workers.announce(job, Away())
    queue.stop(only(queue, "ann"))
    workers.announce(job, "tcp://w:2")
    assert only(queue, "ann").state == "stopping"
    assert workers.stopped == [(job, "tcp://w:2")]


def test_a_failed_training_says_why_and_the_next_one_starts(queue, workers):
    """An error ends one training, not the queue."""
    first, second = queue.submit("ann", CONFIG).id, queue.submit("bob", CONFIG).id
    workers.fail(first, TrainingDiverged("the loss is {loss}", loss="nan"))
    assert only(queue, "ann").state == "failed"
    assert str(only(queue, "ann").error) == "the loss is nan"
    assert list(workers.running) == [second]


def test_a_model_that_cannot_be_saved_is_not_lost(queue, workers, models_dir):
    """With a file in the folder's place the model waits in memory, and is saved once there is room."""
    models_dir.parent.mkdir(exist_ok=True)
    models_dir.write_text("in the way")
    training = queue.submit("ann", CONFIG)
    workers.finish(training.id, trained())
    unsaved = only(queue, "ann")
    assert isinstance(unsaved.error, ModelError)
    assert unsaved.trained is not None
    assert unsaved.state == "finished"
    models_dir.unlink()
    queue.save_again(unsaved)
    saved = only(queue, "ann")
    assert saved.record is not None
    assert saved.trained is None
    assert saved.error is None


def test_a_renamed_model_keeps_its_folder(queue, workers):
    """A name given afterwards is the model's name; its id stays."""
    training = queue.submit("ann", CONFIG)
    workers.finish(training.id, trained())
    before = only(queue, "ann")
    queue.rename(before, "내 첫 모델")
    after = only(queue, "ann").record
    assert (after.id, after.name) == (before.record.id, "내 첫 모델")
    assert model_store().record(after.id).name == "내 첫 모델"


def test_a_long_name_still_leaves_room_for_a_number(queue, workers):
    """What goes on from a model with the longest possible name is saved, its name shortened."""
    first = queue.submit("ann", CONFIG)
    workers.finish(first.id, trained())
    record = queue.get(first.id).record.model_copy(update={"name": "n" * LONGEST_NAME})
    tuning = FineTuning(record, b"", np.zeros((1, 28, 28), np.uint8), np.array([1]))
    second = queue.submit("ann", CONFIG, tuning)
    workers.finish(second.id, trained())
    name = queue.get(second.id).record.name
    assert name == "n" * (LONGEST_NAME - 2) + " 1"


def test_a_start_that_fails_holds_no_place(queue, workers):
    """Whatever keeps a training from starting is told to its owner, and the next one is trained."""
    train, workers.begin_training = workers.begin_training, lambda *_, **__: 1 / 0
    failed = queue.submit("ann", CONFIG)
    workers.begin_training = train
    assert queue.get(failed.id).state == "failed"
    assert "division" in str(queue.get(failed.id).error)
    other = queue.submit("bob", CONFIG)
    assert queue.get(other.id).state == "starting"


def test_a_curve_goes_to_the_end_of_each_epoch(queue, workers):
    """Batches are announced now and then; what the whole epoch came to stands at its end in any case."""
    job = queue.submit("ann", CONFIG).id
    workers.announce(job, Progress(1, 1, 5, 10, 100.0, 2.0, 0.7, 0.6))
    workers.announce(job, Epoch(1, 0.4, 0.85, 0.3, 0.9, 6.0))
    assert only(queue, "ann").points == ((0.5, 0.7, 0.6), (1, 0.4, 0.85))


def test_images_that_stand_in_end_the_loading():
    """How far the loading is shows while it lasts; images in the place of others are told, and end it."""
    coming = after(queued(Job("ann", CONFIG)), Loading(3, 10))
    assert coming.loading == Loading(3, 10)
    told = StandIn(DataNotFound("no internet"))
    learning = after(coming, told)
    assert (learning.loading, learning.stand_in) == (None, told)
    assert after(coming, Progress(1, 1, 5, 10, 100.0, 2.0, 0.7, 0.6)).loading is None


def test_what_is_no_announcement_is_a_mistake_of_ours():
    """Whatever else comes is not passed over."""
    with pytest.raises(TypeError, match="no announcement: 7"):
        after(queued(Job("ann", CONFIG)), 7)


def test_long_curves_stay_small(queue, workers):
    """However long a training announces, its curve keeps a bounded number of points, in order."""
    job = queue.submit("ann", CONFIG).id
    for batch in range(1, 3 * MAX_POINTS):
        workers.announce(job, Progress(1, 1, batch, 3 * MAX_POINTS, 1.0, None, 1.0, 0.5))
    points = only(queue, "ann").points
    assert len(points) <= MAX_POINTS + 1
    assert list(points) == sorted(points)
    # What is left out is spread over the curve: it still shows the whole training, from its beginning.
    done = [point[0] for point in points]
    assert done[0] == 1 / (3 * MAX_POINTS)
    assert np.diff(done).max() < 0.05
    assert points[-1][0] == (3 * MAX_POINTS - 1) / (3 * MAX_POINTS)


def test_several_are_begun_together_or_none_is(models_dir):
    """Where the owner has room for one of two, none begins, although a process is free."""
    workers = PlayedWorkers(capacity=4)
    queue = TrainingQueue(workers, per_owner=3)
    before = [queue.submit("ann", CONFIG) for _ in range(2)]
    with pytest.raises(ConfigError, match="3 is the most"):
        queue.submit_all("ann", [CONFIG] * 2)
    assert list(workers.running) == [training.id for training in before]
    workers.finish(before[0].id, trained())
    both = queue.submit_all("ann", [CONFIG] * 2)
    assert [training.state for training in both] == ["starting", "starting"]
    assert [training.sweep for training in both] == [None, None]


def test_a_sweep_is_queued_whole_or_not_at_all(queue, workers):
    """All of its trainings share a name and wait their turn; one too many, and none is queued."""
    configs = [CONFIG.model_copy(update={"seed": seed}) for seed in range(3)]
    with pytest.raises(ConfigError, match="3 is the most"):
        queue.sweep("ann", [*configs, CONFIG])
    assert queue.of("ann") == []
    members = queue.sweep("ann", configs)
    assert len({training.sweep for training in members}) == 1
    assert members[0].sweep
    assert [training.state for training in queue.of("ann")] == ["starting", "waiting", "waiting"]
    assert queue.room_for("ann") == 0
    assert queue.room_for("bob") == 3


def test_a_sweep_lets_others_in_between(queue, workers):
    """Whoever comes later with one training does not wait for the whole sweep."""
    first, *_ = queue.sweep("ann", [CONFIG] * 3)
    queue.submit("bob", CONFIG)
    assert only(queue, "bob").place == 1
    workers.finish(first.id, trained())
    assert only(queue, "bob").state == "starting"


def test_one_of_a_sweep_is_stopped_or_all(queue, workers):
    """One that is stopped leaves the others where they are; stopped from the end, none begins in vain."""
    first, second, third = queue.sweep("ann", [CONFIG] * 3)
    queue.stop(second)
    assert [training.id for training in queue.of("ann")] == [first.id, third.id]
    for training in reversed(queue.of("ann")):
        queue.stop(training)
    assert [training.state for training in queue.of("ann")] == ["stopping"]
    assert set(workers.running) == {first.id}
