"""`cnn.network.fitting`: a training learns, tells, stops, and goes on where its process was killed."""

import errno
import gc
import random
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event, Thread

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from cnn import atomic
from cnn.errors import ConfigError, OutOfMemory, TrainingDiverged, TrainingStopped
from cnn.network import callbacks, first_filters
from cnn.network.fitting import fit
from cnn.network.shares import shares
from cnn.training.announcements import Epoch, Progress, Resumed, Scoring
from cnn.training.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from tests.networks import SMALL, colours, digits, small, small_config

# So small a step that float32 weights stay as they are: no epoch is better than the first.
STILL = 1e-12


def opened(trained, tmp_path):
    """The trained network, as plain Keras opens its file."""
    path = tmp_path / "model.keras"
    path.write_bytes(trained.keras_file)
    return keras.models.load_model(path)


def stop_after(calls):
    """A `should_stop` that says yes from its `calls`-th question on."""
    questions = count(1)
    return lambda: next(questions) >= calls


class Interrupted(Exception):
    """Stands for the end of the process where a real kill would be slow."""


def interrupt_at(epoch):
    """An `announce` that breaks the training off when it announces the given epoch."""

    def announce(event):
        if isinstance(event, Epoch) and event.epoch == epoch:
            raise Interrupted

    return announce


def interrupt(config, backup_dir, epoch, dataset=None):
    """Train until the given epoch, which is not kept, and break off."""
    with pytest.raises(Interrupted):
        fit(config, dataset or digits(), announce=interrupt_at(epoch), backup_dir=backup_dir)


def test_a_training_learns_to_read_digits(tmp_path):
    """After a few epochs most digits are read, and the file gives the figures that the training claims."""
    trained = fit(small_config(epochs=4), digits())
    images = digits().x_test[..., np.newaxis] / np.float32(255)
    probabilities = opened(trained, tmp_path).predict(images, verbose=0)
    labels = digits().y_test
    assert trained.test_accuracy > 0.85
    assert trained.test_accuracy == pytest.approx((probabilities.argmax(axis=1) == labels).mean(), abs=1e-6)
    of_truth = probabilities[np.arange(len(labels)), labels]
    assert trained.test_loss == pytest.approx(-np.log(of_truth).mean(), abs=1e-4)


def test_a_short_training_normalises_by_what_it_saw():
    """After some tens of steps, a network with batch normalisation reads new digits as it reads its own."""
    layers = (Conv2D(filters=8), BatchNormalization(), MaxPool2D(), BatchNormalization(), Flatten())
    trained = fit(small_config(layers=layers, epochs=2), digits())
    assert trained.test_accuracy > trained.history[-1].accuracy - 0.05


def test_the_trained_model_says_what_it_is():
    """Data, shapes, parameters and config are those of the training."""
    config = small_config(epochs=1)
    trained = fit(config, digits())
    assert trained.config == config
    assert trained.parameters == 4874
    assert (trained.data_name, trained.data_sha256) == ("uci_digits", digits().sha256)
    assert trained.input_shape == (28, 28, 1)
    assert trained.class_names == tuple("0123456789")
    assert not trained.stopped


def test_epochs_are_announced_as_they_enter_the_history():
    """The announced epochs are the history: numbered from 1, later ones later, better ones lower."""
    heard = []
    trained = fit(small_config(epochs=3), digits(), announce=heard.append)
    epochs = [event for event in heard if isinstance(event, Epoch)]
    assert tuple(epochs) == trained.history
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3]
    assert epochs[0].seconds < epochs[1].seconds < epochs[2].seconds <= trained.fit_seconds
    assert epochs[2].loss < epochs[0].loss
    assert epochs[2].accuracy > epochs[0].accuracy


def test_progress_counts_batches(monkeypatch):
    """Every announcement stands further on than the one before, and its figures can be."""
    monkeypatch.setattr(callbacks, "SECONDS_BETWEEN_ANNOUNCEMENTS", 0)
    heard = []
    fit(small_config(), digits(), announce=heard.append)
    progress = [event for event in heard if isinstance(event, Progress)]
    assert [(event.epoch, event.batch) for event in progress] == [
        (e, b) for e in (1, 2) for b in range(2, 16)
    ]
    assert {(event.epochs, event.batches) for event in progress} == {(2, 15)}
    assert all(event.images_per_second > 0 and event.seconds_left > 0 for event in progress)
    assert all(0 <= event.accuracy <= 1 for event in progress)
    assert progress[-1].loss == pytest.approx(
        next(e.loss for e in heard if isinstance(e, Epoch) and e.epoch == 2)
    )


def test_filters_are_announced_as_they_form(monkeypatch):
    """Every other announcement carries the first layer's kernels, and they change."""
    monkeypatch.setattr(callbacks, "SECONDS_BETWEEN_ANNOUNCEMENTS", 0)
    heard = []
    fit(small_config(epochs=1), digits(), announce=heard.append)
    filters = [event.filters for event in heard if isinstance(event, Progress)]
    assert [value is not None for value in filters] == [True, False] * 7
    assert filters[0].shape == (3, 3, 1, 8)
    assert filters[0].dtype == np.float32
    assert not np.array_equal(filters[0], filters[2])


def test_announcements_are_few():
    """A training of many quick batches announces far fewer times than it has batches."""
    heard = []
    fit(small_config(batch_size=5, epochs=1), digits(), announce=heard.append)
    [epoch] = [event for event in heard if isinstance(event, Epoch)]
    assert len([event for event in heard if isinstance(event, Progress)]) <= 5 * epoch.seconds


def test_a_log_is_written_for_tensorboard(tmp_path):
    """TensorBoard itself reads from it what the history says, also of a training that was stopped."""
    heard = []
    trained = fit(
        small_config(epochs=50),
        digits(),
        announce=heard.append,
        should_stop=lambda: sum(isinstance(event, Epoch) for event in heard) >= 2,
        log_dir=tmp_path / "logs" / "one",
    )
    for run, field in (("train", "accuracy"), ("validation", "val_accuracy")):
        log = EventAccumulator(str(tmp_path / "logs" / "one" / run))
        log.Reload()
        read = [float(tf.make_ndarray(event.tensor_proto)) for event in log.Tensors("epoch_accuracy")]
        assert read == pytest.approx([getattr(epoch, field) for epoch in trained.history])


def test_a_log_that_cannot_be_written_ends_no_training(tmp_path):
    """Without a place for its log a training goes on and says so in the app's own log."""
    (tmp_path / "file").write_text("in the way")
    trained = fit(small_config(epochs=1), digits(), log_dir=tmp_path / "file" / "log")
    assert len(trained.history) == 1


def test_a_disk_that_fills_up_ends_the_log_only(tmp_path, monkeypatch):
    """TensorFlow calls a full disk an exhausted resource; the training goes on and its model is whole."""

    def full(*_):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(keras.callbacks.TensorBoard, "on_epoch_end", full)
    trained = fit(small_config(epochs=2), digits(), log_dir=tmp_path / "log")
    assert len(trained.history) == 2


def test_very_large_first_kernels_are_not_sent_about(monkeypatch):
    """They would fill the announcements and the model's folder, and nobody could tell them apart."""
    monkeypatch.setattr(first_filters, "_MOST_WEIGHTS", 9 * 8 - 1)
    heard = []
    trained = fit(small_config(epochs=1), digits(), announce=heard.append)
    assert trained.filters is None
    assert all(event.filters is None for event in heard if isinstance(event, Progress))


def test_filters_are_kept_from_before_the_first_step(tmp_path):
    """The kept kernels begin with the untrained ones and end with those of the file."""
    still = fit(small_config(learning_rate=STILL, optimizer="sgd"), digits())
    trained = fit(small_config(), digits())
    assert trained.filters.shape == (3, 3, 3, 1, 8)
    assert trained.filters.dtype == np.float32
    assert np.array_equal(trained.filters[0], still.filters[0])
    assert np.array_equal(trained.filters[2], opened(trained, tmp_path).layers[0].kernel)
    assert not np.array_equal(trained.filters[1], trained.filters[2])


def test_without_a_first_convolution_there_are_no_filters():
    """A network that begins otherwise keeps none."""
    layers = (Flatten(), Dense(units=8))
    assert fit(small_config(layers=layers, epochs=1), digits()).filters is None


def test_the_seed_decides():
    """The same seed gives the same training, another seed another one."""
    first, again, other = (fit(small_config(seed=seed), digits()) for seed in (5, 5, 6))
    assert first.filters == pytest.approx(again.filters, abs=1e-4)
    assert not np.allclose(first.filters, other.filters, atol=1e-2)


def test_the_seed_decides_whatever_else_the_process_draws():
    """Dropouts and first weights are the same while another thread uses Python's random numbers."""
    config = small_config(layers=(Flatten(), Dense(units=16), Dropout(rate=0.5)), epochs=1)
    expected = fit(config, digits()).test_loss
    over = Event()

    def draw():
        while not over.is_set():
            random.random()

    other = Thread(target=draw)
    other.start()
    try:
        assert fit(config, digits()).test_loss == expected
    finally:
        over.set()
        other.join()


def test_colour_images_train():
    """Images of 32×32 in three channels are learnt as well."""
    trained = fit(small_config(epochs=3), colours())
    assert trained.input_shape == (32, 32, 3)
    assert trained.filters.shape == (4, 3, 3, 3, 8)
    assert trained.test_accuracy > 0.9


def test_the_bytes_are_scaled(tmp_path):
    """A network is fed values in [0, 1]: trained to do nothing, it scores as its file does on those."""
    trained = fit(small_config(learning_rate=STILL, epochs=1), digits())
    model = opened(trained, tmp_path)
    images = digits().x_test[..., np.newaxis] / np.float32(255)
    loss, _ = model.evaluate(images, digits().y_test, verbose=0)
    assert trained.test_loss == pytest.approx(loss, abs=1e-5)
    assert trained.history[0].loss == pytest.approx(
        model.evaluate(digits().x_train[..., np.newaxis] / np.float32(255), digits().y_train, verbose=0)[0],
        abs=1e-4,
    )


def test_distorted_images_are_learnt_from():
    """With distortions a training runs and its figures still are those of undistorted test images."""
    trained = fit(small_config(as_people_draw=True, epochs=3), digits())
    assert trained.test_accuracy > 0.6


def test_colour_images_are_not_distorted():
    """Distortions of drawings make no sense on colour photographs: refused in a sentence."""
    with pytest.raises(ConfigError, match="32×32×3"):
        fit(small_config(as_people_draw=True), colours())


@given(
    share=st.floats(0.001, 0.999),
    wanted=st.none() | st.integers(100, 3000),
    seed=st.integers(0, 2**31 - 1),
)
def test_training_and_validation_images_are_apart(share, wanted, seed):
    """The shares are what was asked for, have no image twice, and come out alike for the same seed."""
    numbered = type(digits())(
        "uci_digits",
        np.arange(1500).reshape(1500, 1, 1),
        np.arange(1500),
        digits().x_test,
        digits().y_test,
        tuple("0123456789"),
        "",
        "",
    )
    config = small_config(validation=share, train_images=wanted, seed=seed)
    training_share, validation_share = shares(config, numbered)
    used = min(wanted or 1500, 1500)
    assert len(training_share.images) + len(validation_share.images) == used
    assert len(validation_share.images) == pytest.approx(share * used, abs=1)
    assert len(set(training_share.labels) | set(validation_share.labels)) == used
    assert min(len(training_share.images), len(validation_share.images)) > 0
    for part in (training_share, validation_share):
        assert np.array_equal(part.images.ravel(), part.labels)
    assert np.array_equal(shares(config, numbered)[0].labels, training_share.labels)


def test_by_default_everything_trains_and_the_test_images_validate():
    """Nothing is copied or left out where nothing was asked for."""
    training_share, validation_share = shares(small_config(), digits())
    assert training_share.images is digits().x_train
    assert validation_share.labels is digits().y_test


def test_the_test_figures_are_of_the_test_images_whatever_validates(tmp_path):
    """Validated on training images, a training still reports the whole test set."""
    trained = fit(small_config(validation=0.3), digits())
    images = digits().x_test[..., np.newaxis] / np.float32(255)
    loss, accuracy = opened(trained, tmp_path).evaluate(images, digits().y_test, verbose=0)
    assert (trained.test_loss, trained.test_accuracy) == pytest.approx((loss, accuracy), abs=1e-5)
    assert trained.test_loss != pytest.approx(trained.history[-1].val_loss, abs=1e-6)


def test_early_stopping_ends_a_training_that_no_longer_improves():
    """With patience 2, two epochs without a better one are the last; without early stopping all run."""
    config = small_config(learning_rate=STILL, epochs=6, early_stopping=True, patience=2)
    assert len(fit(config, digits()).history) == 3
    assert len(fit(config.model_copy(update={"early_stopping": False}), digits()).history) == 6


def test_the_best_epoch_is_kept(tmp_path):
    """Steps that are too large make later epochs worse; the model is the best epoch's all the same."""
    config = small_config(optimizer="sgd", learning_rate=1.2, epochs=6, keep_best=True)
    trained = fit(config, digits())
    losses = [epoch.val_loss for epoch in trained.history]
    assert losses[-1] > min(losses)
    assert trained.test_loss == min(losses)
    images = digits().x_test[..., np.newaxis] / np.float32(255)
    loss, _ = opened(trained, tmp_path).evaluate(images, digits().y_test, verbose=0)
    assert loss == pytest.approx(min(losses), abs=1e-5)


def test_a_stop_within_the_first_epoch_keeps_what_was_learned(tmp_path):
    """Stopped after ten batches, the history is empty, but the weights are not the ones it began with."""
    trained = fit(small_config(), digits(), should_stop=stop_after(10))
    assert trained.stopped
    assert trained.history == ()
    model = opened(trained, tmp_path)
    assert not np.array_equal(model.layers[0].kernel, trained.filters[0])
    images = digits().x_test[..., np.newaxis] / np.float32(255)
    loss, accuracy = model.evaluate(images, digits().y_test, verbose=0)
    assert (trained.test_loss, trained.test_accuracy) == pytest.approx((loss, accuracy), abs=1e-5)


def test_a_stop_while_validating_ends_it_there():
    """A stop is heeded between the batches of a validation too; the epoch before it is whole."""
    training_batches, validation_batches = 15, 3
    before = training_batches + validation_batches + training_batches
    events = []
    trained = fit(
        small_config(epochs=5), digits(), announce=events.append, should_stop=stop_after(before + 1)
    )
    assert trained.stopped
    assert [epoch.epoch for epoch in trained.history] == [1]


@pytest.mark.parametrize("stopped", [True, False])
def test_the_end_of_fitting_is_announced_before_the_test_images_are_read(monkeypatch, stopped):
    """Stopped or at its end, the last batch is followed by `Scoring`, which counts up to all images."""
    monkeypatch.setattr(callbacks, "SECONDS_BETWEEN_ANNOUNCEMENTS", 0)
    heard = []
    config = small_config(epochs=1, validation=0.1)
    trained = fit(config, digits(), announce=heard.append, should_stop=stop_after(5 if stopped else 10**6))
    first = heard.index(Scoring(stopped, 0, 297))
    assert heard[first:] == [Scoring(stopped, done, 297) for done in (0, 100, 200, 297)]
    assert isinstance(heard[first - 1], Progress if stopped else Epoch)
    assert trained.stopped == stopped


def test_figures_that_are_known_are_not_measured_again():
    """Where the last epoch was validated on the test images, all of them have been read at its end."""
    heard = []
    fit(small_config(epochs=1), digits(), announce=heard.append)
    assert [event for event in heard if isinstance(event, Scoring)] == [Scoring(False, 297, 297)]


def test_a_training_that_is_stopped_before_its_first_batch_ends_at_once():
    """It has learned nothing, and says so instead of giving a network; its test images are not read."""
    heard = []
    with pytest.raises(TrainingStopped, match="before its first batch"):
        fit(small_config(), digits(), announce=heard.append, should_stop=lambda: True)
    assert heard == []


def test_a_stop_keeps_the_best_epoch_where_that_was_asked_for():
    """Stopped in its second epoch, a training that keeps the best returns the first epoch's weights."""
    trained = fit(small_config(keep_best=True), digits(), should_stop=stop_after(25))
    assert trained.stopped
    assert trained.test_loss == trained.history[0].val_loss


def test_a_loss_that_is_no_number_ends_the_training():
    """Enormous steps end in a `TrainingDiverged` that says what to do."""
    config = small_config(layers=(*SMALL, Dense(units=64)), optimizer="sgd", learning_rate=10.0, epochs=20)
    huge = config.model_copy(update={"layers": (Flatten(), *[Dense(units=64, activation="linear")] * 6)})
    with pytest.raises(TrainingDiverged, match="learning rate below 10"):
        fit(huge, digits())


def test_memory_that_runs_out_is_said():
    """A `MemoryError` in the middle of a training becomes an `OutOfMemory` with advice."""

    def announce(_event):
        raise MemoryError

    with pytest.raises(OutOfMemory, match="batches of 100 images"):
        fit(small_config(), digits(), announce=announce)


def test_trainings_run_in_threads():
    """A worker trains outside the main thread, one training after another."""
    results = []
    for _ in range(2):
        thread = Thread(target=lambda: results.append(fit(small_config(epochs=1), digits())))
        thread.start()
        thread.join()
    assert [len(trained.history) for trained in results] == [1, 1]


def test_nothing_stays_in_memory_after_a_training():
    """Networks of trainings that are over are let go of, also of stopped and of failed ones."""
    others = networks_alive()
    fit(small_config(epochs=1), digits())
    fit(small_config(epochs=1), digits(), should_stop=stop_after(3))
    with pytest.raises(Interrupted):
        fit(small_config(epochs=1), digits(), announce=interrupt_at(1))
    assert networks_alive() <= others


def networks_alive():
    """How many networks nobody has let go of; other tests of the process may hold some."""
    gc.collect()
    return sum(isinstance(thing, keras.Sequential) for thing in gc.get_objects())


def test_a_training_goes_on_from_its_last_whole_epoch(tmp_path):
    """Broken off in epoch 3, it announces two kept epochs and does the rest; then it is only scored anew."""
    backup_dir = tmp_path / "backup"
    config = small_config(epochs=4)
    interrupt(config, backup_dir, epoch=3)
    heard = []
    trained = fit(config, digits(), announce=heard.append, backup_dir=backup_dir)
    assert len(heard[0].history) == 2
    assert [event.epoch for event in heard if isinstance(event, Epoch)] == [3, 4]
    assert [epoch.epoch for epoch in trained.history] == [1, 2, 3, 4]
    assert [epoch.seconds for epoch in trained.history] == sorted(epoch.seconds for epoch in trained.history)
    assert trained.filters.shape[0] == 5
    heard.clear()
    again = fit(config, digits(), announce=heard.append, backup_dir=backup_dir)
    assert heard[0] == Resumed(trained.history)
    assert not [event for event in heard if isinstance(event, Epoch)]
    assert again.test_loss == pytest.approx(trained.test_loss)


def test_weights_and_optimizer_come_back(tmp_path):
    """With steps too small to matter, the resumed network scores as the lost one did; so do its filters."""
    config = small_config(epochs=3)
    interrupt(config, tmp_path / "backup", epoch=2)
    events = []
    stopped = fit(
        config, digits(), announce=events.append, should_stop=lambda: True, backup_dir=tmp_path / "backup"
    )
    model = opened(stopped, tmp_path)
    # The fifteen batches of the kept epoch and the one before the stop.
    assert int(model.optimizer.iterations) == 16
    assert np.abs(stopped.filters[1] - model.layers[0].kernel).max() < 0.02
    assert len(stopped.history) == 1


@pytest.mark.parametrize(("layer", "images"), [(BatchNormalization(), 1500), (Dropout(rate=0.5), 1)])
def test_epochs_of_other_processes_are_drawn_anew(tmp_path, layer, images):
    """With weights that stay, the loss tells the batches, or of one image the dropouts: none repeats."""
    dataset = replace(
        digits(),
        x_train=np.resize(digits().x_train[:images], (1500, 28, 28)),
        y_train=np.resize(digits().y_train[:images], 1500),
    )
    config = small_config(layers=(layer, Flatten()), learning_rate=STILL, optimizer="sgd", epochs=3)
    for epoch in (2, 3):
        interrupt(config, tmp_path / "backup", epoch, dataset)
    history = fit(config, dataset, backup_dir=tmp_path / "backup").history
    losses = sorted(epoch.loss for epoch in history)
    assert np.diff(losses).min() > 1e-5


def test_early_stopping_counts_on(tmp_path):
    """Epochs without improvement before the process was lost count towards the patience."""
    config = small_config(learning_rate=STILL, epochs=9, early_stopping=True, patience=3)
    interrupt(config, tmp_path / "backup", epoch=3)
    assert len(fit(config, digits(), backup_dir=tmp_path / "backup").history) == 4


def test_the_best_epoch_survives(tmp_path):
    """The best weights of before the loss are restored if no later epoch is better."""
    config = small_config(optimizer="sgd", learning_rate=1.2, epochs=6, keep_best=True)
    interrupt(config, tmp_path / "backup", epoch=4)
    trained = fit(config, digits(), backup_dir=tmp_path / "backup")
    losses = [epoch.val_loss for epoch in trained.history]
    assert len(losses) == 6
    assert trained.test_loss == min(losses)
    images = digits().x_test[..., np.newaxis] / np.float32(255)
    loss, _ = opened(trained, tmp_path).evaluate(images, digits().y_test, verbose=0)
    assert loss == pytest.approx(min(losses), abs=1e-5)


def test_a_finished_training_is_not_trained_further(tmp_path):
    """Lost after its last epoch was kept, a training returns without another one."""
    config = small_config(epochs=2)
    interrupt(config, tmp_path / "backup", epoch=2)
    kept = sorted((tmp_path / "backup").glob("epoch-*"))
    assert [folder.name for folder in kept] == ["epoch-1"]
    heard = []

    def lose_the_process_at_the_end(event):
        heard.append(event)

    fit(config, digits(), announce=lose_the_process_at_the_end, backup_dir=tmp_path / "backup")
    assert len([event for event in heard if isinstance(event, Epoch)]) == 1


@pytest.mark.parametrize("file", ["model.keras", "run.npz"])
@pytest.mark.parametrize("left", [0, 100, 1000])
def test_a_backup_that_is_broken_is_not_used(tmp_path, file, left):
    """Whatever a power cut has left of it, the training is the one that it would have been without it."""
    config = small_config(epochs=2)
    interrupt(config, tmp_path / "backup", epoch=2)
    [broken] = (tmp_path / "backup").glob(f"epoch-*/{file}")
    broken.write_bytes(broken.read_bytes()[:left])
    heard = []
    again = fit(config, digits(), announce=heard.append, backup_dir=tmp_path / "backup")
    assert not [event for event in heard if isinstance(event, Resumed)]
    assert again.history[0].loss == pytest.approx(small(config).history[0].loss, rel=1e-3)


def test_a_backup_of_another_training_is_not_used(tmp_path):
    """Another config, or other data, begins anew."""
    interrupt(small_config(epochs=3), tmp_path / "backup", epoch=3)
    heard = []
    trained = fit(small_config(epochs=1), digits(), announce=heard.append, backup_dir=tmp_path / "backup")
    assert len(trained.history) == 1
    assert not [event for event in heard if isinstance(event, Resumed)]


def test_a_backup_that_cannot_be_written_does_not_end_the_training(tmp_path):
    """Where a file stands in the place of the folder, the training still finishes."""
    (tmp_path / "backup").write_text("in the way")
    assert len(fit(small_config(), digits(), backup_dir=tmp_path / "backup").history) == 2


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from cnn.network.fitting import fit
from tests.networks import digits, small_config

# To a process that may write no longer files, all disks are full.
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
trained = fit(small_config(), digits(), backup_dir=Path(sys.argv[1]))
print(len(trained.history), len(trained.keras_file) > 2000)
"""


def test_a_training_is_whole_where_nothing_can_be_written(tmp_path):
    """On a full disk HDF5 does not end the process, and the model comes back without a file."""
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "backup")]
    project = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=project, check=False)
    assert (done.returncode, done.stdout) == (0, "2 True\n"), done.stderr
    assert done.stderr.count("File too large") == 2


def test_a_backup_that_finds_no_room_leaves_the_one_before(tmp_path, monkeypatch):
    """Where the second epoch cannot be written, a training that is lost goes on after the first."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill_the_disk(event):
        if isinstance(event, Epoch) and event.epoch == 2:
            monkeypatch.setattr(atomic, "write_through", full)
        interrupt_at(3)(event)

    with pytest.raises(Interrupted):
        fit(small_config(epochs=3), digits(), announce=fill_the_disk, backup_dir=tmp_path / "backup")
    heard = []
    fit(small_config(epochs=3), digits(), announce=heard.append, backup_dir=tmp_path / "backup")
    assert len(heard[0].history) == 1


def test_a_killed_process_loses_no_whole_epoch(tmp_path):
    """After SIGKILL in mid-training another process goes on, with the history that the first announced."""
    code = """
import sys
from cnn.network.fitting import fit
from cnn.training.announcements import Epoch
from tests.networks import digits, small_config
def say(event):
    if isinstance(event, Epoch):
        print(repr(event), flush=True)
fit(small_config(epochs=200), digits(), announce=say, backup_dir=__import__("pathlib").Path(sys.argv[1]))
"""
    backup_dir = tmp_path / "backup"
    command = [sys.executable, "-c", code, str(backup_dir)]
    project = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=project) as process:
        announced = [process.stdout.readline() for _ in range(4)]
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    heard = []
    trained = fit(
        small_config(epochs=200),
        digits(),
        announce=heard.append,
        should_stop=stop_after(40),
        backup_dir=backup_dir,
    )
    kept = len(heard[0].history)
    assert kept >= 3
    assert [repr(epoch) for epoch in trained.history[:3]] == [line.strip() for line in announced[:3]]
    assert trained.filters.shape[0] == len(trained.history) + 1
