"""What a table shows: the protocol of a source of rows, so that items, keys and requests share one table."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from runmon.render.cells import Cell


class Head(msgspec.Struct, frozen=True):
    """A column: its clean name, its cells, and whether its values stand right."""

    name: str
    width: int
    right: bool = False
    frozen: bool = False
    """Stands at the left, whatever is scrolled; frozen columns come first."""
    sign: str = ""
    """One character behind the name, such as the way the rows are sorted by it."""


class Row(NamedTuple):
    """What stands in one row: a cell for each column asked for, a sign in the gutter, a ground."""

    cells: Sequence[Cell]
    sign: Cell = Cell(" ")
    ground: str = "ground"
    """A ground of the palette: `ground`, `error_ground`, `warn_ground`."""
    number: int | None = None
    """The row's number, from 0, where that is not its place in the table."""
    across: bool = False
    """Whether the first cell is all, and goes across the columns."""


class TableSource(Protocol):
    """Where a table has its rows from. All calls come from the loop and must not wait."""

    def row_count(self) -> int:
        """Rows there are."""

    def heads(self, room: int) -> Sequence[Head]:
        """All columns, with widths for `room` cells."""

    def row(self, number: int, first: int, last: int) -> Row | None:
        """Cells of columns `first` … `last - 1`; None where the row is not in hand yet."""

    def identity(self, number: int) -> Hashable:
        """What row `number` is, wherever it stands: marks are kept by it. None: it cannot be marked."""

    def prepare(self, first: int, last: int) -> bool:
        """Rows `first` … `last` come onto the screen: fetch what is missing and tell by `Table.rows_changed`.

        Gives whether the columns changed by what is in hand already.
        """


class NoRows:
    """A source without anything."""

    def row_count(self) -> int:
        return 0

    def heads(self, room: int) -> Sequence[Head]:
        return ()

    def row(self, number: int, first: int, last: int) -> Row | None:
        return None

    def identity(self, number: int) -> Hashable:
        return None

    def prepare(self, first: int, last: int) -> bool:
        return False
