"""The rows of the key list: families one after another, the key cut in its middle, its size at the right."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from runmon.model.keys import Family, family, ordered
from runmon.model.storages import KeyItem
from runmon.model.units import byte_size
from runmon.render.cells import Cell, middle_cut
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

SIZE_WIDTH = 8
TONES = {Family.INPUT: "text", Family.OUTPUT: "text", Family.STORED: "text", Family.SNAPSHOT: "text",
         Family.INTERNAL: "faint"}  # fmt: skip
SIGNS = {Family.SNAPSHOT: Cell("✖", "bad")}


class KeyRows:
    """A `TableSource` over keys."""

    def __init__(self, near_end: Callable[[], None]) -> None:
        self.keys: list[KeyItem] = []
        self._near_end = near_end
        self._width = 10

    def take(self, keys: Sequence[KeyItem]) -> None:
        """Show these keys."""
        self.keys = ordered(keys)

    def place_of(self, key: str) -> int:
        """The row of a key; 0 where it is not listed."""
        return next((row for row, item in enumerate(self.keys) if item.key == key), 0)

    def row_count(self) -> int:
        return len(self.keys)

    def heads(self, room: int) -> Sequence[Head]:
        self._width = max(room - SIZE_WIDTH - 2, 6)
        return [Head("key", self._width), Head("size", SIZE_WIDTH, right=True)]

    def row(self, number: int, first: int, last: int) -> Row | None:
        item = self.keys[number]
        kind = family(item.key)
        key = Cell(middle_cut(clean(item.key, limit=300), self._width), TONES[kind])
        size = Cell("" if item.size is None else byte_size(item.size), "quiet", True)
        return Row([key, size][first:last], SIGNS.get(kind, Cell(" ")))

    def identity(self, number: int) -> Hashable:
        return self.keys[number].key

    def prepare(self, first: int, last: int) -> bool:
        if last >= len(self.keys) - 50:
            self._near_end()
        return False
