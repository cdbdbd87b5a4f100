"""Delimited text as a table: columns as wide as what stands in them, within limits."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rich.text import Text

from runmon.model.units import grouped
from runmon.render.cells import fitted, text_width
from runmon.render.untrusted import clean

DELIMITERS = ",;\t|"
ROWS_MOST, MEASURED, COLUMNS_MOST = 200_000, 200, 200
NARROWEST, WIDEST = 3, 40


class GridLines:
    """Rows under their heads."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self._rows = rows
        self._widths = _widths(rows[:MEASURED])

    def line_count(self) -> int:
        return len(self._rows)

    def text(self, n: int) -> Text:
        row = self._rows[n]
        line = Text(no_wrap=True, end="")
        for width, value in zip(self._widths, row, strict=False):
            shown = clean(value, limit=WIDEST * 4)
            right = n > 0 and _is_number(value)
            tone = "strong" if not n else "number" if right else "text"
            line.append(fitted(shown, width, right=right), tone).append("  ")
        return line


def grid(text: bytes) -> tuple[GridLines, str] | None:
    """The table that a text holds, and its size in words; None where it holds none."""
    source = text.decode("utf-8", "replace")
    delimiter = delimiter_of(source)
    try:
        reader = csv.reader(io.StringIO(source, newline=""), delimiter=delimiter)
        rows = [row[:COLUMNS_MOST] for row, _ in zip(reader, range(ROWS_MOST + 1), strict=False) if row]
    except csv.Error:
        return None
    if not rows:
        return None
    cut = "+" if len(rows) > ROWS_MOST else ""
    words = f"{grouped(len(rows) - 1)}{cut} rows × {grouped(len(rows[0]))} columns"
    return GridLines(rows[:ROWS_MOST]), words


def delimiter_of(source: str) -> str:
    """What most likely stands between the values of the first line."""
    first = source.lstrip().partition("\n")[0][:4096]
    return max(DELIMITERS, key=first.count)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    count = max(map(len, rows), default=0)
    widths = [NARROWEST] * count
    for row in rows:
        for place, value in enumerate(row):
            shown = clean(value, limit=WIDEST * 4)
            widths[place] = min(max(widths[place], text_width(shown)), WIDEST)
    return widths


def _is_number(value: str) -> bool:
    digits = value.strip().lstrip("-+").replace(".", "", 1).replace(",", "")
    return digits.isascii() and digits.isdigit()
