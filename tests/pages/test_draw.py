"""The Draw page without its canvas, which needs a browser: models to pick, and how answers look."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from cnn import model_store
from tests.pages.conftest import OWNER
from tests.pages.opened import html
from tests.test_trainings import trained


def answer_page(digit, sharpness, reject):
    """A page that shows one answer."""
    import numpy as np

    from cnn.answer import answer_from
    from pages.parts.answer import answer

    outputs = np.array([1.0] * 10 + [reject])
    outputs[digit] = sharpness
    given = answer_from(outputs / outputs.sum(), reject_class=True)
    answer(given, np.zeros((28, 28), np.float32))


@pytest.mark.parametrize(
    ("sharpness", "reject", "large", "word"),
    [(990, 0, "7", "Sure"), (5, 0, "7", "Not sure"), (5, 900, r"\?", "not look like a digit")],
)
def test_how_an_answer_looks(sharpness, reject, large, word):
    """The digit or a question mark, in large; ten bars; and a picture with a text beside it."""
    page = AppTest.from_function(answer_page, args=(7, sharpness, reject)).run()
    assert not page.exception
    shown = html(page)
    assert re.search(rf'"answer-digit">{large}<', shown)
    assert word in shown
    assert shown.count("<li") == 10
    assert re.search('<img [^>]*alt="[^"]+"', shown)


def test_the_shipped_model_is_picked_first(visit):
    """Without a model of one's own, the shipped one answers."""
    page = visit("draw")
    assert page.selectbox(key="model").value == model_store.SHIPPED
    assert not page.exception


def test_my_model_can_be_picked_and_stays_picked(visit, models_dir):
    """A visitor's own model is offered, not another's, and remains the choice after a look elsewhere."""
    mine = model_store.save("mine", trained(), owner=OWNER)
    model_store.save("theirs", trained(), owner="bob")
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
    mine = model_store.save("mine", trained(), owner=OWNER)
    page = visit("draw")
    page.selectbox(key="model").select(mine.id).run()
    model_store.delete(mine.id, OWNER)
    page.run()
    assert page.selectbox(key="model").value == model_store.SHIPPED
    assert not page.exception


def test_broken_folders_break_nothing(visit, models_dir):
    """Empty, foreign and half-written folders beside a good one leave the picker as it is."""
    model_store.save("mine", trained(), owner=OWNER)
    (models_dir / "empty").mkdir()
    for name, content in {"foreign": '{"a": 1}', "half": '{"id": "ha', "binary": "\0\1"}.items():
        (models_dir / name).mkdir()
        (models_dir / name / "record.json").write_text(content)
    page = visit("draw")
    assert len(page.selectbox(key="model").options) == 2
    assert not page.exception
    assert not page.error
