"""The README says what the code does, and its Korean twin says the same."""

import re

from cnn.settings import PROJECT, Settings


def test_every_setting_stands_in_the_readme() -> None:
    """Each setting's variable and help text are a row of the README's table, and no row is left over."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith(("| `CNN_", "| `DASK_"))]
    expected = {
        (field.validation_alias or f"CNN_{name.upper()}", field.description)
        for name, field in Settings.model_fields.items()
    }
    told = {(row.split("|")[1].strip(" `"), row.split("|")[3].strip()) for row in rows}
    assert told == expected


def tables(name: str) -> list[list[str]]:
    """The cells of each row of a README's tables."""
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    return [line.strip("|").split("|") for line in lines if line.startswith("|")]


def test_the_korean_readme_has_the_same_tables() -> None:
    """Row by row, both READMEs have the same settings with their defaults, and the same figures."""
    english, korean = tables("README.md"), tables("README.ko.md")
    assert len(english) == len(korean)
    for row, twin in zip(english, korean, strict=True):
        if row[0].strip().startswith(("`CNN_", "`DASK_")):
            assert row[0] == twin[0]
            assert re.findall("`.*?`", row[1]) == re.findall("`.*?`", twin[1])
        else:
            assert [sorted(re.findall(r"\d[\d,.]*", cell)) for cell in row[1:]] == [
                sorted(re.findall(r"\d[\d,.]*", cell)) for cell in twin[1:]
            ], row


def test_the_korean_readme_has_the_same_sections() -> None:
    """Both READMEs have as many sections of each level, in the same order, and lead to each other."""
    texts = [(PROJECT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")]
    english, korean = (re.findall(r"^(#+) ", re.sub(r"(?s)```.*?```", "", text), re.M) for text in texts)
    assert english == korean
    assert "(README.ko.md)" in texts[0]
    assert "(README.md)" in texts[1]


def test_every_folder_stands_in_the_readmes_tree() -> None:
    """A reader finds in README.md what each folder of the house is for."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    tree = readme.split("## How it is built")[1].split("```")[1]
    told = set(re.findall(r"\b(\w+)/", tree))
    there = {path.parent.name for root in ("cnn", "pages") for path in (PROJECT / root).rglob("*.py")}
    assert there <= told
