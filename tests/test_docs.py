"""The README says what the code does."""

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
