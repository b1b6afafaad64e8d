"""The language of the pages: who chooses it, and what it reaches."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn import i18n
from cnn.errors import ModelNotFound
from cnn.i18n import N_
from pages.parts.server import compat, language, streamlit_words
from tests.pages.opened import PAGES, open_app, run_function

KOREAN_HEADER = {"draw": "숫자를 그려 보세요", "train": "신경망을 훈련해 보세요", "runs": "훈련 기록"}


@pytest.fixture
def choose(monkeypatch):
    """Presses a language in the picker of a page."""
    # AppTest writes the options of a page out in its own thread, where no page is.
    outside = ["en"]
    monkeypatch.setitem(
        i18n._reader, "language", lambda: language.chosen() if compat.runs_a_page() else outside[0]
    )

    def press(page: AppTest, code: str) -> AppTest:
        page.button_group(key="language").set_value(code)
        page.run()
        outside[0] = code
        return page

    return press


@pytest.mark.usefixtures("workers")
def test_the_choice_holds_on_every_page(choose):
    """Chosen once, Korean stays while the visitor goes from page to page, until English is chosen."""
    page = choose(open_app("ann"), "ko")
    for name in PAGES:
        page.switch_page(f"pages/{name}.py").run()
        assert not page.exception
        if name in KOREAN_HEADER:
            assert page.title[0].value == KOREAN_HEADER[name]
    choose(page, "en")
    assert page.switch_page("pages/train.py").run().title[0].value == "Train a network"


@pytest.mark.usefixtures("workers")
def test_two_visitors_read_their_own_language(choose):
    """One's choice changes nothing for another who is there at the same time."""
    korean = choose(open_app("ann"), "ko")
    english = open_app("ben")
    assert korean.run().title[0].value == KOREAN_HEADER["draw"]
    assert english.title[0].value == "Draw a digit"


@pytest.mark.parametrize(
    ("locale", "code"), [("ko", "ko"), ("ko-KR", "ko"), ("en-GB", "en"), ("fr-FR", "en"), (None, "en")]
)
@pytest.mark.usefixtures("workers")
def test_the_browser_chooses_first(monkeypatch, locale, code):
    """Before any choice, the language is the browser's, or English where that is not translated."""
    monkeypatch.setattr(type(language.st.context), "locale", property(lambda _self: locale))
    assert open_app("ann").button_group(key="language").value == code


@pytest.mark.parametrize(
    ("header", "code"),
    [("ko;q=0.3,en;q=0.9", "en"), ("fr-FR, ko;q=0.5, en;q=0.1", "ko"), ("ko;q=0, fr", "en")],
)
@pytest.mark.usefixtures("workers")
def test_the_browsers_whole_list_counts_before_its_first_language(monkeypatch, header, code):
    """What the browser's list wants most, whatever Streamlit says that its own language is."""
    other = {"en": "ko", "ko": "en"}[code]
    monkeypatch.setattr(type(language.st.context), "locale", property(lambda _self: other))
    monkeypatch.setattr(
        type(language.st.context), "headers", property(lambda _self: {"Accept-Language": header})
    )
    assert open_app("ann").button_group(key="language").value == code


def test_an_error_is_told_in_the_language_of_the_page(choose):
    """The library's error, raised without any language, is read in the visitor's."""

    def script():
        import streamlit as st

        from cnn.errors import ModelNotFound
        from cnn.i18n import N_
        from pages.parts.server import language

        language.picker()
        error = ModelNotFound(
            N_("There is no model {name!r}. It may have been deleted; choose another."), name="7"
        )
        st.error(str(error))

    page = run_function(script)
    assert page.error[0].value.startswith("There is no model '7'.")
    assert (
        choose(page, "ko").error[0].value == "'7' 모델이 없습니다. 지워졌을 수 있으니 다른 모델을 고르세요."
    )


def test_nobodys_thread_speaks_english():
    """Outside a page, as in the queue's thread, texts are as in the source."""
    error = ModelNotFound(
        N_("There is no model {name!r}. It may have been deleted; choose another."), name="7"
    )
    assert str(error).startswith("There is no model")


def test_no_two_words_are_alike_in_korean(monkeypatch):
    """Each finds its way back to English, when somebody changes the language."""
    monkeypatch.setitem(i18n._reader, "language", lambda: "ko")
    words = streamlit_words.streamlit_words()
    assert len(set(words.values())) == len(words)


def test_the_words_put_into_korean_are_streamlits():
    """Each stands in the scripts of Streamlit or of its canvas; else it would stay English."""
    scripts = [
        script.read_text(encoding="utf-8")
        for package in ("streamlit", "streamlit_drawable_canvas")
        for folder in find_spec(package).submodule_search_locations
        for script in Path(folder).rglob("*.js")
    ]
    # What is said in several sentences may be put together from them.
    sentences = {part.rstrip(".") for word in streamlit_words._WORDS for part in word.split(". ")}
    assert {part for part in sentences for script in scripts if part in script} == sentences
