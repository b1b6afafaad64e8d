"""The tour through the pages, by AppTest."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from cnn.jobs.queue import training_queue
from cnn.models.store import SHIPPED
from pages.parts.frame import tour
from pages.parts.server import visitor
from tests.networks import trained
from tests.pages.conftest import OWNER
from tests.pages.opened import PAGES
from tests.played import PlayedWorkers

Visit = Callable[[str], AppTest]


def bar(page: AppTest) -> str:
    """What the tour's bar says, or nothing."""
    return next((text.value for text in page.markdown if text.value.startswith("**Tour")), "")


def keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button if str(button.key).startswith("tour")}


def test_the_steps_are_pages_and_half_an_hour():
    """Six steps, each a page of the app, thirty minutes together."""
    steps = tour.steps()
    assert len(steps) == 6
    assert {step.page for step in steps} <= {f"pages/{name}.py" for name in PAGES}
    assert sum(step.minutes for step in steps) == 30


@pytest.mark.parametrize("step", ["0", "7", "-1", "two", "²", "9" * 5000])
def test_a_step_that_is_none_starts_no_tour(visit: Visit, step: str):
    """Whatever an address names as the step, the page is there as without a tour."""
    page = visit("draw")
    page.query_params["tour"] = step
    page.run()
    assert not page.exception
    assert not bar(page)


@pytest.mark.parametrize("name", PAGES)
def test_without_a_tour_there_is_no_bar(visit: Visit, name: str):
    """No page shows anything of a tour that nobody takes, but for the way into it."""
    page = visit(name)
    assert not bar(page)
    assert keys(page) <= {"tour_start"}


def test_next_leads_through_all_pages(visit: Visit):
    """From step to step, each on its page, to the end; then the tour is over."""
    page = visit("draw")
    page.button(key="tour_start").click().run()
    for number, step in enumerate(tour.steps(), start=1):
        assert not page.exception
        assert bar(page).startswith(f"**Tour {number} of 6 · {step.title}**")
        assert step.task in bar(page)
        assert page.query_params["tour"] == str(number)
        if number < 6:
            page.button(key="tour_next").click().run()
            # A browser would be there; AppTest shows the page, and goes on from the one before.
            page.switch_page(tour.steps()[number].page)
    page.button(key="tour_finish").click().run()
    assert not bar(page)
    assert "tour" not in page.query_params


def test_the_tour_goes_on_with_what_was_trained(visit: Visit, workers: PlayedWorkers):
    """The pages after Train show the network that was trained there; a later pick stands."""
    page = visit("train")
    page.query_params["tour"] = "2"
    page.run().button(key="tour_next").click().run()
    page.switch_page("pages/draw.py").run()
    assert page.selectbox(key="model").value == SHIPPED
    page.switch_page("pages/train.py").run()
    page.button(key="train_start").click().run()
    [job] = workers.running
    workers.finish(job, trained())
    page.run().button(key="tour_back").click().run()
    page.button(key="tour_next").click().run()
    page.switch_page("pages/draw.py").run()
    [training] = training_queue().of(OWNER)
    assert training.record is not None
    assert page.selectbox(key="model").value == training.record.id
    page.selectbox(key="model").select(SHIPPED).run()
    page.button(key="tour_back").click().run()
    page.switch_page("pages/draw.py").run()
    assert page.selectbox(key="model").value == SHIPPED


def test_a_tour_is_left_and_taken_up_again(visit: Visit):
    """Who leaves at a step finds the way back to it, also after a reload; who strays is led back or on."""
    page = visit("draw")
    page.button(key="tour_start").click().run()
    page.button(key="tour_next").click().run()
    page.switch_page("pages/runs.py").run()
    assert keys(page) == {"tour_back", "tour_next", "tour_leave"}
    page.button(key="tour_back").click().run()
    assert page.button(key="tour_back").label == "Back to Draw"
    page.button(key="tour_leave").click().run()
    assert not bar(page)
    page = visit("concepts")
    assert "step 2" in page.button(key="tour_start").label
    page.button(key="tour_start").click().run()
    assert bar(page).startswith("**Tour 2 of 6")


def test_another_tab_offers_to_go_on(visit: Visit):
    """The step counts from when it is begun, not only where the tour was left by its button."""
    page = visit("mistakes")
    page.query_params["tour"] = "3"
    page.run()
    assert "step 3" in visit("draw").button(key="tour_start").label


def test_the_browsers_way_back_ends_a_tour_that_had_not_begun(visit: Visit):
    """An address without a step, on the page where one was, is that of before."""
    page = visit("draw")
    page.button(key="tour_start").click().run()
    del page.query_params["tour"]
    page.run()
    assert not bar(page)
    assert "tour" not in page.query_params


def test_a_tour_that_was_finished_begins_anew(visit: Visit):
    """It is offered from its first step, with a word of thanks."""
    page = visit("concepts")
    page.query_params["tour"] = "6"
    page.run().button(key="tour_finish").click().run()
    assert len(page.toast) == 1
    assert "step" not in visit("draw").button(key="tour_start").label.replace("six steps", "")


def test_only_so_many_visitors_are_remembered(visit: Visit, monkeypatch: pytest.MonkeyPatch):
    """Who was here the longest ago is forgotten."""
    notes: dict[str, int] = {}
    for number in range(visitor._MOST_NOTES + 10):
        monkeypatch.setattr(visitor, "owner", lambda number=number: f"visitor {number}")
        visitor.note(notes, number)
    assert len(notes) == visitor._MOST_NOTES
    assert min(notes.values()) == 10


def test_the_way_back_leads_to_the_step_before(visit: Visit):
    """By the bar's button, and by the browser's own, which shows an address that was there before."""
    page = visit("draw")
    page.button(key="tour_start").click().run()
    assert "tour_back" not in keys(page)
    page.button(key="tour_next").click().run()
    page.switch_page("pages/train.py").run()
    page.query_params["tour"] = "1"
    page.switch_page("pages/draw.py").run()
    assert bar(page).startswith("**Tour 1 of 6")
    page.button(key="tour_next").click().run()
    page.switch_page("pages/train.py").run()
    page.button(key="tour_back").click().run()
    assert page.query_params["tour"] == "1"


@pytest.mark.parametrize(
    ("asked", "number"), [("4", 4), ("0", None), ("7", None), ("two", None), ("²", None)]
)
def test_the_address_bears_the_step(visit: Visit, asked: str, number: int | None):
    """A reload or a link goes on at its step; what is no step is no tour."""
    page = visit("draw")
    page.query_params["tour"] = asked
    page.run()
    assert not page.exception
    assert bar(page).startswith(f"**Tour {number} of 6") if number else not bar(page)
