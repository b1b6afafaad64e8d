"""The page of runs: one's own and the room's, compared, published, withdrawn."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from cnn.errors import TrainingDiverged
from cnn.jobs import queue
from cnn.models.record import ModelRecord
from cnn.models.store import ModelStore, model_store
from cnn.settings import settings
from cnn.training.announcements import Epoch
from cnn.training.layers import Conv2D, Flatten
from cnn.training.recipes import RECIPES
from pages.parts.model.picker import in_markdown
from tests.networks import TRAINED, small_config
from tests.pages.conftest import OWNER
from tests.pages.opened import html

Visit = Callable[[str], AppTest]


def saved(owner: str | None, name: str = "mine", accuracy: float = 0.98) -> ModelRecord:
    history = (Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0), Epoch(2, 0.4, 0.9, 0.3, accuracy, 6.0))
    return model_store().save(name, replace(TRAINED, history=history, test_accuracy=accuracy), owner=owner)


def html_text(text: str) -> str:
    """A text as Markdown writes it into HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def names(page: AppTest) -> list[str]:
    return list(page.dataframe[0].value["name"])


def pick(page: AppTest, *wanted: str) -> AppTest:
    """Tick the rows of these runs."""
    rows = [names(page).index(name) for name in wanted]
    page.session_state[page.dataframe[0].key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return page.run()


def test_the_table_has_mine_and_what_the_room_may_see(visit: Visit):
    """Another visitor's unpublished training is nowhere on the page."""
    saved(OWNER, "my first")
    theirs = saved("bob", "bob's secret")
    shown = saved("bob", "bob's draft")
    model_store().publish(shown.id, "Bob's best", "bob")
    page = visit("runs")
    assert set(names(page)) == {"The shipped model", "my first", "Bob's best"}
    assert theirs.name not in str(page)
    page.button_group(key="whose").set_value("mine").run()
    assert names(page) == ["my first"]
    page.button_group(key="whose").set_value("room").run()
    assert set(names(page)) == {"The shipped model", "Bob's best"}


def test_the_table_tells_networks_apart(visit: Visit):
    """Two networks of one's own, both without a recipe, differ by their layers; what has none has a gap."""
    for filters in (4, 8):
        config = small_config(layers=(Conv2D(filters=filters), Flatten()))
        model_store().save(f"{filters} filters", replace(TRAINED, config=config), owner=OWNER)
    record = saved(OWNER)
    described = record.model_copy(update={"config": None})
    (settings().models_dir / record.id / "record.json").write_bytes(described.to_json())
    table = visit("runs").dataframe[0].value
    networks = dict(zip(table["name"], table["network"], strict=True))
    assert networks["4 filters"] == "Conv2D 4 × 3×3, valid, relu · Flatten"
    assert networks["8 filters"] == "Conv2D 8 × 3×3, valid, relu · Flatten"
    assert table.set_index("name")["network"].isna()["mine"]


def test_a_run_is_published_and_withdrawn(visit: Visit):
    """Published under a name, the room sees it; withdrawn, it is its owner's alone."""
    mine = saved(OWNER)
    page = pick(visit("runs"), "mine")
    page.text_input(key=f"publish_{mine.id}").set_value("Deep Thought")
    page.button(key="publish").click().run()
    assert model_store().record(mine.id).published == "Deep Thought"
    assert "Deep Thought" in str([caption.value for caption in page.caption])
    page.button(key="withdraw").click().run()
    assert model_store().record(mine.id).published is None
    assert page.button(key="publish")


def test_a_name_that_is_taken_is_refused_and_nothing_lost(visit: Visit):
    """Two publications under one name: the second is told so and stays as it was."""
    model_store().publish(saved("bob").id, "Champion", "bob")
    mine = saved(OWNER)
    page = pick(visit("runs"), "mine")
    page.text_input(key=f"publish_{mine.id}").set_value("champion")
    page.button(key="publish").click().run()
    assert "published as 'champion' already" in page.error[0].value
    assert model_store().record(mine.id) == mine


def test_a_run_is_deleted_by_its_owner_only(visit: Visit):
    """One's own run has a button to delete it; another's has none."""
    model_store().publish(saved("bob").id, "Bob's", "bob")
    mine = saved(OWNER)
    page = pick(visit("runs"), "Bob's")
    assert not [button for button in page.button if button.key == "delete_run"]
    page = pick(page, "mine")
    page.button(key="delete_run").click().run()
    assert mine.name not in names(page)
    assert not page.exception


def test_a_run_that_was_deleted_meanwhile_is_said(visit: Visit):
    """Whoever has a run open when it goes reads a sentence, and the page stays."""
    mine = saved(OWNER)
    page = pick(visit("runs"), "mine")
    model_store().delete(mine.id, OWNER)
    page.button(key="publish").click().run()
    assert not page.exception
    assert "mine" not in names(page)
    assert [info.value.split(":")[0] for info in page.info] == ["A run that you had picked is gone"]
    assert not page.run().info


@pytest.mark.parametrize("take_away", [ModelStore.delete, ModelStore.withdraw])
@pytest.mark.parametrize("others", [(), ("mine",)])
def test_another_ones_run_that_goes_is_said(visit: Visit, take_away, others):
    """Deleted or withdrawn while somebody looks at it, alone or compared: a sentence, and the rest stays."""
    saved(OWNER)
    theirs = model_store().publish(saved("bob").id, "Bob's best", "bob")
    page = pick(visit("runs"), "Bob's best", *others)
    take_away(model_store(), theirs.id, "bob")
    page.run()
    assert not page.exception
    assert "Bob's best" not in names(page)
    assert "A run that you had picked is gone" in page.info[0].value
    assert [button.key for button in page.button if button.key == "publish"] == ["publish"] * len(others)


def test_runs_are_compared(visit: Visit):
    """Curves, intervals, the settings with what differs marked, and whether the lead may be chance."""
    saved(OWNER, "first", 0.990)
    second = replace(TRAINED, config=RECIPES["fast"].config, test_accuracy=0.991)
    model_store().save("second", second, owner=OWNER)
    page = pick(visit("runs"), "first", "second")
    assert "second is ahead of first, but the intervals overlap" in str(
        [text.value for text in page.markdown]
    )
    table = html(page)
    assert "≠ Batch size" in table
    assert "≠ Data" not in table
    saved(OWNER, "third", 0.999)
    page = pick(page.run(), "first", "third")
    assert "third is better than first" in str([text.value for text in page.markdown])


def test_settings_are_compared_in_words(visit: Visit):
    """A share is a percentage, no limit is "all", and what does not apply is a dash."""
    shared = RECIPES["conv32-conv64-rmsprop"].config
    for name, images in (("few", 500), ("whole", None)):
        config = shared.model_copy(update={"train_images": images})
        model_store().save(name, replace(TRAINED, config=config), owner=OWNER)
    table = html(pick(visit("runs"), "few", "whole"))
    assert "≠ Training images</th><td>500</td><td>all</td>" in table
    assert "Validate on</th><td>20%</td><td>20%</td>" in table
    assert "Patience, in epochs</th><td>–</td><td>–</td>" in table


def test_a_run_without_a_curve_is_named(visit: Visit):
    """What was stopped in its first epoch has no curve, and the page says so."""
    saved(OWNER, "first")
    model_store().save("stopped", replace(TRAINED, history=(), stopped=True), owner=OWNER)
    page = pick(visit("runs"), "first", "stopped")
    said = [caption.value for caption in page.caption]
    assert "Without a whole epoch there is no curve: stopped." in said
    assert not page.exception


def test_a_name_is_never_read_as_markdown(visit: Visit):
    """Whatever a run is called, before others it is that text and no picture, link or formula."""
    name = "![x](https&#58;&#47;&#47;evil.example&#47;a.png)"
    other = model_store().publish(saved("bob", accuracy=0.999).id, name, "bob")
    saved(OWNER, "first", 0.990)
    page = pick(visit("runs"), "first", other.published)
    verdict = next(text.value for text in page.markdown if "is better than" in text.value)
    assert "<img" not in MarkdownIt().render(verdict)
    assert html_text(name) in MarkdownIt().render(verdict)


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1))
def test_a_name_stays_as_it_was_written(name: str):
    """Read by Markdown's own rules, an escaped name is the name again."""
    assert MarkdownIt().renderInline(in_markdown(name)) == html_text(name)


@pytest.mark.parametrize("other", [{"data_name": "fashion_mnist"}, {"data_sha256": "1" * 64}])
def test_what_was_tested_on_other_data_is_not_compared(visit: Visit, other):
    """Accuracies on data of another name, or of another hash, are not compared."""
    saved(OWNER, "digits")
    model_store().save("others", replace(TRAINED, **other), owner=OWNER)
    page = pick(visit("runs"), "digits", "others")
    assert "cannot be compared" in str([text.value for text in page.markdown])


def test_a_failed_training_stands_there_with_its_reason(visit: Visit, workers):
    """A training that left no model is listed with what ended it."""
    job = queue.training_queue().submit(OWNER, RECIPES["fast"].config).id
    workers.announce(job, "tcp://w:1")
    workers.fail(job, TrainingDiverged("The loss became nan."))
    page = visit("runs")
    assert "fast: failed. The loss became nan." in str([caption.value for caption in page.caption])


def test_the_leaderboard_ranks_the_published_with_mine_told_apart(visit: Visit):
    """The best stands first; an unpublished run of mine is not on it."""
    saved(OWNER, "unpublished", 0.9999)
    model_store().publish(saved("bob", accuracy=0.999).id, "Bob's & best", "bob")
    model_store().publish(saved(OWNER, accuracy=0.9).id, "Ann's", OWNER)
    page = visit("runs")
    ranking = html(page)
    assert ranking.index("Bob&#x27;s") < ranking.index("The shipped model") < ranking.index("Ann&#x27;s")
    assert ranking.count("(mine)") == 1
    assert "unpublished" not in ranking
    assert "& best" not in ranking


def test_the_leaderboard_ranks_those_tested_on_the_data_of_now(visit: Visit):
    """What was tested on other data of the same name has no place, and the page says so."""
    strange = model_store().save("strange", replace(TRAINED, data_sha256="1" * 64), owner="bob")
    model_store().publish(strange.id, "Bob's strange", "bob")
    model_store().publish(saved("bob").id, "Bob's best", "bob")
    page = visit("runs")
    assert "Bob&#x27;s best" in html(page)
    assert "The shipped model" in html(page)
    assert "Bob&#x27;s strange" not in html(page)
    said = [caption.value for caption in page.caption]
    assert "1 more model was tested on other data and is not ranked." in said


def test_the_leaderboard_begins_with_what_the_room_publishes_for(visit: Visit):
    """With one model for clothes it is theirs, with as many for digits MNIST's."""
    for data in ("fashion_mnist", "mnist"):
        model = model_store().save(data, replace(TRAINED, data_name=data), owner="bob")
        model_store().publish(model.id, f"Bob's {data}", "bob")
        page = visit("runs")
        assert page.button_group(key="leaderboard_data").value == data
        assert f"Bob&#x27;s {data}" in html(page)


def test_a_run_is_trained_on(visit: Visit):
    """Some epochs more, from the network as it is, as a training of the visitor's own."""
    model_store().publish(saved("bob").id, "Bob's best", "bob")
    page = pick(visit("runs"), "Bob's best")
    page.number_input[0].set_value(3)
    page.button(key="train_on").click().run()
    assert not page.exception
    [training] = queue.training_queue().of(OWNER)
    assert training.config.epochs == 2 + 3
    assert training.job.start is not None
    assert training.job.start.record.published == "Bob's best"
