"""Columns of a table of JSON items: in the order in which fields were first met, with widths that stay.

Fields of nested objects are columns of their own, `a.b`, where the object is small or was opened by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from runmon.model.values import is_number

Path = tuple[str, ...]


class Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
"""What an item gives for a field that it does not have (`null` is None)."""
MOST_COLUMNS = 2500
"""Fields beyond these are counted and not shown."""
SMALL_OBJECT = 6
"""An object of so few plain values is shown by its fields from the start."""
LEAST_WIDTH, USUAL_WIDTH, MOST_WIDTH = 3, 36, 120
NUMBER_WIDTH = 24


class Column(msgspec.Struct, eq=False):
    """One field of the items."""

    path: Path
    seen: int = 0
    """Cells of the longest value in the rows that made the widths."""
    longest: int = 0
    """Cells of the longest value ever seen."""
    numbers: int = 0
    values: int = 0
    fixed: bool = False
    """Whether the rows that decide its width have passed; numbers may still widen it."""
    hidden: bool = False
    """Taken away by hand."""
    frozen: bool = False
    """Kept at the left by hand, whatever is scrolled."""
    cells: int | None = None
    """Its width where it was set by hand."""

    @property
    def name(self) -> str:
        """The field's name as shown: `a.b`; items that are no objects are one column, `value`."""
        return ".".join(name if name.strip() else f'"{name}"' for name in self.path) or "value"

    @property
    def debug(self) -> bool:
        """Whether Apify takes it for hidden: a top-level name that starts with `#`."""
        return bool(self.path) and self.path[0].startswith("#")

    @property
    def numeric(self) -> bool:
        """Whether its values are mostly numbers, so that its header stands right."""
        return self.numbers * 2 > self.values

    def of(self, item: object) -> Any:
        """The item's value; MISSING where the item has no such field."""
        for name in self.path:
            if not isinstance(item, dict) or name not in item:
                return MISSING
            item = item[name]
        return item


class Columns:
    """All fields met so far. `measure` gives the cells a value takes."""

    def __init__(self, measure: Callable[[Any], int], width_of: Callable[[str], int]) -> None:
        self._measure = measure
        self._width_of = width_of
        self._all: list[Column] = []
        self._by_path: dict[Path, Column] = {}
        self._opened: dict[Path, bool] = {}
        self._settled = False
        self.show_debug = False
        """Whether fields that start with `#` are shown."""
        self._left_out: set[Path] = set()

    @property
    def left_out(self) -> int:
        """Fields that are not shown because MOST_COLUMNS already are."""
        return len(self._left_out)

    def see(self, items: Iterable[object]) -> bool:
        """Learn the fields of some items; gives whether any column is new or wider.

        The items that bring a field decide its width; later ones widen numbers, and text into room that is
        left. The first items decide the order; later ones add columns at the right end.
        """
        before = self._extent()
        for item in items:
            if isinstance(item, dict):
                self._see_object((), item)
            else:
                self._see_value((), item)
        self._settle()
        return before != self._extent()

    def shown(self) -> list[Column]:
        """The columns to show, left to right: frozen ones first, `#` fields last."""
        found = [c for c in self._all if self._is_shown(c) and (self.show_debug or not c.debug or c.frozen)]
        return sorted(found, key=lambda column: (not column.frozen, column.debug))

    def choosable(self) -> list[Column]:
        """The columns that could be shown, hidden ones and `#` fields included, in their order."""
        return [column for column in self._all if self._is_there(column)]

    def hide(self, column: Column, hidden: bool) -> None:
        """Take a column away, or bring it back. The last one stays."""
        if not hidden or len(self.shown()) > 1:
            column.hidden = hidden
            column.frozen = column.frozen and not hidden

    def move(self, column: Column, step: int) -> bool:
        """Change places with the neighbour on that side, if it is of the same kind; gives whether it did."""
        shown = self.shown()
        if column not in shown:
            return False
        place = shown.index(column) + step
        if not 0 <= place < len(shown):
            return False
        other = shown[place]
        if (other.frozen, other.debug) != (column.frozen, column.debug):
            return False
        self._all.remove(column)
        self._all.insert(self._all.index(other) + (step > 0), column)
        return True

    def widen(self, column: Column, cells: int) -> None:
        """Give a column so many cells from now on, within limits."""
        column.cells = max(LEAST_WIDTH, min(cells, MOST_WIDTH))

    def stretch(self, column: Column) -> None:
        """Show a column as wide as its longest value, or again as wide as usual."""
        full = max(min(column.longest, MOST_WIDTH), self._usual_width(column))
        column.cells = None if column.cells is not None else full

    def openable(self, column: Column) -> bool:
        """Whether the column holds objects that `open` would spread."""
        return self._opened.get(column.path) is False

    def open(self, column: Column, items: Iterable[object]) -> bool:
        """Show the fields of this column's objects, learning them from `items`; gives whether it could."""
        if not self.openable(column):
            return False
        self._opened[column.path] = True
        column.values = column.numbers = 0
        place = self._all.index(column) + 1
        rest, self._all = self._all[place:], self._all[:place]
        settled, self._settled = self._settled, False
        for item in items:
            value = column.of(item)
            if isinstance(value, dict):
                self._see_object(column.path, value)
        self._settled = settled
        known = set(map(id, self._all))
        self._all += [c for c in rest if id(c) not in known]
        self._settle()
        return True

    def close(self, column: Column) -> Column | None:
        """Fold the fields beside this one back into their object's column, and give that column."""
        parent = column.path[:-1]
        if not parent:
            return None
        self._opened[parent] = False
        found = self._by_path.get(parent) or self._add(parent, before=column)
        found.seen = max(found.seen, LEAST_WIDTH)
        return found

    def widths(self, columns: list[Column], room: int, *, gap: int = 2) -> list[int]:
        """Cells for each column; where `room` is left, columns that were cut get it, left to right."""
        widths = [self._usual_width(column) for column in columns]
        spare = room - sum(widths) - gap * len(widths)
        for place, column in enumerate(columns):
            if spare <= 0:
                break
            wanted = column.longest if column.cells is None else column.cells
            more = min(spare, max(0, wanted - widths[place]))
            widths[place] += more
            spare -= more
        return widths

    def _extent(self) -> tuple[int, int, int]:
        return len(self._all), sum(c.seen for c in self._all), sum(c.longest for c in self._all)

    def _settle(self) -> None:
        self._settled = self._settled or bool(self._all)
        for column in self._all:
            column.fixed = column.fixed or column.values > 0

    def _usual_width(self, column: Column) -> int:
        if column.cells is not None:
            return column.cells
        name = min(self._width_of(column.name), USUAL_WIDTH)
        return max(LEAST_WIDTH, name, min(column.seen, USUAL_WIDTH))

    def opened(self) -> frozenset[Path]:
        """The paths of objects that are shown by their fields."""
        return frozenset(path for path, is_open in self._opened.items() if is_open)

    def _is_shown(self, column: Column) -> bool:
        return not column.hidden and self._is_there(column)

    def _is_there(self, column: Column) -> bool:
        if self._opened.get(column.path) and not column.values:
            return False
        return all(self._opened.get(column.path[:depth]) for depth in range(1, len(column.path)))

    def _see_object(self, path: Path, item: dict[str, Any]) -> None:
        for name, value in item.items():
            here = (*path, name)
            if isinstance(value, dict) and self._is_open(here, value):
                self._see_object(here, value)
            else:
                self._see_value(here, value)

    def _is_open(self, path: Path, value: dict[str, Any]) -> bool:
        if path not in self._opened and value:
            plain = not any(isinstance(inner, dict | list) for inner in value.values())
            small = len(value) <= SMALL_OBJECT and plain and len(path) == 1
            self._opened[path] = small and path not in self._by_path
        return self._opened.get(path, False)

    def _see_value(self, path: Path, value: Any) -> None:
        column = self._by_path.get(path)
        if column is None:
            if len(self._all) >= MOST_COLUMNS:
                self._left_out.add(path)
                return
            column = self._add(path)
        if value is None:
            return
        number = is_number(value)
        column.values += 1
        column.numbers += number
        cells = min(self._measure(value), NUMBER_WIDTH if number else MOST_WIDTH)
        column.longest = max(column.longest, cells)
        if not column.fixed or (number and column.numeric):
            column.seen = max(column.seen, cells)

    def _add(self, path: Path, *, before: Column | None = None) -> Column:
        column = Column(path)
        self._by_path[path] = column
        if before is not None:
            self._all.insert(self._all.index(before), column)
        elif self._settled or len(path) < 2:
            self._all.append(column)
        else:
            self._all.insert(self._place_beside(path), column)
        return column

    def _place_beside(self, path: Path) -> int:
        """Behind the last column of the same object."""
        for place in range(len(self._all) - 1, -1, -1):
            if self._all[place].path[: len(path) - 1] == path[:-1]:
                return place + 1
        return len(self._all)

    def __iter__(self) -> Iterator[Column]:
        return iter(self._all)
