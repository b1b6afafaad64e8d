"""What the changelog does by itself agrees with what one calls by hand."""

import re
import tomllib

from cnn.settings import PROJECT

FRAGMENTS = [path for path in (PROJECT / "changelog.d").iterdir() if path.name != "README.md"]
PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def test_each_version_has_its_day():
    """The changelog's versions are dated, the newest first: the project's, unless it waits in fragments."""
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.*)", changelog, re.M)
    dated = [re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)", title) for title in titles]
    assert all(dated), titles
    days = [found[2] for found in dated]
    assert days == sorted(days, reverse=True)
    assert FRAGMENTS or dated[0][1] == PROJECT_FILE["project"]["version"]
    assert PROJECT_FILE["tool"]["towncrier"]["start_string"] in changelog


def test_each_fragment_is_of_a_kind():
    """Its name says which, and what it is about; the README beside it tells of each kind."""
    kinds = [kind["directory"] for kind in PROJECT_FILE["tool"]["towncrier"]["type"]]
    told = (PROJECT / "changelog.d" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)`", told, re.M) == kinds
    for path in FRAGMENTS:
        assert re.fullmatch(rf"(\+[\w-]+|\d+)\.({'|'.join(kinds)})\.md", path.name), path.name
        assert path.read_text(encoding="utf-8").strip(), path.name
