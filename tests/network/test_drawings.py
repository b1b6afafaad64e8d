import json

import numpy as np
import pytest

from cnn.models.store import ModelStore
from cnn.pictures.strokes import ScreenDigit
from tests.networks import digits

pytest.importorskip("tensorflow")
from cnn.network import drawings, shipped
from cnn.network.classifier import Classifier

SEVEN = ScreenDigit(7, "train-1", (np.array([[0, 0], [60, 0], [20, 100]], np.float32),))


def rng():
    return np.random.default_rng(0)


def test_written_digits_are_drawn_so_many_times():
    """Each digit gives that many pictures with its label, each drawn in its own way."""
    pictures = drawings.written([SEVEN, SEVEN], rng(), times=3, strength=1.0)
    assert pictures.images.shape == (6, 28, 28)
    assert pictures.images.dtype == np.uint8
    assert pictures.labels.tolist() == [7] * 6
    assert len({image.tobytes() for image in pictures.images}) == 6


def test_styles_and_inventions_bear_their_labels():
    """Styled digits come in the same number of each; what is invented is no digit."""
    assert np.bincount(drawings.styled(rng(), each=2).labels).tolist() == [2] * 10
    assert set(drawings.invented(rng(), 5).labels) == {drawings.NOT_A_DIGIT}


def test_empty_canvases_are_left_out():
    """A canvas without ink is neither a digit nor none."""
    empty = np.zeros((50, 50), np.uint8)
    assert drawings.prepared([(empty, 3)]).images.shape == (0, 28, 28)


@pytest.fixture
def characters(tmp_path):
    """Twenty drawers' Greek alphas and betas, and Latin letters a and b, each a cross of its own."""
    images, labels = [], []
    for label in ("Greek/character01", "Greek/character02", "Latin/character01", "Latin/character02"):
        for drawer in range(20):
            image = np.full((105, 105), 255, np.uint8)
            image[20 + drawer : 24 + drawer, 10:90] = 0
            image[10:90, 50:54] = 0
            images.append(image)
            labels.append(label)
    path = tmp_path / "characters.npz"
    np.savez(path, images=np.array(images), labels=np.array(labels))
    return path


def test_who_is_judged_on_is_not_trained_on(characters):
    """Kept alphabets and drawers are in one set only, and characters like digits (beta, b) in none."""
    seen = drawings.characters(characters, rng(), unseen=False)
    unseen = drawings.characters(characters, rng(), unseen=True)
    assert (len(seen.labels), len(unseen.labels)) == (14, 20 + 6)
    assert not drawings.UNSEEN_WRITERS & drawings.TUNING_WRITERS


def test_unseen_writers_never_reach_the_making(tmp_path):
    """The strokes that the making reads contain none of the writers kept for the judging."""
    writers = sorted(drawings.UNSEEN_WRITERS | {"train-1", "train-5"})
    entries = [{"label": 1, "writer": writer, "strokes": [[[0, 0], [0, 9]]]} for writer in writers]
    (tmp_path / "screen_digits.json").write_text(json.dumps(entries))
    found = {digit.writer for digit in shipped._screen_digits(tmp_path)}
    assert found == {"train-1", "train-5"}


def test_the_threshold_lets_its_share_of_digits_pass():
    """Of digits whose last outputs are spread evenly, the agreed share lies below the threshold."""
    last = np.linspace(0, 1, 1001)
    outputs = np.column_stack([(1 - last)[:, None] * np.full((1, 10), 0.1), last])
    threshold = shipped.threshold_of(outputs, 1.0)
    assert (last < threshold).mean() == pytest.approx(shipped._DIGITS_THAT_PASS, abs=0.002)


def test_the_making_leaves_a_model_that_answers(tmp_path, monkeypatch):
    """Both stages on a handful of pictures give a folder that the classifier reads, without an optimizer."""
    monkeypatch.setattr(
        shipped, "STAGES", (shipped.Stage(1, 0.004, 0.0, 1.0), shipped.Stage(1, 0.001, 0.5, 0.5))
    )
    drawn = drawings.styled(rng(), each=3) + drawings.invented(rng(), 10)
    tuning = drawings.styled(rng(), each=2)
    model, history = shipped.fit(drawings.styled(rng(), each=3), drawn, tuning)
    record = shipped.save(model, history, tuning, digits(), tmp_path)
    file = ModelStore(tmp_path).folder_of(record.id).keras_path()
    assert [epoch.epoch for epoch in history] == [1, 2]
    assert record.reject_class
    assert file.stat().st_size < 5_000_000
    classifier = Classifier(ModelStore(tmp_path).record(record.id), file)
    expected = model.predict(tuning.images[..., None] / np.float32(255), verbose=0)[:, :10]
    assert (classifier.probabilities(tuning.images).argmax(axis=1) == expected.argmax(axis=1)).all()
