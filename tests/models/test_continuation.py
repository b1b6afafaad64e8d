"""`cnn.models.continuation`: more epochs for a trained network, as if it had never stopped."""

from dataclasses import replace

import numpy as np
import pytest

from cnn.errors import ConfigError
from cnn.models.continuation import Continuation
from cnn.models.record import ModelRecord
from cnn.models.store import ModelStore
from cnn.network.build import build
from cnn.network.fitting import fit
from cnn.training.announcements import Epoch
from cnn.training.layers import Dropout, Flatten
from tests.networks import digits, small_config


def keep(folder, trained) -> Continuation:
    record = ModelStore(folder).save("before", trained)
    return Continuation(record, trained.keras_file, trained.filters)


def test_two_epochs_and_one_more_are_three(tmp_path):
    """History, filters, time and the optimizer's steps go on from where they were."""
    before = fit(small_config(epochs=2), digits())
    start = keep(tmp_path, before)
    after = fit(start.config(1), digits(), start=start)
    assert after.history[:2] == before.history
    assert [epoch.epoch for epoch in after.history] == [1, 2, 3]
    assert after.history[2].loss < before.history[0].loss
    assert after.fit_seconds > before.fit_seconds
    assert np.array_equal(after.filters[:3], before.filters)
    assert len(after.filters) == 4
    assert steps(after, tmp_path) == 3 * steps(before, tmp_path) / 2


@pytest.mark.parametrize("whole_epochs", [0, 2])
def test_a_schedule_goes_on_after_the_epochs_that_count(tmp_path, whole_epochs):
    """What the optimizer did beyond the last whole or best epoch does not use up the rates of the next."""
    config = small_config(epochs=4, schedule="one_cycle")
    before = fit(config, digits())
    kept = replace(before, config=config.model_copy(update={"keep_best": whole_epochs > 0}))
    history = tuple(
        replace(epoch, val_loss=100 + abs(epoch.epoch - whole_epochs))
        for epoch in before.history
        if whole_epochs
    )
    start = keep(tmp_path, replace(kept, history=history))
    assert len(start.history) == whole_epochs
    after = fit(start.config(1), digits(), start=start)
    assert steps(after, tmp_path) == (whole_epochs + 1) * steps(before, tmp_path) / 4
    last = build_from(after, tmp_path).get_weights(), build_from(before, tmp_path).get_weights()
    assert not all(np.array_equal(new, old) for new, old in zip(*last, strict=True))


def test_the_epochs_that_follow_are_drawn_anew(tmp_path):
    """Of weights that stay as they are, what is dropped out decides the loss: no epoch repeats another's."""
    layers = (Flatten(), Dropout(rate=0.5))
    config = small_config(layers=layers, learning_rate=1e-12, optimizer="sgd", epochs=1)
    start = keep(tmp_path, fit(config, digits()))
    first, second = fit(start.config(1), digits(), start=start).history
    assert second.loss != pytest.approx(first.loss, abs=1e-5)


def build_from(trained, folder):
    """The network in a model's file."""
    path = folder / "weights.keras"
    path.write_bytes(trained.keras_file)
    model = build(trained.config, trained.input_shape, len(trained.class_names), steps=1)
    model.optimizer.build(model.trainable_variables)
    model.load_weights(path)
    return model


def steps(trained, folder) -> int:
    """How many steps the optimizer in a model's file has taken."""
    return int(build_from(trained, folder).optimizer.iterations)


def test_it_goes_on_from_the_epoch_that_was_kept(tmp_path):
    """With the best epoch kept, the epochs after it are not counted: the weights know nothing of them."""
    before = fit(small_config(epochs=4, keep_best=True, learning_rate=0.3), digits())
    losses = [epoch.val_loss for epoch in before.history]
    best = losses.index(min(losses))
    start = keep(tmp_path, before)
    assert start.history == before.history[: best + 1]
    after = fit(start.config(1), digits(), start=start)
    assert len(after.history) == best + 2
    assert after.test_loss <= before.test_loss + 1e-6


@pytest.fixture
def record(tmp_path) -> ModelRecord:
    from tests.networks import trained

    return ModelStore(tmp_path).save("one", trained())


@pytest.mark.parametrize(
    ("changes", "more", "said"),
    [
        ({"reject_class": True}, 1, "more than a data set"),
        ({"fine_tuned": True}, 1, "more than a data set"),
        ({"config": None}, 1, "more than a data set"),
        ({}, 1000, "epochs is 1001"),
    ],
)
def test_what_cannot_go_on_is_said(record, changes, more, said):
    """A network that no data set made, and too many epochs."""
    with pytest.raises(ConfigError, match=said):
        Continuation(record.model_copy(update=changes), b"", None).config(more)


def test_other_data_than_before_is_said(record):
    """A network that learned from other images does not mix in these: both are named, and what to do."""
    start = Continuation(record.model_copy(update={"data_sha256": digits().sha256}), b"", None)
    assert start.dataset(digits()) is digits()
    other = replace(digits(), name="mnist", sha256="f" * 64)
    with pytest.raises(ConfigError, match=r"from mnist \(731c5ac6….*is uci_digits .*train a new network"):
        Continuation(record, b"", None).dataset(digits())
    with pytest.raises(ConfigError, match=r"is mnist \(f{8}…"):
        start.dataset(other)


def test_a_history_without_epochs_has_no_best(record):
    """Where the best epoch is kept, a training stopped in its first one goes on from there."""
    record = record.model_copy(update={"config": record.config.model_copy(update={"keep_best": True})})
    best = replace(Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0))
    assert Continuation(record.model_copy(update={"history": ()}), b"", None).history == ()
    assert Continuation(record.model_copy(update={"history": (best,)}), b"", None).history == (best,)
