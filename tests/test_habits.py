"""What the forge, git and the changelog do by themselves agrees with what one calls by hand."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from cnn.settings import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
SCHEMAS = [
    (".github/workflows/*.yml", "vendor.github-workflows"),
    (".github/workflows/*.yml", "custom.github-workflows-require-timeout"),
    (".github/ISSUE_TEMPLATE/[!c]*.yml", "vendor.github-issue-forms"),
    (".github/ISSUE_TEMPLATE/config.yml", "vendor.github-issue-config"),
]
FRAGMENTS = [path for path in (PROJECT / "changelog.d").iterdir() if path.name != "README.md"]
PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
OLDEST_PYTHON = PROJECT_FILE["project"]["requires-python"].removeprefix(">=")


def read(path):
    """A file of YAML as its words: `on` is one, too."""
    return yaml.load((PROJECT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


def steps(workflow):
    """All steps of all jobs."""
    return [step for job in read(workflow)["jobs"].values() for step in job["steps"]]


def target(name):
    """What a target of the Makefile needs, and its commands."""
    found = re.search(rf"^{name}:([^#\n]*).*\n((?:\t.*\n)*)", MAKEFILE, re.M)
    assert found, name
    return found[1].split(), [line.strip().lstrip("@") for line in found[2].splitlines()]


@pytest.mark.parametrize(("files", "schema"), SCHEMAS)
def test_the_forge_understands_its_files(files, schema):
    """Each is what GitHub's own schema asks for, and each job ends by itself."""
    found = sorted(PROJECT.glob(files))
    assert found
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *found]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_nothing_else(workflow):
    """It knows no secret, writes nothing, and takes others' steps in a version that is named."""
    assert read(workflow)["permissions"] == {"contents": "read"}
    assert "secrets." not in workflow.read_text(encoding="utf-8")
    for step in steps(workflow):
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/any@v1"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_calls_what_one_calls_by_hand(workflow):
    """Its commands are targets of the Makefile; what a system lacks may be installed before."""
    ran = [step["run"] for step in steps(workflow) if "run" in step and "if" not in step]
    assert ran
    for command in ran:
        assert target(command.removeprefix("make "))


def test_changes_are_tested_where_the_app_is_made_for():
    """Linux with the oldest Python that may be and two newer ones, and macOS: `make check`, `make test`."""
    job = read(".github/workflows/tests.yml")["jobs"]["tests"]
    matrix = job["strategy"]["matrix"]
    assert matrix["system"] == ["ubuntu-latest"]
    assert matrix["python"][0] == OLDEST_PYTHON
    assert len(matrix["python"]) == 3
    assert [more["system"] for more in matrix["include"]] == ["macos-latest"]
    assert [step["run"] for step in job["steps"] if "run" in step][-2:] == ["make check", "make test"]


def test_what_needs_the_network_stands_apart():
    """Neither checks nor tests ask for vulnerabilities; once a week and at each push the forge does."""
    assert not {"audit"} & {*target("check")[0], *target("test")[0]}
    workflow = read(".github/workflows/audit.yml")
    assert {"push", "schedule"} <= workflow["on"].keys()
    assert [when["cron"].split()[2:] for when in workflow["on"]["schedule"]] == [["*", "*", "1"]]
    assert steps(".github/workflows/audit.yml")[-1] == {"run": "make audit"}


def test_a_commit_is_checked_by_what_make_calls():
    """The hooks are the commands of `make check`, in the same order and from the same environment."""
    hooks = [hook for source in read(".pre-commit-config.yaml")["repos"] for hook in source["hooks"]]
    needed, commands = target("check")
    called = [command.replace("$(BIN)", ".venv/bin") for command in commands]
    assert [hook["entry"] for hook in hooks] == [*called, "make scripts"]
    assert "scripts" in needed
    assert {hook["language"] for hook in hooks} == {"system"}


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
