"""The documents say what the code does, and each Korean twin says what the English one says."""

import ast
import re
import subprocess
from collections import Counter
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest

from cnn.__main__ import main
from cnn.i18n import catalogue
from cnn.settings import CACHE, PROJECT, Settings
from cnn.training.recipes import RECIPES
from pages.parts.frame import tour
from tests.documents import blocks, code, headings, prose, spans, tables, text

TWINS = [
    (name, f"{name.removesuffix('.md')}.ko.md")
    for name in ("README.md", "docs/workshop.md", "docs/operate.md")
]
"""What stands in both languages."""
CHRONICLES = {"CHANGELOG.md", "LICENSES.md"}
"""What tells of days gone by, or is made by a command, is not held against the code."""
DOCUMENTS = sorted(
    {
        path.relative_to(PROJECT).as_posix()
        for folder in (".", "docs")
        for path in (PROJECT / folder).glob("*.md")
    }
    - CHRONICLES
)
LONGEST_README = 150

in_both = pytest.mark.parametrize(("english", "korean"), TWINS)
in_each = pytest.mark.parametrize("name", DOCUMENTS)


# Those who come


@pytest.mark.parametrize("name", TWINS[0])
def test_the_readme_is_read_in_a_few_minutes(name):
    """Who comes reads no more than 150 lines; all else is one link away."""
    assert len(text(name).splitlines()) <= LONGEST_README
    assert set(re.findall(r"\]\((\w+/\w+)[.\w]*\.md\)", text(name))) == {
        path.removesuffix(".md").removesuffix(".ko") for path in DOCUMENTS if path.startswith("docs/")
    }


@pytest.mark.parametrize(("name", "language"), [(TWINS[0][0], "en"), (TWINS[0][1], "ko")])
def test_every_page_stands_in_the_readme(name, language):
    """By the title that the page has in that language, and with its picture."""
    site = (PROJECT / "pages/parts/frame/site.py").read_text(encoding="utf-8")
    pages = re.findall(r'st\.Page\(\s*"pages/(\w+)\.py",\s*title=_\("([^"]+)"\)', site)
    assert {page for page, _title in pages} == {path.stem for path in (PROJECT / "pages").glob("*.py")}
    titles = [catalogue(language).gettext(title) for _page, title in pages]
    rows = [row[0].partition(",")[0] for row in tables(name)]
    assert [cell for cell in rows if cell in titles] == titles
    shown = re.findall(rf"\]\(docs/pictures/{language}/(\w+)\.png\)", text(name))
    assert sorted(shown) == sorted(page for page, _title in pages)


@pytest.mark.parametrize(("name", "language"), [(TWINS[1][0], "en"), (TWINS[1][1], "ko")])
def test_the_tour_stands_step_by_step(name, language, monkeypatch):
    """Its pages, minutes and tasks are those that the app shows in that language."""
    monkeypatch.setattr(tour, "_", catalogue(language).gettext)
    steps = [
        [str(number), step.title, str(step.minutes), step.task]
        for number, step in enumerate(tour.steps(), start=1)
    ]
    assert [row for row in tables(name) if row[0].isdigit()] == steps


# What is said of the code


@pytest.mark.parametrize("name", TWINS[2])
def test_every_setting_stands_in_the_table(name):
    """Each setting's variable and default is a row, in English with its own sentence; no row is left over."""
    rows = [row for row in tables(name) if re.match("`(CNN|DASK)_", row[0])]
    fields = {
        f"`{field.validation_alias or f'CNN_{name.upper()}'}`": field
        for name, field in Settings.model_fields.items()
    }
    assert [row[0] for row in rows] == list(fields)
    for variable, default, sentence in rows:
        assert re.findall("`(.*?)`", default) == told(fields[variable].default), variable
        if name == TWINS[2][0]:
            assert sentence == fields[variable].description


def told(default: object) -> list[str]:
    """A setting's default as the table tells it; of what lies in the system's cache folder, the rest."""
    if isinstance(default, Path):
        place = default.relative_to(CACHE if default.is_relative_to(CACHE) else PROJECT)
        return [part for part in place.parts[:1] if part]
    return [] if default is None else [f"{default:g}" if isinstance(default, float) else str(default)]


@in_each
def test_each_setting_named_is_one(name):
    """Wherever a document names a variable of ours, it is in the table of settings."""
    known = {field.validation_alias or f"CNN_{name.upper()}" for name, field in Settings.model_fields.items()}
    assert set(re.findall(r"\b(?:CNN|DASK)_[A-Z_]+\b", text(name))) <= known


def test_every_recipe_has_its_figures():
    """What is published of each recipe, and what it reaches here, stands in one table."""
    rows = [row[0].strip("`") for row in tables("docs/figures.md")]
    assert sorted(cell for cell in rows if cell in RECIPES) == sorted(RECIPES)


def test_every_folder_stands_in_the_tree():
    """A reader finds in one line what each folder of the house is for, and none that is not there."""
    places: list[str] = []
    above: list[str] = []
    for line in blocks("docs/architecture.md")[0].splitlines():
        place, _sentence = re.split(r"  +", line.strip(), maxsplit=1)
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], place]
        places.append("".join(above))
    assert [place for place in places if not (PROJECT / place).exists()] == []
    # Of what lies in these, their own line speaks.
    spoken_for = ("cnn/locale/", "docs/pictures/", "models/", ".github/")
    folders = {f"{folder.as_posix()}/" for path in kept() for folder in Path(path).parents} - {"./"}
    assert sorted(place for place in places if place.endswith("/")) == sorted(
        folder for folder in folders if folder in spoken_for or not folder.startswith(spoken_for)
    )


@cache
def kept() -> list[str]:
    """The files that git has, or is about to have."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [path for path in found.splitlines() if (PROJECT / path).is_file()]


@in_each
def test_each_file_named_is_there(name):
    """A path in a document leads to a file or folder of the house, an address to a page."""
    # What an app keeps beside its code is not there before it has run.
    later = tuple(line[1:] for line in text(".gitignore").splitlines() if line.startswith("/"))
    typed = [word for block in blocks(name) for word in re.findall(r"\S+\.(?:py|md|txt)\b", block)]
    for span in [*spans(name), *typed]:
        if re.fullmatch(r"/\w+", span):
            assert (PROJECT / "pages" / f"{span[1:]}.py").is_file(), span
        elif re.fullmatch(r"[\w.<>-]+(/[\w.<>-]*)+|[\w-]+\.(py|md|toml|txt|yml|yaml)", span):
            pattern = re.sub("<.*?>", "*", span.rstrip("/"))
            assert span.startswith(later) or list(PROJECT.glob(pattern)), span


@in_each
def test_each_name_in_the_code_is_there(name):
    """`cnn.jobs.queue.TrainingQueue.submit` and its like are modules, what they define, and parts of that."""
    named = sorted(set(re.findall(r"\b(?:cnn|pages|benchmarks|tests)(?:\.\w+)+", code(name))))
    assert [dotted for dotted in named if not stands(dotted.split("."))] == []


def stands(parts: list[str]) -> bool:
    """Whether a module, or what it defines, goes by that name; no module is imported for it."""
    folders = list(
        takewhile(lambda depth: PROJECT.joinpath(*parts[:depth]).is_dir(), range(1, len(parts) + 1))
    )
    file = PROJECT.joinpath(*parts[: len(folders)], *parts[len(folders) : len(folders) + 1])
    if file.is_dir():
        return True
    module = file.with_suffix(".py")
    return module.is_file() and defined(
        ast.parse(module.read_text(encoding="utf-8")), parts[len(folders) + 1 :]
    )


def defined(body: ast.AST, parts: list[str]) -> bool:
    """Whether a module or class defines a name, and that the next one."""
    if not parts:
        return True
    for node in ast.iter_child_nodes(body):
        match node:
            case ast.ClassDef(name=found) | ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found):
                names = {found}
            case ast.Assign(targets=targets):
                names = {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=found)):
                names = {found}
            case _:
                continue
        if parts[0] in names:
            return defined(node, parts[1:])
    return False


@in_each
def test_each_target_named_is_one(name):
    """Whoever is told to call make finds that target in the Makefile."""
    targets = set(re.findall(r"^([a-z][\w-]*):", text("Makefile"), re.M))
    assert set(re.findall(r"\bmake (?:\w+=\S+ )*([a-z][\w-]*)", code(name))) <= targets


@pytest.mark.parametrize("name", TWINS[2])
def test_the_whole_command_line_is_told(name, capsys):
    """Each command stands with all its options and no other."""
    [told] = [block for block in blocks(name) if "python -m cnn recipes" in block]
    for command in re.findall(r"^python -m cnn (\w+)", told, re.M):
        [line] = [line for line in told.splitlines() if line.startswith(f"python -m cnn {command} ")]
        assert set(re.findall(r"--[\w-]+", line.partition("#")[0])) == options(command, capsys) - {"--help"}
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.M)
    assert re.findall(r"^python -m cnn (\w+)", told, re.M) == listed


def options(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The options that the command says it has."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0, command
    return set(re.findall(r"--[\w-]+", capsys.readouterr().out))


@in_each
def test_each_command_named_is_one(name, capsys):
    """`python -m` names a module, and of `cnn` a command and options that it has."""
    for module, rest in re.findall(r"python -m ([\w.]+)([^\n#]*)", code(name)):
        if module == "cnn":
            command, *others = rest.split()
            assert set(re.findall(r"--[\w-]+", " ".join(others))) <= options(command, capsys), rest
        elif module.partition(".")[0] in {"benchmarks", "cnn", "tests"}:
            assert stands(module.split(".")), module


# The documents among each other


@in_each
def test_each_link_leads_somewhere(name):
    """To a file, and there to a heading; a link out of the house is whole."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(name)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        there = (PROJECT / name).parent / path if path else PROJECT / name
        assert there.exists(), target
        if anchor:
            found = headings(there.resolve().relative_to(PROJECT).as_posix())
            assert anchor in {
                re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-") for _level, words in found
            }


@in_both
def test_the_twins_have_the_same_sections(english, korean):
    """As many sections of each level, in the same order; and each leads to the other."""
    assert [level for level, _words in headings(english)] == [level for level, _words in headings(korean)]
    assert f"[한국어]({Path(korean).name})" in text(english)
    assert f"[English]({Path(english).name})" in text(korean)


@in_both
def test_the_twins_have_the_same_tables(english, korean):
    """Row by row, the same code and the same figures."""
    first, second = tables(english), tables(korean)
    assert len(first) == len(second)
    for row, twin in zip(first, second, strict=True):
        for cell, other in zip(row, twin, strict=True):
            assert sorted(re.findall("`.*?`", cell)) == sorted(re.findall("`.*?`", other)), row
            assert figures(cell) == figures(other), row


def figures(cell: str) -> list[str]:
    """The numbers in a cell; those that are part of a name or of code are told elsewhere."""
    return sorted(re.findall(r"(?<![\w.])\d[\d,.]*\d|(?<![\w.])\d", re.sub("`.*?`", "", cell)))


@in_both
def test_the_twins_have_the_same_commands(english, korean):
    """Block by block, the same lines, each with a remark in its own language."""
    first, second = blocks(english), blocks(korean)
    assert len(first) == len(second)
    for block, twin in zip(first, second, strict=True):
        assert bare(block) == bare(twin)
    assert Counter(commands(english)) == Counter(commands(korean))


def bare(block: str) -> list[str]:
    """The lines of a block without their remarks."""
    return [re.sub(r"\s+# .*", "", line) for line in block.splitlines()]


def commands(name: str) -> list[str]:
    """What the sentences of a document tell to type, and the settings that they name."""
    outside = "\n".join(line for line in prose(name).splitlines() if not line.startswith("|"))
    return [
        span
        for span in re.findall(r"`([^`\n]+)`", outside)
        if re.search(r"make |python|pip |^CNN_|^tests/", span)
    ]


def test_nothing_stands_twice():
    """No sentence of some length stands in two documents: it would be kept true in one of them only."""
    where: dict[str, set[str]] = {}
    for name in DOCUMENTS:
        joined = re.sub(r"\s+", " ", re.sub(r"(?m)^\|.*$|^#.*$|^- |\*\*", "", prose(name)))
        for sentence in re.split(r"(?<=[.:다])\s", joined):
            if len(sentence) > 60:
                where.setdefault(sentence, set()).add(name)
    assert {sentence: names for sentence, names in where.items() if len(names) > 1} == {}
