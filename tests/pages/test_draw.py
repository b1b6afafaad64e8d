"""The Draw page without its canvas, which needs a browser: models to pick, and how answers look."""

import io
import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from benchmarks.room import differences
from cnn.insight.answers import answer_from
from cnn.models import shipped_model
from cnn.models.shipped_model import SHIPPED, keep_shipped
from cnn.models.store import model_store
from cnn.settings import PROJECT, settings
from pages.parts.draw import corrections, digit_board, number_board, other_board
from tests import rows
from tests.networks import trained
from tests.pages.conftest import OWNER
from tests.pages.opened import html, run_function
from tests.rows import by_shape


def answer_page(digit, sharpness, reject):
    """A page that shows one answer."""
    import numpy as np

    from cnn.insight.answers import answer_from
    from pages.parts.draw.answer_panel import answer

    outputs = np.array([1.0] * 10 + ([] if reject is None else [reject]))
    outputs[digit] = sharpness
    given = answer_from(outputs / outputs.sum(), reject_class=reject is not None)
    answer(given, np.zeros((28, 28), np.float32))


@pytest.mark.parametrize(
    ("sharpness", "reject", "large", "word"),
    [(990, 0, "7", "Sure"), (5, 0, "7", "Not sure"), (5, 900, r"\?", "not look like a digit")],
)
def test_how_an_answer_looks(sharpness, reject, large, word):
    """The digit or a question mark, in large; ten bars; and a picture with a text beside it."""
    page = run_function(answer_page, 7, sharpness, reject)
    assert not page.exception
    shown = html(page)
    assert re.search(rf'"answer-digit">{large}<', shown)
    assert word in shown
    assert shown.count("<li") == 10
    assert re.search('<img [^>]*alt="[^"]+"', shown)


def test_the_benchmark_of_the_room_reads_an_answer():
    """Of the page it finds nothing otherwise than in the answer itself, and a wrong one it finds."""
    shown = html(run_function(answer_page, 7, 5, 0))
    outputs = np.array([1.0] * 7 + [5.0] + [1.0] * 2 + [0.0])
    given = answer_from(outputs / outputs.sum(), reject_class=True)
    assert list(differences(shown, given)) == []
    other = replace(given, digit=3, probabilities=np.roll(given.probabilities, 1))
    assert len(list(differences(shown, other))) == 2


def test_a_network_that_only_knows_digits_does_not_blame_the_drawing():
    """Where no digit fits well, one that never learned what is none says so of itself, and its best guess."""
    page = run_function(answer_page, 7, 2, None)
    assert "The network cannot tell: no digit fits well, 7 at best." in html(page)


def test_the_shipped_model_is_picked_first(visit):
    """Without a model of one's own, the shipped one answers."""
    page = visit("draw")
    assert page.selectbox(key="model").value == SHIPPED
    assert not page.exception


def test_my_model_can_be_picked_and_stays_picked(visit, models_dir):
    """A visitor's own model is offered, not another's, and remains the choice after a look elsewhere."""
    mine = model_store().save("mine", trained(), owner=OWNER)
    model_store().save("theirs", trained(), owner="bob")
    page = visit("draw")
    assert [option.split(" · ")[0] for option in page.selectbox(key="model").options] == [
        "The shipped model",
        "mine",
    ]
    page.selectbox(key="model").select(mine.id).run()
    page.switch_page("pages/train.py").run()
    page.switch_page("pages/draw.py").run()
    assert page.selectbox(key="model").value == mine.id


def test_a_picked_model_that_is_gone_breaks_nothing(visit, models_dir):
    """A model deleted while it is picked gives its place to the shipped one."""
    mine = model_store().save("mine", trained(), owner=OWNER)
    page = visit("draw")
    page.selectbox(key="model").select(mine.id).run()
    model_store().delete(mine.id, OWNER)
    page.run()
    assert page.selectbox(key="model").value == SHIPPED
    assert ["is gone" in warning.value for warning in page.warning] == [True]
    assert not page.exception
    assert not page.switch_page("pages/filters.py").run().warning


def test_without_its_folder_the_room_goes_on(visit, models_dir):
    """Where all models are deleted, the shipped one stands in, and what is trained next is saved."""
    mine = model_store().save("mine", trained(), owner=OWNER)
    page = visit("draw")
    page.selectbox(key="model").select(mine.id).run()
    shutil.rmtree(models_dir)
    page.run()
    assert page.selectbox(key="model").value == SHIPPED
    assert ["is gone" in warning.value for warning in page.warning] == [True]
    again = model_store().save("again", trained(), owner=OWNER)
    assert page.run().selectbox(key="model").select(again.id).run().selectbox(key="model").value == again.id
    assert not page.exception


def test_a_copy_stands_in_for_the_shipped_model(visit, models_dir, monkeypatch, tmp_path):
    """Where `models/` is deleted with the shipped model in it, its copy goes on answering."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "models" / SHIPPED, project / "models" / SHIPPED)
    monkeypatch.setenv("CNN_CACHE_DIR", str(tmp_path / "cache"))
    settings.cache_clear()
    monkeypatch.setattr(shipped_model, "PROJECT", project)
    keep_shipped()
    keep_shipped()
    shutil.rmtree(project)
    assert visit("draw").selectbox(key="model").value == SHIPPED
    assert model_store().record(SHIPPED).test_accuracy > 0.99
    assert model_store().folder_of(SHIPPED).keras_path().is_relative_to(tmp_path / "cache")


def test_broken_folders_break_nothing(visit, models_dir):
    """Empty, foreign and half-written folders beside a good one leave the picker as it is."""
    model_store().save("mine", trained(), owner=OWNER)
    (models_dir / "empty").mkdir()
    for name, content in {"foreign": '{"a": 1}', "half": '{"id": "ha', "binary": "\0\1"}.items():
        (models_dir / name).mkdir()
        (models_dir / name / "record.json").write_text(content)
    page = visit("draw")
    assert len(page.selectbox(key="model").options) == 2
    assert not page.exception
    assert not page.error


class PlayedAnswers:
    """A process that always gives the same answer, and remembers what it was shown."""

    def __init__(self, outputs):
        self.outputs = outputs
        self.shown = []

    def answer(self, folder, image):
        self.shown.append(image)
        return answer_from(np.asarray(self.outputs))


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([0, 0.9, 0.1], "Car"),
        ([0.45, 0.5, 0.05], "could be Aeroplane"),
        ([0.34, 0.33, 0.33], "Nothing that it knows"),
    ],
)
def test_a_model_of_other_things_says_what_it_knows_and_names_a_picture(visit, monkeypatch, outputs, said):
    """It takes no drawing; a photo becomes an image of its data set, and its answer has the class's name."""
    knows = replace(trained(), input_shape=(32, 32, 3), class_names=("Aeroplane", "Car", "Bird"))
    mine = model_store().save("mine", replace(knows, data_name="cifar10"), owner=OWNER)
    played = PlayedAnswers(outputs)
    monkeypatch.setattr(other_board, "workers", lambda: played)
    page = visit("draw")
    page.selectbox(key="model").select(mine.id).run()
    assert "Aeroplane, Car, Bird" in page.markdown[0].value
    assert not played.shown
    picture = io.BytesIO()
    Image.new("RGB", (90, 60), (200, 40, 40)).save(picture, "PNG")
    page.file_uploader(key="upload").set_value(("car.png", picture.getvalue(), "image/png")).run()
    assert not page.exception
    assert played.shown[0].shape == (32, 32, 3)
    assert said in " ".join([element.value for element in (*page.header, *page.caption)])


def test_a_file_that_is_no_picture_is_said_to_a_model_of_other_things(visit):
    """One sentence, and the page stays."""
    knows = replace(trained(), input_shape=(32, 32, 3), class_names=("Aeroplane", "Car"), data_name="cifar10")
    mine = model_store().save("mine", knows, owner=OWNER)
    page = visit("draw")
    page.selectbox(key="model").select(mine.id).run()
    page.file_uploader(key="upload").set_value(("car.png", b"no picture", "image/png")).run()
    assert "This file is no picture" in page.error[0].value
    assert not page.exception


def corrections_page(before):
    """A page with one correction, from which a model has learned."""
    import numpy as np
    import streamlit as st

    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from pages.parts.draw import corrections

    mine = corrections.Correction(np.zeros((28, 28), np.float32), 9, 7)
    st.session_state["corrections"] = [mine]
    st.session_state["learning_from_corrections"] = ("the training", before)
    corrections.kept(model_store().record(SHIPPED))
    st.caption("The rest of the page")


def test_a_model_that_left_meanwhile_cannot_be_compared(monkeypatch, models_dir):
    """Where the model from before has been deleted, a sentence says so, and the rest of the page stays."""
    learned = SimpleNamespace(record=model_store().save("after", trained(), owner=OWNER))
    monkeypatch.setattr(corrections, "training_queue", lambda: {"the training": learned})
    monkeypatch.setattr(corrections, "monitor", lambda training: None)
    page = run_function(corrections_page, "a-model-that-is-gone")
    assert not page.exception
    assert "There is no model" in page.error[0].value
    assert "The rest of the page" in [caption.value for caption in page.caption]


@pytest.mark.parametrize("stand_in", [False, True])
def test_before_and_after_are_compared_on_the_same_images(monkeypatch, models_dir, stand_in):
    """Both models' drawings are counted; their test figures only where they are of the same test images."""
    before = model_store().save("before", trained(test_accuracy=0.95), owner=OWNER)
    sha256 = "1" * 64 if stand_in else before.data_sha256
    after = model_store().save("after", trained(test_accuracy=0.96, data_sha256=sha256), owner=OWNER)
    learned = SimpleNamespace(record=after)
    monkeypatch.setattr(corrections, "training_queue", lambda: {"the training": learned})
    monkeypatch.setattr(corrections, "monitor", lambda training: None)
    monkeypatch.setattr(corrections, "_right", lambda record, *_: f"{record.name} right")
    page = run_function(corrections_page, before.id)
    [table] = [element.value for element in page.markdown if "right" in element.value]
    assert "before right" in table
    assert "after right" in table
    assert ("95.00%" in table, "96.00%" in table) == (not stand_in, not stand_in)


def offering_page(outputs):
    """A page on which a drawing's answer can be corrected."""
    import numpy as np

    from cnn.insight.answers import answer_from
    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from pages.parts.draw import corrections

    model = model_store().record(SHIPPED)
    corrections.offer(model, np.ones((28, 28), np.float32), answer_from(np.array(outputs), reject_class=True))
    corrections.kept(model)


def test_a_correction_can_be_taken_back():
    """Once a drawing has been corrected, that can be taken back, and then it can be corrected anew."""
    page = run_function(offering_page, [0, 0, 0, 0, 1.0, 0, 0, 0, 0, 0, 0])
    page.button_group[0].select(9).run()
    assert "9, read as 4" in html(page)
    page.button(key="take_back").click().run()
    assert "read as" not in html(page)
    page.button_group[0].select(8).run()
    assert "8, read as 4" in html(page)
    page.button(key="forget_corrections").click().run()
    assert "read as" not in html(page)
    assert not page.exception


def test_what_is_no_digit_can_be_said():
    """A doodle that was read as a 4 can be corrected to be no digit, and a digit that was not seen as one."""
    page = run_function(offering_page, [0, 0, 0, 0, 1.0, 0, 0, 0, 0, 0, 0])
    page.button_group[0].select(corrections.NO_DIGIT).run()
    assert "no digit, read as 4" in html(page)
    page = run_function(offering_page, [0] * 10 + [1.0])
    page.button_group[0].select(9).run()
    assert "9, read as no digit" in html(page)


def deleted_model_page():
    """A page with one correction for a model that has been deleted."""
    import numpy as np
    import streamlit as st

    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from pages.parts.draw import corrections

    st.session_state["corrections"] = [corrections.Correction(np.zeros((28, 28), np.float32), 9, 7)]
    corrections.kept(model_store().record(SHIPPED).model_copy(update={"id": "gone"}))
    st.caption("The rest of the page")


def test_a_deleted_model_learns_nothing(workers):
    """Where the model is gone when it shall learn, a sentence says so, and the rest of the page stays."""
    page = run_function(deleted_model_page)
    page.button(key="fine_tune").click().run()
    assert not page.exception
    assert "There is no model 'gone'" in page.error[0].value
    assert "The rest of the page" in [caption.value for caption in page.caption]
    assert not workers.running


def number_page(count):
    """A page with a row of ones."""
    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from pages.parts.draw.number_board import read, show_number
    from tests.rows import row

    show_number(read(model_store().record(SHIPPED), row("1" * count)))


@pytest.mark.parametrize(("count", "is_whole"), [(3, True), (50, False)])
def test_a_number_that_is_not_read_to_its_end_says_so(monkeypatch, count, is_whole):
    """More ink than is read is no number of which anybody could be sure."""
    asked = SimpleNamespace(answers=lambda _folder, images: by_shape(images))
    monkeypatch.setattr(number_board, "workers", lambda: asked)
    page = run_function(number_page, count)
    assert not page.exception
    assert ("Only the beginning is read" in html(page)) != is_whole


def upload_page(content):
    """A page to which a file was brought."""
    import streamlit as st

    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from pages.parts.draw import upload_board

    upload_board._read(model_store().record(SHIPPED), content)
    st.caption("The rest of the page")


def png(image: Image.Image) -> bytes:
    """The content of its file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no picture", "This file is no picture"),
        (b"", "This file is no picture"),
        (png(Image.new("L", (300, 200), 255)), "Nothing is written"),
        (png(Image.new("RGBA", (300, 200), (0, 0, 0, 255))), "Nothing is written"),
        (png(Image.new("L", (1, 1), 0)), "Nothing is written"),
        (png(Image.effect_noise((300, 200), 60))[:2000], "broken or cut short"),
        (png(Image.new("1", (10_000, 10_000))), "100,000,000 pixels"),
    ],
    ids=["no picture", "empty file", "white", "black", "one pixel", "cut short", "100 megapixels"],
)
def test_a_picture_that_cannot_be_read_gets_one_sentence(content, sentence):
    """Whatever a visitor brings, the page says what is the matter and goes on."""
    page = run_function(upload_page, content)
    assert not page.exception
    [told] = [*page.error, *page.info]
    assert sentence in told.value
    assert "The rest of the page" in [caption.value for caption in page.caption]


def fail(*_arguments):
    """What a fault in the program does."""
    raise IndexError("index 0 is out of bounds")


FAULT = "fault in the program (IndexError)"


@pytest.mark.parametrize(
    "stage",
    [
        "cnn.pictures.files.without_lines",
        "cnn.pictures.segmentation.ink_of",
        "cnn.pictures.preparation.prepare_drawing",
        "tests.rows.by_shape",
        "pages.parts.draw.upload_board.workers",
    ],
)
def test_a_fault_in_the_program_costs_one_picture(monkeypatch, stage):
    """Wherever reading an upload meets an IndexError, the page says one sentence, and goes on."""
    asked = SimpleNamespace(answers=lambda _folder, images: rows.by_shape(images))
    monkeypatch.setattr(number_board, "workers", lambda: asked)
    monkeypatch.setattr(stage, fail)
    page = run_function(upload_page, png(Image.fromarray(255 - rows.row("7"))))
    assert not page.exception
    [told] = page.error
    assert FAULT in told.value
    assert "The rest of the page" in [caption.value for caption in page.caption]


def board_page(name):
    """A page on which something is drawn."""
    import streamlit as st

    from cnn.models.shipped_model import SHIPPED
    from cnn.models.store import model_store
    from pages.parts.draw import digit_board, number_board

    boards = {"digit_board": digit_board.digit_board, "number_board": number_board.number_board}
    boards[name](model_store().record(SHIPPED))
    st.caption("The rest of the page")


@pytest.mark.parametrize("stage", ["cnn.pictures.preparation._ink", "tests.rows.by_shape"])
@pytest.mark.parametrize("board", [digit_board, number_board])
def test_a_fault_in_the_program_costs_one_drawing(monkeypatch, board, stage):
    """Wherever a drawing meets an IndexError, its board says one sentence, and the page goes on."""
    asked = SimpleNamespace(
        awake=True,
        answer=lambda _folder, image: rows.by_shape([image])[0],
        answers=lambda _folder, images: rows.by_shape(images),
    )
    monkeypatch.setattr(board, "workers", lambda: asked)
    monkeypatch.setattr(board, "canvas", lambda *_, **__: rows.row("7"))
    monkeypatch.setattr(number_board, "page_width", lambda _: 700)
    monkeypatch.setattr(stage, fail)
    page = run_function(board_page, board.__name__.rpartition(".")[2])
    assert not page.exception
    [told] = page.error
    assert FAULT in told.value
    assert "The rest of the page" in [caption.value for caption in page.caption]


def test_after_a_fault_the_next_picture_is_read(visit, monkeypatch):
    """The visitor need not reload the page: a picture that can be read gets its answer."""
    asked = SimpleNamespace(answers=lambda _folder, images: rows.by_shape(images))
    monkeypatch.setattr(number_board, "workers", lambda: asked)
    page = visit("draw")
    page.segmented_control(key="way").set_value("picture").run()
    with monkeypatch.context() as broken:
        broken.setattr("cnn.pictures.files.without_lines", fail)
        page.file_uploader(key="upload").set_value(("a.png", png(Image.new("L", (9, 9))), "image/png")).run()
        [told] = page.error
        assert FAULT in told.value
    content = png(Image.fromarray(255 - rows.row("170")))
    page.file_uploader(key="upload").set_value(("b.png", content, "image/png")).run()
    assert not page.error
    assert not page.exception
    assert '"answer-number">170<' in html(page)


@pytest.mark.parametrize("stage", ["cnn.pictures.photos._middle", "pages.parts.draw.other_board.workers"])
def test_a_fault_in_the_program_costs_a_model_of_other_things_one_picture(visit, monkeypatch, stage):
    """A photo that meets an IndexError gets one sentence, and the page stays."""
    knows = replace(trained(), input_shape=(32, 32, 3), class_names=("Aeroplane", "Car"), data_name="cifar10")
    mine = model_store().save("mine", knows, owner=OWNER)
    page = visit("draw")
    page.selectbox(key="model").select(mine.id).run()
    monkeypatch.setattr(stage, fail)
    page.file_uploader(key="upload").set_value(("car.png", png(Image.new("L", (9, 9))), "image/png")).run()
    [told] = page.error
    assert FAULT in told.value
    assert not page.exception
