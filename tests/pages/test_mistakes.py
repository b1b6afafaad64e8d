"""The page of mistakes, by AppTest."""

import csv
import io
import re

import numpy as np
import pytest

from cnn import evaluated, evaluations, looks, model_store
from cnn.settings import settings
from pages.parts import compare, downloads
from tests.networks import keep_small
from tests.pages.local import LocalWorkers


@pytest.fixture
def opened(visit, models_dir, monkeypatch):
    """Opens the page for a small model; what no test has scored yet is scored in this process."""
    record = keep_small(models_dir)
    played = LocalWorkers()
    made = evaluations.Evaluations(played, settings().cache_dir / "evaluations")
    monkeypatch.setattr(evaluations, "evaluations", lambda: made)
    monkeypatch.setattr(compare, "evaluations", lambda: made)
    dataset = looks.dataset_of(record)
    evaluation = made.of(record, dataset).result()

    def open_page():
        page = visit("mistakes")
        page.selectbox(key="model").select(record.id).run()
        return page

    return open_page, evaluation, record


def told(page) -> str:
    """All that the page says in words."""
    return " ".join(element.value for element in [*page.markdown, *page.caption, *page.info, *page.error])


def test_it_says_how_many_are_wrong(opened):
    """The number of mistakes, the accuracy and the loss are those of the evaluation."""
    open_page, evaluation, _record = opened
    wrong = int((evaluation.predictions != evaluation.labels).sum())
    text = told(open_page())
    assert f"**{wrong:,} of {len(evaluation.labels):,}**" in text
    assert f"**{evaluation.accuracy:.2%}**" in text
    assert f"**{evaluation.loss:.4f}**" in text


def test_filters_choose_images(opened):
    """Filtered by what images show and were taken for, the number that is told is the matrix's."""
    open_page, evaluation, _record = opened
    off = evaluation.confusion.copy()
    np.fill_diagonal(off, 0)
    truth, read = map(int, np.unravel_index(off.argmax(), off.shape))
    page = open_page()
    page.selectbox(key="mistakes_truth").select(truth)
    page.selectbox(key="mistakes_read").select(read).run()
    assert f"{off[truth, read]:,} image" in told(page)
    page.selectbox(key="mistakes_read").select(truth).run()
    assert re.search(f"{evaluation.confusion[truth, truth]:,} images? read right", told(page))
    assert "Most sure" in page.selectbox(key="mistakes_order").options
    assert not page.exception


def test_one_press_leads_back_to_all_mistakes(opened):
    """While only some images are shown, a button shows all mistakes again."""
    open_page, evaluation, _record = opened
    wrong = int((evaluation.predictions != evaluation.labels).sum())
    page = open_page()
    page.selectbox(key="mistakes_truth").select(5).run()
    page.button(key="mistakes_all").click().run()
    assert f"{wrong:,} image" in told(page)
    assert page.selectbox(key="mistakes_truth").value is None


@pytest.mark.parametrize("order", ["surest", "least_sure", "number", "random", "doubtful"])
def test_every_order_shows_images(opened, order):
    """Each order can be chosen, for all and for one class."""
    open_page, _evaluation, _record = opened
    page = open_page()
    page.selectbox(key="mistakes_order").select(order).run()
    assert not page.exception
    page.selectbox(key="mistakes_truth").select(5).run()
    assert not page.exception
    assert "image" in told(page)


def test_a_model_without_a_network_description_is_told(visit, models_dir, monkeypatch):
    """A model that does not say what network it is gets a sentence, and the page stays."""
    record = keep_small(models_dir, seed=7, epochs=1)  # which no other test has scored
    path = models_dir / record.id / "record.json"
    path.write_text(record.model_copy(update={"config": None}).model_dump_json(exclude={"id"}))
    made = evaluations.Evaluations(LocalWorkers(), settings().cache_dir / "evaluations")
    monkeypatch.setattr(evaluations, "evaluations", lambda: made)
    page = visit("mistakes")
    page.selectbox(key="model").select(record.id).run()
    assert "does not say what network it is" in page.error[0].value
    assert not page.exception
    assert page.selectbox(key="model").value == record.id


def test_two_models_are_compared(opened, models_dir):
    """Beside a second model the page tells what only one of them gets right."""
    open_page, evaluation, _record = opened
    other = keep_small(models_dir, "Other", seed=3, epochs=1)
    page = open_page()
    page.selectbox(key="mistakes_other").select(other.id).run()
    second = evaluations.evaluations().of(other, looks.dataset_of(other)).result()
    only = len(evaluated.only_first_right(evaluation, second))
    assert f"Only this model is right: **{only:,}**" in told(page)


def test_a_deleted_model_leaves_the_page(opened):
    """A model deleted meanwhile is no choice any more; the page shows another or says that there is none."""
    open_page, _evaluation, record = opened
    page = open_page()
    model_store.delete(record.id, None, settings().models_dir)
    page.run()
    assert not page.exception
    assert page.header[0].value == "What it gets wrong"


def test_csv_files_hold_the_evaluation(opened):
    """The three files give back the mistakes, the matrix and the report."""
    _open_page, evaluation, _record = opened
    names = list("0123456789")
    rows = list(csv.DictReader(io.StringIO(downloads.mistakes_csv(evaluation, names))))
    wrong = evaluated.mistakes(evaluation)
    assert [int(row["image"]) for row in rows] == wrong.tolist()
    assert all(row["shows"] != row["taken_for"] for row in rows)
    assert float(rows[0]["probability_3"]) == pytest.approx(evaluation.probabilities[wrong[0], 3], abs=1e-6)
    matrix = list(csv.reader(io.StringIO(downloads.confusion_csv(evaluation, names))))[1:]
    assert [[int(count) for count in row[1:]] for row in matrix] == evaluation.confusion.tolist()
    report = list(csv.DictReader(io.StringIO(downloads.report_csv(evaluation, names))))
    assert [float(row["recall"]) for row in report] == pytest.approx(evaluation.recall)
