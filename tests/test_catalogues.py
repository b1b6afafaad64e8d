"""`cnn.catalogues`: every text is translated into every language, and none has lost what fills it."""

import re
import string

import pytest

from cnn import catalogues, i18n
from cnn.i18n import LANGUAGES

TRANSLATED = [language for language in LANGUAGES if language != "en"]


def texts(message):
    """A message's source texts, the plural last, and its translations, as two tuples."""
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    translations = message.string if isinstance(message.string, tuple) else (message.string,)
    return sources, translations


def fields(text):
    """What `str.format` fills into a text: each name, with how it is converted."""
    return {
        (name, conversion) for _, name, _, conversion in string.Formatter().parse(text) if name is not None
    }


def values(text):
    """What `%` fills into a text of the log, in its order: it has no names by which to find its place."""
    return re.findall(r"%[srd]", text)


def messages(catalogue):
    """All messages of a catalogue without its header, by their source."""
    return {message.id: message for message in catalogue if message.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_has_the_texts_of_the_code_and_no_others(language):
    """`python -m cnn.catalogues` brings a catalogue up to the code; here it has nothing left to do."""
    in_code, translated = messages(catalogues.in_code()), messages(catalogues.read(language))
    assert sorted(map(str, in_code.keys() - translated.keys())) == [], "not in the catalogue"
    assert sorted(map(str, translated.keys() - in_code.keys())) == [], "in the catalogue alone"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language):
    """No translation is empty, and none waits for a translator to look at it."""
    untold = [
        message.id
        for message in messages(catalogues.read(language)).values()
        if message.fuzzy or not all(texts(message)[1])
    ]
    assert untold == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_what_fills_them(language):
    """Each translation has the placeholders of its source, converted alike, and neither more nor less."""
    for message in messages(catalogues.read(language)).values():
        sources, translations = texts(message)
        for translation in translations:
            assert fields(translation) == fields(sources[-1]), message.id
            assert values(translation) == values(sources[-1]), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_their_code_and_paragraphs(language):
    """What stands in backticks is typed as it is, and a text has as many lines as its source."""
    for message in messages(catalogues.read(language)).values():
        sources, translations = texts(message)
        for translation in translations:
            assert sorted(translation.split("`")[1::2]) == sorted(sources[-1].split("`")[1::2])
            assert translation.count("\n") == sources[-1].count("\n"), message.id


def test_texts_are_found_wherever_they_are_marked(tmp_path, monkeypatch):
    """Within f-strings too, where Babel's own extraction finds none; what is no text is left out."""
    (tmp_path / "cnn").mkdir()
    (tmp_path / "cnn" / "a.py").write_text(
        'a = f"<b>{_(\'in an f-string\')}</b>"\nb = N_("over " "two")\n_(name)\nngettext("one", "many", 3)\n'
    )
    monkeypatch.setattr(catalogues, "PROJECT", tmp_path)
    found = {message.id for message in catalogues.in_code() if message.id}
    assert found == {"in an f-string", "over two", ("one", "many")}


def test_an_update_keeps_translations_and_tells_what_is_missing(tmp_path, monkeypatch):
    """What is new waits for a translation, what is gone is dropped, the rest stays as it was."""
    (tmp_path / "cnn").mkdir()
    code = tmp_path / "cnn" / "a.py"
    monkeypatch.setattr(catalogues, "PROJECT", tmp_path)
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    code.write_text('_("kept")\n_("gone")\n')
    assert catalogues.update("ko") == 2
    path = i18n.path_of("ko")
    path.write_text(path.read_text().replace('"kept"\nmsgstr ""', '"kept"\nmsgstr "남음"'))
    code.write_text('_("kept")\n_("altogether new")\n')
    assert catalogues.update("ko") == 1
    translated = messages(catalogues.read("ko"))
    assert translated.keys() == {"kept", "altogether new"}
    assert translated["kept"].string == "남음"
