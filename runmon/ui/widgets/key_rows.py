"""The rows of the key list: families one after another, the key cut in its middle, its size at the right."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from runmon.model.key_list import Group, Key, KeyList
from runmon.model.keys import Family, family
from runmon.model.units import byte_size, grouped
from runmon.render.cells import Cell, cut, middle_cut
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

SIZE_WIDTH = 8
NAMES = {Family.SNAPSHOT: "error snapshots", Family.INTERNAL: "Crawlee's own"}
BLANK, SNAPSHOT = Cell(" "), Cell("✖", "bad")
OPEN, FOLDED = Cell("▾", "quiet"), Cell("▸", "quiet")


class KeyRows:
    """A `TableSource` over keys and groups of them."""

    def __init__(self, near_end: Callable[[], None]) -> None:
        self.list = KeyList()
        self._near_end = near_end
        self._width = 10

    def row_count(self) -> int:
        return len(self.list)

    def heads(self, room: int) -> Sequence[Head]:
        self._width = max(room - SIZE_WIDTH - 2, 6)
        return [Head("key", self._width), Head("size", SIZE_WIDTH, right=True)]

    def row(self, number: int, first: int, last: int) -> Row | None:
        shown = self.list[number]
        return self._group(shown, first, last) if isinstance(shown, Group) else self._key(shown, first, last)

    def identity(self, number: int) -> Hashable:
        shown = self.list[number]
        return shown.key if isinstance(shown, Key) else None

    def prepare(self, first: int, last: int) -> bool:
        if last >= len(self.list) - 50:
            self._near_end()
        return False

    def _group(self, group: Group, first: int, last: int) -> Row:
        words = f"{grouped(group.count)} {NAMES[group.family]}"
        cells = [Cell(cut_to(words, self._width), "quiet"), Cell(byte_size(group.size), "faint", True)]
        return Row(cells[first:last], FOLDED if group.folded else OPEN)

    def _key(self, key: Key, first: int, last: int) -> Row:
        from runmon.insight.snapshots import named

        kind, text = family(key.key), clean(key.key, limit=300)
        parts = named(key.key) if not self.list.sought else None
        if parts is not None:
            text = "  " + clean(f"{parts.message or parts.digest}{parts.ending}", limit=300)
        elif kind is Family.INTERNAL and not self.list.sought:
            text = f"  {text}"
        tone = "quiet" if kind is Family.INTERNAL else "text"
        size = Cell("" if key.size is None else byte_size(key.size), "quiet", True)
        sign = SNAPSHOT if kind is Family.SNAPSHOT else BLANK
        return Row([Cell(middle_cut(text, self._width), tone), size][first:last], sign)


def cut_to(text: str, room: int) -> str:
    """The start of a text of single cells that is too long."""
    return text if len(text) <= room else cut(text, room)
