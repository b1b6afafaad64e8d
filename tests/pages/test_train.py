"""The Train page: what is chosen is what is trained, and what happens to it is told."""

import csv
import io
import json

import numpy as np
import pytest

from cnn.errors import DownloadFailed, TrainingDiverged, WorkerError
from cnn.i18n import N_
from cnn.jobs.job import Job
from cnn.jobs.queue import training_queue
from cnn.jobs.work_folder import work_folder
from cnn.models.continuation import Continuation
from cnn.models.store import model_store
from cnn.settings import settings
from cnn.training.announcements import Away, Epoch, Loading, Progress, Resumed, Scoring, StandIn
from cnn.training.recipes import RECIPES
from pages.parts.train.outcome import history_csv, history_npy
from tests.networks import trained
from tests.pages.conftest import OWNER

PUBLISHED_PARAMETERS = {
    "conv32": 63_050,
    "conv32-conv32": 600_810,
    "conv32-conv64": 1_199_882,
    "conv32-conv64-rmsprop": 1_199_882,
    "conv32-conv64-dense1000": 3_156_098,
    "lenet-cifar10": 1_626_442,
}
EPOCHS = tuple(Epoch(number, 0.5, 0.8, 0.4, 0.9, 3.0 * number) for number in (1, 2, 3))
PROGRESS = Progress(1, 2, 5, 10, 1234.0, 6.0, 0.7, 0.6, np.eye(3, dtype=np.float32)[..., None, None])


def table(page):
    """The layer table's cells without its head, and the sentence below it."""
    lines, totals = [element.value for element in page.markdown]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()[2:]]
    return rows, totals


def submitted():
    """The config of the one training that the visitor has."""
    [training] = training_queue().of(OWNER)
    return training.config


def start(page):
    return page.button(key="train_start").click().run()


def shown_by(page, name):
    """What a part that follows a training by itself is given to begin with."""
    [part] = [
        element for element in page.get("bidi_component") if element.proto.component_name == f"live_{name}"
    ]
    return json.loads(part.proto.json)


def now(page):
    """How the training stands that the page follows."""
    return shown_by(page, "progress")["now"]


def texts(elements):
    return [element.value for element in elements]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_brings_its_network(visit, name):
    """Another recipe brings its own layers, whose parameters add up to what was published."""
    page = visit("train")
    page.selectbox(key="recipe").select(name).run()
    rows, totals = table(page)
    assert len(rows) == len(RECIPES[name].config.layers) + 1
    assert rows[-1][:2] == ["Dense 10, softmax", "10"]
    total = sum(int(parameters.replace(",", "")) for _, _, parameters in rows)
    assert total == PUBLISHED_PARAMETERS.get(name, total)
    assert f"**{total:,} parameters**" in totals


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_trained_as_it_stands(visit, name):
    """Where nothing was changed, Train submits exactly the recipe."""
    page = visit("train")
    page.selectbox(key="recipe").select(name).run()
    start(page)
    assert submitted() == RECIPES[name].config


@pytest.mark.parametrize(
    ("widget", "field", "value", "expected"),
    [
        ("number_input", "epochs", 7, 7),
        ("number_input", "batch_size", 33, 33),
        ("number_input", "learning_rate", 0.0005, 0.0005),
        ("number_input", "train_images", 1500, 1500),
        ("number_input", "seed", 42, 42),
        ("selectbox", "optimizer", "sgd", "sgd"),
        ("selectbox", "validation", "share", 0.2),
        ("toggle", "early_stopping", True, True),
        ("toggle", "keep_best", True, True),
        ("toggle", "as_people_draw", True, True),
    ],
)
def test_each_setting_reaches_the_training(visit, widget, field, value, expected):
    """What is set on the page is set in the submitted training, and nothing else is changed by it."""
    page = visit("train")
    page.selectbox(key="recipe").select("conv32").run()
    getattr(page, widget)(key=f"{field}_conv32").set_value(value).run()
    start(page)
    assert submitted() == RECIPES["conv32"].config.model_copy(update={field: expected})


@pytest.mark.parametrize(
    ("dataset", "first_shape"), [("fashion_mnist", "26 × 26 × 32"), ("cifar10", "30 × 30 × 32")]
)
def test_a_recipe_is_fitted_to_other_images(visit, dataset, first_shape):
    """MNIST's recipes run on clothes and on photographs, without the distortions of drawings."""
    page = visit("train")
    page.selectbox(key="recipe").select("accurate").run()
    page.selectbox(key="dataset_accurate").select(dataset).run()
    page.selectbox(key="recipe").select("conv32-conv32").run()
    page.selectbox(key="dataset_conv32-conv32").select(dataset).run()
    assert table(page)[0][0][1] == first_shape
    page.selectbox(key="recipe").select("accurate").run()
    start(page)
    wanted = {"dataset": dataset, "as_people_draw": False}
    assert submitted() == RECIPES["accurate"].config.model_copy(update=wanted)


def test_settings_that_others_bring(visit):
    """Patience and the share for validation can be set once there is something that they belong to."""
    page = visit("train")
    page.toggle(key="early_stopping_fast").set_value(True)
    page.selectbox(key="validation_fast").select("share").run()
    page.number_input(key="patience_fast").set_value(3)
    page.slider(key="share_fast").set_value(35).run()
    start(page)
    assert (submitted().patience, submitted().validation) == (3, 0.35)


def test_settings_survive_another_page(visit):
    """A recipe and a changed number are there again after a look at another page."""
    page = visit("train")
    page.selectbox(key="recipe").select("conv32").run()
    page.number_input(key="epochs_conv32").set_value(9).run()
    page.switch_page("pages/draw.py").run()
    page.switch_page("pages/train.py").run()
    assert page.selectbox(key="recipe").value == "conv32"
    assert page.number_input(key="epochs_conv32").value == 9


def test_what_cannot_be_is_a_sentence(visit):
    """A value out of range is named with what was expected, and there is nothing to start."""
    page = visit("train")
    page.number_input(key="train_images_fast").set_value(50).run()
    [sentence] = texts(page.error)
    assert "50" in sentence
    assert "100" in sentence
    assert not page.exception
    assert not any(button.key == "train_start" for button in page.button)


@pytest.mark.parametrize(
    ("field", "value"), [("epochs", 0), ("epochs", 201), ("batch_size", 5000), ("seed", -1)]
)
def test_fields_keep_their_range(visit, field, value):
    """A number that a field does not take leaves the training as it was."""
    page = visit("train")
    page.number_input(key=f"{field}_fast").set_value(value).run()
    start(page)
    assert submitted() == RECIPES["fast"].config


def test_too_many_trainings_are_a_sentence(visit):
    """One visitor cannot fill the queue: the next press says how many are waiting."""
    limit = settings().trainings_per_visitor
    for _ in range(limit):
        training_queue().submit(OWNER, RECIPES["fast"].config)
    page = start(visit("train"))
    assert any(str(limit) in sentence for sentence in texts(page.error))
    assert len(training_queue().of(OWNER)) == limit


def test_workers_that_cannot_be_had_are_a_sentence(visit, workers, monkeypatch):
    """Where no process trains, the reason stands on the page, and another training can be started."""

    def no_process(*_arguments, **_options):
        raise WorkerError(N_("No process for {reason}."), reason="lack of memory")

    monkeypatch.setattr(workers, "begin_training", no_process)
    page = start(visit("train"))
    assert texts(page.error) == ["No process for lack of memory."]
    assert page.button(key="train_start")


def test_a_training_is_followed_to_its_model(visit, workers):
    """Waiting for its process, preparing, learning and finished: each state is told."""
    page = start(visit("train"))
    [job] = workers.running
    assert "starting" in page.info[0].value
    workers.announce(job, "tcp://worker")
    assert "Preparing" in page.run().info[0].value
    workers.announce(job, Loading(2_500_000, 10_000_000))
    [(share, text)] = now(page.run())["bars"]
    assert share == 0.25
    assert "2.5 MB" in text
    workers.announce(job, PROGRESS)
    assert not page.run().info
    (overall, text), (within, _) = now(page)["bars"]
    assert (overall, within) == (0.25, 0.5)
    assert "Epoch 1 of 2" in text
    assert now(page)["pace"].startswith("1,234 images a second · 6 s left · loss 0.7000")
    assert shown_by(page, "curves")["curves"] == {"training": [[0.5, 0.7, 0.6]], "validation": []}
    assert "first layer" in shown_by(page, "filters")["pictureHtml"]
    workers.announce(job, Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0))
    workers.finish(job, trained())
    page.run()
    assert "90.00% of the test images right" in page.success[0].value
    assert not any(button.key == "train_stop" for button in page.button)


def test_images_that_stand_in_are_told(visit, workers):
    """Whoever trains on other images than those asked for reads it and why, while it runs and afterwards."""
    page = start(visit("train"))
    [job] = workers.running
    workers.announce(job, "tcp://worker")
    workers.announce(job, Loading(2_500_000, 10_000_000))
    workers.announce(job, StandIn(DownloadFailed("no network")))
    assert "UCI digits stands in for it here. no network" in page.run().warning[0].value
    assert not now(page)["bars"]
    workers.finish(job, trained())
    assert "UCI digits stands in for it here. no network" in page.run().warning[0].value


def test_overfitting_is_told_when_it_happens(visit, workers):
    """Under the curves, a note names the epoch after which validation turned up; before, there is none."""
    page = start(visit("train"))
    [job] = workers.running
    workers.announce(job, "tcp://worker")
    for epoch, (loss, val_loss) in enumerate([(0.5, 0.4), (0.4, 0.5), (0.3, 0.6), (0.2, 0.7)], start=1):
        assert not any("overfitting" in text for text in texts(page.run().caption))
        workers.announce(job, Epoch(epoch, loss, 0.8, val_loss, 0.9, 3.0))
    assert any("Since epoch 1 the validation loss rises" in text for text in texts(page.run().caption))


def test_a_place_in_the_queue_is_told(visit, workers):
    """Behind another's training, the page says which place this one has; Stop takes it out."""
    training_queue().submit("bob", RECIPES["fast"].config)
    page = start(visit("train"))
    assert "place 1" in page.info[0].value
    page.button(key="train_stop").click().run()
    assert training_queue().of(OWNER) == []
    assert len(training_queue().of("bob")) == 1


def test_stop_reaches_the_process(visit, workers):
    """Stop asks the process that trains, and says so until it has ended."""
    page = start(visit("train"))
    [job] = workers.running
    workers.announce(job, "tcp://worker")
    page.run().button(key="train_stop").click().run()
    assert workers.stopped == [(job, "tcp://worker")]
    assert page.button(key="train_stop").disabled
    workers.announce(job, Scoring(True, 2_500, 10_000))
    assert now(page.run())["bars"] == [[0.25, "Stopped. Measuring it on the 10,000 test images…"]]
    assert page.button(key="train_stop").disabled
    workers.finish(job, trained(stopped=True))
    assert "Stopped after" in page.run().success[0].value


def test_the_end_of_a_training_is_told_before_its_figures(visit, workers):
    """A training that ran to its end and is still being measured says so."""
    page = start(visit("train"))
    [job] = workers.running
    workers.announce(job, "tcp://worker")
    workers.announce(job, Scoring(False, 0, 10_000))
    assert now(page.run())["bars"] == [[0, "Trained. Measuring it on the 10,000 test images…"]]


def test_a_lost_process_is_told(visit, workers):
    """When a second process begins the training, the page says after which epoch it goes on."""
    page = start(visit("train"))
    [job] = workers.running
    workers.announce(job, "tcp://worker")
    workers.announce(job, "tcp://another")
    assert "begun again" in page.run().warning[0].value
    workers.announce(job, Resumed(EPOCHS))
    assert "after epoch 3" in page.run().warning[0].value


def test_a_training_of_an_app_before_this_one_is_told(visit, workers, tmp_path):
    """Whose app was started again finds the training, reads so, and after which epoch it goes on."""
    before = work_folder(tmp_path, tmp_path)
    before.keep(Job(OWNER, RECIPES["fast"].config, id="before"))
    before.release()
    workers.folder = work_folder(tmp_path, tmp_path)
    assert "started again, and this training with it" in visit("train").warning[0].value
    training_queue().advance()
    workers.announce("before", "tcp://worker")
    assert "started again, and this training with it" in visit("train").warning[0].value
    workers.announce("before", Resumed(EPOCHS))
    page = visit("train")
    assert "started again. This training goes on after epoch 3" in page.warning[0].value
    assert [point[0] for point in shown_by(page, "curves")["curves"]["training"]] == [1, 2, 3]


def test_a_training_that_waits_for_lost_processes_is_told(visit, workers):
    """Where nobody can train it, the page says that it waits; once somebody does, that it goes on."""
    page = start(visit("train"))
    [job] = workers.running
    workers.announce(job, "tcp://worker")
    workers.announce(job, Away())
    assert "cannot be reached. This training waits" in page.run().warning[0].value
    workers.announce(job, "tcp://worker")
    workers.announce(job, Resumed(EPOCHS))
    assert ["It goes on after epoch 3" in warning.value for warning in page.run().warning] == [True]


def test_a_failed_training_says_why(visit, workers):
    """The reason stands on the page, without a traceback, and another training can be started."""
    page = start(visit("train"))
    [job] = workers.running
    workers.fail(job, TrainingDiverged(N_("The loss is no number after epoch {epoch}."), epoch=2))
    page.run()
    assert texts(page.error) == ["The loss is no number after epoch 2."]
    assert not page.exception
    start(page)
    assert len(training_queue().of(OWNER)) == 2


def test_one_of_several_trainings_is_watched(visit, workers):
    """The latest is shown first, and an earlier one can be chosen."""
    page = start(visit("train"))
    [job] = workers.running
    workers.fail(job, TrainingDiverged(N_("The first one failed.")))
    page.run()
    start(page)
    assert not page.error
    chooser = next(box for box in page.selectbox if box.label == "Training")
    chooser.select(job).run()
    assert texts(page.error) == ["The first one failed."]


def test_a_saved_model_is_renamed(visit, workers, models_dir):
    """A name that no model can have is a sentence; a proper one is kept."""
    page = start(visit("train"))
    [job] = workers.running
    workers.finish(job, trained())
    page.run()
    save = next(button for button in page.button if button.label == "Save under this name")
    page.text_input(key=f"name_{job}").set_value("../evil")
    save.click().run()
    assert any("contains '/'" in sentence for sentence in texts(page.error))
    page.text_input(key=f"name_{job}").set_value("내 모델")
    save = next(button for button in page.button if button.label == "Save under this name")
    save.click().run()
    assert not page.error
    [training] = training_queue().of(OWNER)
    assert training.record.name == "내 모델"
    assert list(models_dir.iterdir()) == [models_dir / training.record.id]


def test_a_deleted_model_leaves_the_page(visit, workers):
    """A training's model that its owner has deleted is told as such, and another can be trained."""
    page = start(visit("train"))
    [job] = workers.running
    workers.finish(job, trained())
    model_store().delete(training_queue().get(job).record.id, OWNER)
    page.run()
    assert "This model has been deleted." in texts(page.info)
    assert not page.exception
    start(page)
    assert len(training_queue().of(OWNER)) == 2


def test_a_broken_model_leaves_the_page(visit, workers, models_dir):
    """Where a training's model has lost a file, the page names it, and another can be trained."""
    page = start(visit("train"))
    [job] = workers.running
    workers.finish(job, trained())
    (models_dir / training_queue().get(job).record.id / "model.keras").unlink()
    page.run()
    assert "has no model.keras" in page.error[0].value
    assert not page.exception
    assert page.button(key="train_start")


def test_a_history_has_a_row_for_each_epoch():
    """The downloaded CSV names its columns and gives each whole epoch's figures as they are."""
    epochs = (Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0), Epoch(2, 0.25, 0.9, 0.3, 0.95, 6.125))
    rows = list(csv.DictReader(io.StringIO(history_csv(epochs))))
    assert [{name: float(value) for name, value in row.items()} for row in rows] == list(map(vars, epochs))


def test_a_history_is_an_array_with_named_columns():
    """The downloaded `.npy` is read without pickle, and each of its fields is a column of the CSV."""
    epochs = (Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0), Epoch(2, 0.25, 0.9, 0.3, 0.95, 6.125))
    read = np.load(io.BytesIO(history_npy(epochs)), allow_pickle=False)
    assert list(read.dtype.names) == history_csv(epochs).splitlines()[0].split(",")
    for name in read.dtype.names:
        assert read[name].tolist() == [getattr(epoch, name) for epoch in epochs]
    assert np.load(io.BytesIO(history_npy(()))).shape == (0,)


def test_tensorboard_is_told_where_there_is_a_log(visit, workers, tmp_path, monkeypatch):
    """The command stands under a training whose log is on this machine, with the name it has there."""
    monkeypatch.setenv("CNN_LOGS_DIR", str(tmp_path))
    settings.cache_clear()
    page = start(visit("train"))
    [job] = workers.running
    workers.finish(job, trained())
    assert not page.run().code
    (tmp_path / f"fast-{job}").mkdir()
    assert texts(page.run().code) == ["make tensorboard"]
    assert any(f"fast-{job}" in text for text in texts(page.caption))


def test_validation_on_the_test_images_is_told_apart(visit):
    """Only who validates on the test images reads that their accuracy is then no clean estimate."""
    page = visit("train")
    validation = page.selectbox(key="validation_fast")
    for kind, told in (("share", False), ("test", True)):
        validation.set_value(kind).run()
        assert any("no clean estimate" in text for text in texts(page.caption)) == told


def test_a_model_that_cannot_be_saved_is_not_lost(visit, workers, models_dir):
    """Where the folder of models cannot be written, the page says so and saves at the next press."""
    page = start(visit("train"))
    [job] = workers.running
    models_dir.write_text("a file where a folder should be")
    workers.finish(job, trained())
    page.run()
    assert any(str(models_dir) in sentence for sentence in texts(page.error))
    models_dir.unlink()
    next(button for button in page.button if button.label == "Save again").click().run()
    assert not page.error
    [training] = training_queue().of(OWNER)
    assert (models_dir / training.record.id / "model.keras").exists()


def test_a_sweep_is_trained_and_its_table_fills(visit, workers):
    """Two learning rates and two batch sizes make four trainings; each end fills its row."""
    page = visit("train")
    page.text_input(key="sweep_learning_rate").set_value("0.001, 0.01")
    page.text_input(key="sweep_batch_size").set_value("32, 64").run()
    assert page.button(key="sweep_start").label == "Train all 4"
    page.button(key="sweep_start").click().run()
    members = training_queue().of(OWNER)
    assert [(t.config.learning_rate, t.config.batch_size) for t in members] == [
        (0.001, 32),
        (0.001, 64),
        (0.01, 32),
        (0.01, 64),
    ]
    workers.announce(members[0].id, "tcp://w:1")
    workers.finish(members[0].id, trained())
    page.run()
    table = page.dataframe[0].value
    assert list(table["state"]) == ["finished", "starting", "waiting", "waiting"]
    assert list(table["best"]) == ["★", "", "", ""]
    assert table["test"][0] == 90


def sweep_of_four(page):
    """A sweep over four seeds."""
    page.text_input(key="sweep_seed").set_value("1 2 3 4").run()
    page.button(key="sweep_start").click().run()
    return training_queue().of(OWNER)


def test_one_or_all_of_a_sweep_are_stopped(visit, workers):
    """The one that is picked ends alone; then the rest."""
    page = visit("train")
    first, second, *_ = sweep_of_four(page)
    show_row(page, 1)
    page.button(key="train_stop").click().run()
    assert second.id not in {training.id for training in training_queue().of(OWNER)}
    page.button(key="sweep_stop_all").click().run()
    assert [(t.id, t.state) for t in training_queue().of(OWNER)] == [(first.id, "stopping")]
    assert page.button(key="sweep_stop_all").disabled


def show_row(page, row):
    """Show the training of a row: the row is then the picked one."""
    key = page.dataframe[0].key
    page.session_state["watched_training"] = training_queue().of(OWNER)[row].id
    page.run()
    assert page.session_state[key]["selection"]["rows"] == [row]


def test_a_stopped_member_of_a_sweep_says_so_and_can_be_opened(visit, workers):
    """What it learned until then is a model like any other, to be named and drawn with."""
    page = visit("train")
    first, *_ = sweep_of_four(page)
    workers.announce(first.id, "tcp://w:1")
    workers.finish(first.id, trained(stopped=True))
    show_row(page, 0)
    assert page.dataframe[0].value["state"][0] == "stopped"
    assert "Stopped after" in page.success[0].value
    assert page.button(key="draw_with_it")


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("seed", " ".join(map(str, range(1000, 1040))), "make 40 combinations, but at most 24"),
        ("batch_size", "0, 10", "batch size is 0"),
        ("learning_rate", "fast", "'fast' is no number"),
    ],
)
def test_a_sweep_that_cannot_be_is_told(visit, field, text, said):
    """Too many combinations, a value out of range, no number: a sentence, and nothing is queued."""
    page = visit("train")
    page.text_input(key=f"sweep_{field}").set_value(text).run()
    assert said in page.error[0].value
    assert not page.exception
    assert training_queue().of(OWNER) == []


def test_a_continued_training_shows_where_it_goes_on(visit, workers):
    """The curve begins with the epochs that were; a line and a word mark where it goes on."""
    record = model_store().save("my best", trained(), owner=OWNER)
    start = Continuation(record, b"", None)
    training_queue().submit(OWNER, start.config(2), start)
    page = visit("train")
    assert any("Goes on from my best after 1 epoch." in text for text in texts(page.caption))
    [job] = workers.running
    workers.announce(job, "tcp://w:1")
    workers.announce(job, Epoch(2, 0.3, 0.9, 0.3, 0.9, 6.0))
    drawn = shown_by(page.run(), "curves")
    assert [epoch for epoch, _, _ in drawn["curves"]["validation"]] == [1, 2]
    assert drawn["mark"] == 1
    workers.finish(job, trained())
    assert any("Goes on from my best" in text for text in texts(page.run().caption))
