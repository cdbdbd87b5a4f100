"""The rows of the dataset table: pages of raw items, decoded only where they show."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from runmon.model.columns import MISSING, Column, Columns
from runmon.model.pages import Pages
from runmon.model.units import byte_size
from runmon.model.values import decode
from runmon.render.cells import NULL, Cell, cell, text_width, width
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

MOST_DECODED = 400
ERROR_SIGN = Cell("✖", "bad")
FIRST_LEARNED = 100
"""Rows in hand that decide the first columns and their widths."""


class ItemRows:
    """A `TableSource` over pages. `ask(first, last)` is called when rows come onto the screen."""

    def __init__(self, ask: Callable[[int, int], None]) -> None:
        self.pages = Pages()
        self.columns = Columns(width, text_width)
        self.window = (0, 0)
        self._ask = ask
        self._decoded: dict[int, Any] = {}
        self._fresh: list[Any] = []
        self._shown: list[Column] | None = None

    def row_count(self) -> int:
        return self.pages.count

    def heads(self, room: int) -> Sequence[Head]:
        columns = self._shown = self.columns.shown()
        widths = self.columns.widths(columns, room)
        return [
            Head(clean(column.name, limit=120), cells, column.numeric)
            for column, cells in zip(columns, widths, strict=True)
        ]

    def row(self, number: int, first: int, last: int) -> Row | None:
        if number in self.pages.heavy:
            return Row([Cell(f"an item of {byte_size(self.pages.heavy[number])}: Enter reads it", "quiet")])
        item = self.value(number)
        if item is MISSING:
            return None
        columns = self._shown if self._shown is not None else self.columns.shown()
        cells = [_placed(cell(column.of(item)), column) for column in columns[first:last]]
        return Row(cells, ERROR_SIGN, "error_ground") if is_error(item) else Row(cells)

    def identity(self, number: int) -> Hashable:
        return number

    def prepare(self, first: int, last: int) -> bool:
        self.window = (first, last)
        self._ask(first, last)
        stop = last + 1 if self._shown else max(last + 1, first + FIRST_LEARNED)
        for row in range(first, stop):
            self.value(row)
        fresh, self._fresh = self._fresh, []
        return self.columns.see(fresh) if fresh else False

    def column(self, place: int) -> Column | None:
        """The column at a place on screen."""
        shown = self._shown or []
        return shown[place] if 0 <= place < len(shown) else None

    def place_of(self, column: Column) -> int:
        """Where a column stands; 0 where it is not shown."""
        shown = self.columns.shown()
        return shown.index(column) if column in shown else 0

    def value(self, row: int) -> Any:
        """The decoded item of a row; MISSING where the row is not in hand."""
        if row in self._decoded:
            return self._decoded[row]
        raw = self.pages.get(row)
        if raw is None:
            return MISSING
        if len(self._decoded) > MOST_DECODED:
            self._decoded.clear()
        item = self._decoded[row] = decode(raw)
        self._fresh.append(item)
        return item

    def values(self) -> list[Any]:
        """The items on screen that are in hand, decoded."""
        first, last = self.window
        return [item for row in range(first, last + 1) if (item := self.value(row)) is not MISSING]


def _placed(drawn: Cell, column: Column) -> Cell:
    """A null among numbers stands where they do."""
    return Cell(drawn.text, drawn.tone, True) if drawn is NULL and column.numeric else drawn


def is_error(item: object) -> bool:
    """Whether the item reports a failure: Apify's scrapers set `#error`."""
    return isinstance(item, dict) and item.get("#error") is True
