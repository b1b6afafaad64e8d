"""Tables as comma-separated values, to take along."""

import csv
import io
from collections.abc import Iterable


def csv_text(*parts: Iterable[Iterable[object]]) -> str:
    """Rows as comma-separated values."""
    text = io.StringIO()
    writer = csv.writer(text)
    for rows in parts:
        writer.writerows(rows)
    return text.getvalue()
