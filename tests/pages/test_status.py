"""The leader's page, by AppTest."""

import logging
from datetime import datetime

import pytest

from cnn import logs
from cnn.jobs.queue import training_queue
from cnn.training.recipes import recipe
from pages.parts.server import door
from pages.parts.workshop import room_status


@pytest.fixture
def leader(monkeypatch):
    """Whoever looks has given the leader's password."""
    monkeypatch.setattr(door, "_role", lambda cookies: "leader")


def test_nobody_else_sees_the_room(visit, monkeypatch):
    """Without the leader's password the page shows neither trainings nor events, and says how to get in."""
    monkeypatch.setattr(door, "_role", lambda cookies: "room")
    training_queue().submit("bob", recipe("fast").config)
    page = visit("status")
    assert "leader's password" in page.info[0].value
    assert not page.header
    assert not [button for button in page.button if button.key and button.key.startswith("status_stop")]


def test_the_leader_stops_a_training(visit, leader, workers):
    """Everybody's trainings stand there with what they are doing, and each can be stopped."""
    running = training_queue().submit("bob-and-his-secret", recipe("fast").config)
    waiting = training_queue().submit("eve-and-her-secret", recipe("conv32").config)
    page = visit("status")
    shown = " ".join(text.value for text in page.text)
    assert "fast · bob-…" in shown
    assert "conv32 · eve-…" in shown
    assert "secret" not in shown
    page.button(key=f"status_stop_{waiting.id}").click().run()
    assert "conv32" not in " ".join(text.value for text in page.text)
    page.button(key=f"status_stop_{running.id}").click().run()
    assert training_queue().get(running.id).state == "stopping"
    assert not page.exception


def test_the_last_errors_are_told(visit, leader, monkeypatch, tmp_path):
    """What went wrong stands there, with when it happened."""
    when = datetime(2026, 11, 21, 13, 40, 1)
    events = [logs.Event(when.timestamp(), logging.ERROR, "a worker was lost: %s", ("it is gone",))]
    monkeypatch.setattr(logs, "last", lambda count: events)
    page = visit("status")
    assert page.dataframe[0].value.iloc[0].tolist() == [when, "Error", "a worker was lost: it is gone"]


def test_the_leader_sees_who_is_here(visit, leader, monkeypatch):
    """How many have a page open, each by enough of a name to tell them apart."""
    monkeypatch.setattr(room_status, "present", lambda: ["a1b2-and-the-rest", "c3d4-and-the-rest"])
    page = visit("status")
    assert any("**2** visitors" in text.value for text in page.markdown)
    assert any(caption.value.endswith(": a1b2… · c3d4…") for caption in page.caption)
