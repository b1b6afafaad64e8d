"""The page of mistakes, by AppTest."""

import csv
import io
import re

import numpy as np
import pytest

from cnn.insight import metrics
from cnn.jobs import evaluation_cache, inspections
from cnn.settings import settings
from pages.parts.mistakes import csv_files, disagreements, explorer
from pages.parts.widgets import gallery
from pages.parts.widgets.gallery import A_PAGE
from tests.networks import keep_small
from tests.pages.local import LocalWorkers
from tests.pages.opened import check_deletion_is_told


@pytest.fixture
def opened(visit, models_dir, monkeypatch):
    """Opens the page for a small model; what no test has scored yet is scored in this process."""
    record = keep_small(models_dir)
    played = LocalWorkers()
    made = evaluation_cache.EvaluationCache(played, settings().cache_dir / "evaluations")
    monkeypatch.setattr(evaluation_cache, "evaluation_cache", lambda: made)
    monkeypatch.setattr(disagreements, "evaluation_cache", lambda: made)
    dataset = inspections.dataset_of(record)
    evaluation = made.of(record, dataset).result()

    def open_page():
        page = visit("mistakes")
        page.selectbox(key="model").select(record.id).run()
        return page

    return open_page, evaluation, record


@pytest.fixture
def cards(monkeypatch):
    """The numbers of the images that the gallery shows, in their order."""
    sent = []
    monkeypatch.setattr(gallery, "_component", lambda data, **_rest: sent.append(data["cards"]))
    return lambda: [card["number"] for card in sent[-1]]


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
    assert page.selectbox(key="mistakes_truth").value == explorer.ANY


@pytest.mark.parametrize("order", ["surest", "least_sure", "number"])
def test_every_order_shows_its_images(opened, cards, order):
    """In each order the mistakes stand there one after the other, of all classes and of one."""
    open_page, evaluation, _record = opened
    page = open_page()
    page.selectbox(key="mistakes_order").select(order).run()
    assert cards() == metrics.mistakes(evaluation, order)[:A_PAGE].tolist()
    page.selectbox(key="mistakes_truth").select(5).run()
    assert cards() == metrics.mistakes(evaluation, order, truth=5)[:A_PAGE].tolist()
    assert not page.exception


def test_doubtful_labels_are_shown(opened, cards):
    """The most doubtful labels stand there first, of all classes and of one."""
    open_page, evaluation, _record = opened
    doubtful = metrics.doubtful(evaluation)
    page = open_page()
    page.selectbox(key="mistakes_order").select("doubtful").run()
    assert cards() == doubtful[:A_PAGE].tolist()
    page.selectbox(key="mistakes_truth").select(5).run()
    assert cards() == doubtful[evaluation.labels[doubtful] == 5][:A_PAGE].tolist()
    assert not page.exception


def test_a_second_page_shows_the_next_images(opened, cards):
    """What does not fit on one page of the gallery is on the next; another choice begins with the first."""
    open_page, evaluation, _record = opened
    found = metrics.mistakes(evaluation).tolist()
    page = open_page()
    page.session_state["mistakes_page"] = 2
    page.run()
    assert cards() == found[A_PAGE : 2 * A_PAGE] != []
    page.selectbox(key="mistakes_order").select("number").run()
    assert cards() == sorted(found)[:A_PAGE]


@pytest.mark.parametrize("read", [explorer.ANY, 5])
def test_random_images_give_way_to_others(opened, cards, read):
    """Sixteen images by chance, mistakes or read right, stay until others are asked for."""
    open_page, evaluation, _record = opened
    inside = metrics.mistakes(evaluation) if read == explorer.ANY else metrics.cell(evaluation, read, read)
    page = open_page()
    page.session_state["mistakes_truth"] = page.session_state["mistakes_read"] = read
    page.selectbox(key="mistakes_order").select("random").run()
    first = cards()
    assert len(first) == 16
    page.run()
    assert cards() == first
    page.button(key="mistakes_shuffle").click().run()
    assert cards() != first
    assert set(first) | set(cards()) <= set(inside)


def test_each_session_begins_with_its_own_random_images(opened, cards):
    """Who opens the page anew does not find the same random images first."""
    open_page, _evaluation, _record = opened
    found = []
    for _visitor in range(2):
        open_page().selectbox(key="mistakes_order").select("random").run()
        found.append(cards())
    assert found[0] != found[1]


def test_a_model_without_a_network_description_is_told(visit, models_dir, monkeypatch):
    """A model that does not say what network it is gets a sentence, and the page stays."""
    record = keep_small(models_dir, seed=7, epochs=1)  # which no other test has scored
    path = models_dir / record.id / "record.json"
    path.write_text(record.model_copy(update={"config": None}).model_dump_json(exclude={"id"}))
    made = evaluation_cache.EvaluationCache(LocalWorkers(), settings().cache_dir / "evaluations")
    monkeypatch.setattr(evaluation_cache, "evaluation_cache", lambda: made)
    page = visit("mistakes")
    page.selectbox(key="model").select(record.id).run()
    assert "does not say what network it is" in page.error[0].value
    assert not page.exception
    assert page.selectbox(key="model").value == record.id


def test_two_models_are_compared(opened, models_dir):
    """Beside a second model the page tells what only one of them gets right."""
    open_page, evaluation, record = opened
    other = keep_small(models_dir, "Other", seed=3, epochs=1)
    page = open_page()
    page.selectbox(key="mistakes_other").select(other.id).run()
    second = evaluation_cache.evaluation_cache().of(other, inspections.dataset_of(other)).result()
    for name, only in [
        (record.name, metrics.only_first_right(evaluation, second)),
        ("Other", metrics.only_first_right(second, evaluation)),
    ]:
        assert f"Only “{name}” is right: **{len(only):,}**" in told(page)


def test_another_model_begins_with_its_first_mistakes(opened, models_dir, cards):
    """Neither the page of the gallery nor the picked image is kept for another model."""
    open_page, _evaluation, _record = opened
    other = keep_small(models_dir, "Other", seed=3, epochs=1)
    page = open_page()
    page.session_state["mistakes_page"], page.session_state["mistakes_image"] = 2, 5
    page.run()
    assert page.button(key="mistakes_close")
    page.selectbox(key="model").select(other.id).run()
    second = evaluation_cache.evaluation_cache().of(other, inspections.dataset_of(other)).result()
    page.run()
    assert cards() == metrics.mistakes(second)[:A_PAGE].tolist()
    assert not any(button.key == "mistakes_close" for button in page.button)


def test_a_picked_image_is_closed_again(opened):
    """What stands of an image goes at a press."""
    open_page, _evaluation, _record = opened
    page = open_page()
    page.session_state["mistakes_image"] = 5
    page.run()
    assert "Test image 5 shows" in told(page)
    page.button(key="mistakes_close").click().run()
    assert "Test image 5 shows" not in told(page)


def test_an_empty_cell_says_what_is_not_there(opened):
    """Where no image was taken for another class, the sentence names both."""
    open_page, evaluation, _record = opened
    truth, read = map(int, np.argwhere(evaluation.confusion == 0)[0])
    page = open_page()
    page.selectbox(key="mistakes_truth").select(truth)
    page.selectbox(key="mistakes_read").select(read).run()
    assert f"No {truth} was taken for {read}." in told(page)
    page.selectbox(key="mistakes_order").select("doubtful").run()
    assert "was taken for" not in told(page), "of the doubtful ones alone there is none"


def test_a_second_model_that_cannot_be_scored_is_told(opened, models_dir):
    """Beside a model that does not say what network it is stand a sentence and all else of the page."""
    open_page, _evaluation, _record = opened
    other = keep_small(models_dir, "Other", seed=8, epochs=1)  # which no other test has scored
    path = models_dir / other.id / "record.json"
    path.write_text(other.model_copy(update={"config": None}).model_dump_json(exclude={"id"}))
    page = open_page()
    page.selectbox(key="mistakes_other").select(other.id).run()
    assert "does not say what network it is" in page.error[0].value
    assert page.get("download_button")
    assert not page.exception


def test_a_model_that_is_deleted_meanwhile_is_said(opened):
    """Whoever looks at a model when it goes reads a sentence and sees another one's mistakes."""
    open_page, _evaluation, _record = opened
    check_deletion_is_told(open_page())


def test_csv_files_hold_the_evaluation(opened):
    """The three files give back the mistakes, the matrix and the report."""
    _open_page, evaluation, _record = opened
    names = list("0123456789")
    rows = list(csv.DictReader(io.StringIO(csv_files.mistakes_csv(evaluation, names))))
    wrong = metrics.mistakes(evaluation)
    assert [int(row["image"]) for row in rows] == wrong.tolist()
    assert all(row["shows"] != row["taken_for"] for row in rows)
    assert float(rows[0]["probability_3"]) == pytest.approx(evaluation.probabilities[wrong[0], 3], abs=1e-6)
    matrix = list(csv.reader(io.StringIO(csv_files.confusion_csv(evaluation, names))))[1:]
    assert [[int(count) for count in row[1:]] for row in matrix] == evaluation.confusion.tolist()
    report = list(csv.DictReader(io.StringIO(csv_files.report_csv(evaluation, names))))
    assert [float(row["recall"]) for row in report] == pytest.approx(evaluation.recall)
