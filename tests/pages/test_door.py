"""The door: without the password nothing of the app is to be had, with it everything is."""

import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner
from starlette.responses import HTMLResponse

from cnn.settings import settings
from pages.parts.server import door
from tests.asgi import asked

SECRET = "a page with everything on it"


class Answer:
    """What came back: the status, the body, the cookie that was set, and where it leads."""

    def __init__(self, messages: list[dict]) -> None:
        self.status = messages[0].get("status")
        self.closed = messages[0]["type"] == "websocket.close"
        headers = {name.decode(): value.decode() for name, value in messages[0].get("headers", [])}
        self.body = b"".join(message.get("body", b"") for message in messages).decode()
        self.location = headers.get("location")
        self.headers = headers
        self.cookie = headers.get("set-cookie", "")

    @property
    def token(self) -> str:
        """The cookie as a browser sends it back."""
        [(name, kept)] = SimpleCookie(self.cookie).items()
        return f"{name}={kept.value}"


class Browser:
    """Asks an app behind a door of its own."""

    def __init__(self) -> None:
        self.reached = 0
        self._door = door.Door(self._app)

    async def _app(self, scope, receive, send) -> None:
        self.reached += 1
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await HTMLResponse(SECRET)(scope, receive, send)

    def ask(self, path="/", **more) -> Answer:
        return asyncio.run(self.asked(path, **more))

    async def asked(self, path="/", **more) -> Answer:
        return Answer(await asked(self._door, path, **more))

    def enter(self, password: str, path="/", **more) -> Answer:
        body = urlencode({"password": password}).encode()
        return self.ask(path, method="POST", body=body, **more)


@pytest.fixture
def browser(monkeypatch):
    """A browser before a door that knows a password for the room and one for its leader."""
    monkeypatch.setenv("CNN_PASSWORD", "kernel")
    monkeypatch.setenv("CNN_LEADER_PASSWORD", "stride-and-padding")
    settings.cache_clear()
    door.leaders_password.cache_clear()
    yield Browser()
    settings.cache_clear()
    door.leaders_password.cache_clear()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/train",
        "/status",
        "/static/x.js",
        "/scripts/0123456789abcdef/widgets/tiles.js",
        "/media/a.png",
        "/_stcore/upload_file/a/b",
        "/_stcore/metrics",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_without_the_password_nothing_is_reached(browser, path, method):
    """Whatever is asked for, the app does not hear of it."""
    answer = browser.ask(path, method=method)
    assert (answer.status, browser.reached) == (401, 0)
    assert SECRET not in answer.body
    assert answer.cookie == ""


def test_streamlits_connection_is_closed_to_strangers(browser):
    """The pages come by a WebSocket; it is refused before it is one."""
    assert browser.ask("/_stcore/stream", kind="websocket").closed
    assert browser.reached == 0


def test_the_password_opens_everything_but_the_leaders_page(browser):
    """It leads back to the page that was asked for, and its cookie opens pages and their connection."""
    entered = browser.enter("kernel", "/train", query="language=ko")
    assert (entered.status, entered.location) == (303, "?language=ko")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(entered.cookie.split("; "))
    assert browser.ask("/train", cookie=entered.token).body == SECRET
    assert not browser.ask("/_stcore/stream", kind="websocket", cookie=entered.token).closed
    assert browser.ask("/status", cookie=entered.token).status == 401


def test_the_leaders_password_opens_everything(browser):
    """Whoever leads the workshop needs one password only."""
    token = browser.enter("stride-and-padding", "/status").token
    assert browser.ask("/status", cookie=token).body == SECRET
    assert browser.ask("/", cookie=token).body == SECRET
    assert door._role(dict([token.split("=", 1)])) == "leader"


def test_the_cookie_lasts_over_a_new_start_and_ends_with_its_password(browser, monkeypatch):
    """Nobody is asked again because the server was started again; everybody is with another password."""
    token = browser.enter("kernel").token
    assert Browser().ask(cookie=token).body == SECRET
    monkeypatch.setenv("CNN_PASSWORD", "another")
    settings.cache_clear()
    assert Browser().ask(cookie=token).status == 401


def test_a_cookie_ends_by_itself(browser, monkeypatch):
    """The day after the workshop nobody is in any more."""
    token = browser.enter("kernel").token
    monkeypatch.setattr(door, "_LASTS", timedelta(seconds=-1))
    assert browser.ask(cookie=token).status == 401


def test_a_clock_set_back_shuts_nobody_out(browser, monkeypatch):
    """A cookie that was signed an hour from now opens as well as any other."""
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + 3600)
    token = browser.enter("kernel").token
    monkeypatch.undo()
    assert browser.ask(cookie=token).body == SECRET


@given(st.text(st.characters(codec="latin-1", exclude_characters=";\r\n\0"), max_size=80))
def test_no_other_cookie_opens(made_up):
    """A cookie that was not signed here is nobody's."""
    assert door._role({"cnn_door": made_up}) is None
    assert door._role({"cnn_door": f"leader.{made_up}"}) is None


@pytest.mark.parametrize("given", ["", "kerne", "kernel ", "KERNEL", "커널", "\0", "x" * 3000, "x" * 100_000])
def test_a_wrong_password_is_told_and_sets_nothing(browser, given):
    """It is a sentence; what is longer than any form is not read to its end."""
    answer = browser.enter(given)
    assert (answer.status, answer.cookie, browser.reached) == (403, "", 0)
    assert "not the password" in answer.body


def test_more_than_a_form_is_not_read(browser):
    """Whoever sends without an end is answered after a few thousand bytes, whatever they begin with."""
    parts = iter([b"password=kernel&more=", *[b"x" * 1000] * 100])
    answer = browser.ask(method="POST", body=parts)
    assert (answer.status, answer.cookie) == (403, "")
    assert len(list(parts)) > 90


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"password", b"&".join([b"password=kernel"] * 50)])
def test_what_is_no_form_is_a_wrong_password(browser, body):
    """Whatever is sent in its place."""
    assert browser.ask(method="POST", body=body).status == 403


def test_guessing_is_slow(browser):
    """After some wrong ones in a minute not even the right one is heard from there; elsewhere it is."""
    for number in range(door.WRONG_IN_A_MINUTE):
        assert browser.enter(f"guess {number}").status == 403
    refused = browser.enter("kernel")
    assert (refused.status, refused.headers["retry-after"], refused.cookie) == (429, "60", "")
    assert browser.enter("kernel", host="10.0.0.2").status == 303


def test_guesses_at_the_same_moment_are_bounded_too(browser):
    """However many begin to ask before the first has sent its password, only so many are compared."""

    async def all_at_once() -> list[int]:
        sent = asyncio.Event()
        guesses = [
            asyncio.create_task(browser.asked(method="POST", body=b"password=guess", until=sent))
            for _ in range(3 * door.WRONG_IN_A_MINUTE)
        ]
        await asyncio.sleep(0)
        sent.set()
        return [answer.status for answer in await asyncio.gather(*guesses)]

    assert asyncio.run(all_at_once()).count(403) == door.WRONG_IN_A_MINUTE


def test_guesses_are_forgotten_after_a_minute(browser, monkeypatch):
    """Whoever waits may try again."""
    for number in range(door.WRONG_IN_A_MINUTE):
        browser.enter(f"guess {number}")
    later = door.monotonic() + 61
    monkeypatch.setattr(door, "monotonic", lambda: later)
    assert browser.enter("kernel").status == 303


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example"])
def test_the_way_back_leads_to_no_other_host(browser, path):
    """What comes after the password stays where it was asked for."""
    location = browser.enter("kernel", path).location
    assert location is not None
    assert location.startswith("?")


def test_what_is_typed_into_the_address_is_not_shown(browser):
    """The form has nothing of the request in it but its language."""
    shown = browser.ask("/<script>", query="language=<script>&x=<b>").body
    assert "script" not in shown
    assert "<b>" not in shown
    assert '<html lang="en">' in shown


def test_the_form_is_in_the_readers_language(browser):
    """By the address, where it names a language; nothing is said of a wrong password before there is one."""
    shown = browser.ask(query="language=ko").body
    assert '<html lang="ko">' in shown
    assert '<p id="wrong" role="alert"></p>' in shown


@pytest.mark.parametrize(
    ("languages", "language"),
    [("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("ko;q=0.3,en;q=0.9", "en"), ("fr, ko;q=0.1", "ko"), ("", "en")],
)
def test_the_form_is_in_the_language_that_the_browser_wants_most(browser, languages, language):
    """Where the address names none, by the weights of the browser's list."""
    assert f'<html lang="{language}">' in browser.ask(languages=languages).body


def test_the_health_check_needs_no_password(browser):
    """Whatever watches over the server asks for nothing else."""
    assert browser.ask("/_stcore/health").body == SECRET
    assert browser.ask("/x/_stcore/health").status == 401


def test_without_a_password_the_room_is_open_but_the_leaders_page_is_not(browser, monkeypatch, capsys):
    """The leader's password is then made anew at each start, told in the terminal, and can't be guessed."""
    monkeypatch.delenv("CNN_PASSWORD")
    monkeypatch.delenv("CNN_LEADER_PASSWORD")
    settings.cache_clear()
    door.leaders_password.cache_clear()
    assert browser.ask("/train").body == SECRET
    assert browser.ask("/status").status == 401
    assert browser.enter("", "/status").status == 403
    made = door.leaders_password()
    assert len(made) >= 12
    door.tell_leader()
    assert made in capsys.readouterr().out
    assert browser.enter(made, "/status").status == 303


def test_a_leaders_password_that_was_set_is_not_told(browser, capsys):
    """What stands in the settings is known already."""
    door.tell_leader()
    assert capsys.readouterr().out == ""
