"""All columns of the dataset in a list: which show, which stay at the left, in which order."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from runmon.model.columns import Column, Columns
from runmon.model.units import grouped
from runmon.render.cells import Cell
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.table_source import Head, Row


class ColumnsFrame(Pane):
    """The frame around the list."""

    def compose(self) -> ComposeResult:
        yield Table(numbers=False, columns=False)


class ColumnsScreen(GivesOnce, Screen[Column | None], inherit_bindings=False):
    """Arranges columns; the result is the column under the cursor."""

    SCOPE: ClassVar[str] = "columns"
    BINDINGS = bindings("columns")

    def __init__(self, columns: Columns, current: Column | None) -> None:
        super().__init__()
        self._columns, self._current = columns, current
        self.frame = ColumnsFrame()

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeyFooter()

    def on_mount(self) -> None:
        self.frame.title_text = Text.assemble(("Columns", "strong"))
        self._write(self._current)
        self.query_one(Table).focus()

    def _write(self, current: Column | None) -> None:
        """List the columns anew, the cursor on one of them."""
        self._listed = _in_order(self._columns)
        row = self._listed.index(current) if current in self._listed else 0
        self.query_one(Table).show(ColumnRows(self._listed, self._columns), cursor=row)
        self.query_one(Table).move_to(row)
        shown = len(self._columns.shown())
        self.frame.counts = Text.assemble(
            (f"{grouped(shown)} of {grouped(len(self._listed))} shown", "quiet")
        )

    @property
    def under_cursor(self) -> Column | None:
        """The column under the cursor."""
        row = self.query_one(Table).cursor
        return self._listed[row] if 0 <= row < len(self._listed) else None

    @on(Table.Chosen)
    def go_there(self, message: Table.Chosen) -> None:
        """Close, on the chosen column; a hidden one is shown again."""
        message.stop()
        if (column := self.under_cursor) is not None:
            self._columns.hide(column, False)
            self._columns.show_debug = self._columns.show_debug or column.debug
            self.dismiss(column)

    def action_show_or_hide(self) -> None:
        """Show or hide the column, and go on."""
        if (column := self.under_cursor) is not None:
            self._columns.hide(column, not column.hidden)
            self._write(column)
            self.query_one(Table).action_move(1)

    def action_freeze(self) -> None:
        """Keep the column at the left, or let it go."""
        if (column := self.under_cursor) is not None:
            column.frozen = not column.frozen
            self._write(column)

    def action_shift(self, step: int) -> None:
        """Move the column in the order."""
        if (column := self.under_cursor) is not None and not column.hidden:
            self._columns.move(column, step)
            self._write(column)

    def action_back(self) -> None:
        """Close."""
        self.dismiss(self.under_cursor)


def _in_order(columns: Columns) -> list[Column]:
    """Those that show as they stand, hidden ones behind."""
    there = columns.choosable()
    return sorted(there, key=lambda column: (column.hidden, not column.frozen, column.debug))


class ColumnRows:
    """A `TableSource` over columns."""

    def __init__(self, listed: Sequence[Column], columns: Columns) -> None:
        self._listed, self._columns = listed, columns

    def row_count(self) -> int:
        return len(self._listed)

    def heads(self, room: int) -> Sequence[Head]:
        return [Head("column", max(min(room - 24, 60), 10)), Head("", 10), Head("values", 8)]

    def row(self, number: int, first: int, last: int) -> Row | None:
        column = self._listed[number]
        dark = column.hidden or (column.debug and not self._columns.show_debug)
        state = "hidden" if column.hidden else "frozen" if column.frozen else "# hidden" if dark else ""
        kind = "number" if column.numeric else "object" if self._columns.openable(column) else ""
        cells = [Cell(clean(column.name, limit=120), "faint" if dark else "text"), Cell(state, "accent"
                 if column.frozen else "faint"), Cell(kind, "quiet")]  # fmt: skip
        return Row(cells[first:last], Cell(" " if dark else "✓", "ok"))

    def identity(self, number: int) -> Hashable:
        return None

    def prepare(self, first: int, last: int) -> bool:
        return False
