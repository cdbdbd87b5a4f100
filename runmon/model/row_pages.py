"""Rows that a server makes of items: none, one or several of each, so that nobody knows beforehand how many.

They are read from one end on. What was read once has its place for good, whether it is still in hand or not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from runmon.model.asked import BUDGET, OVERHEAD, REQUEST_BYTES, ROW_LIMIT, WITHHELD, Asked, Span, weight
from runmon.model.storages import ItemsPage


class Spot(msgspec.Struct, frozen=True):
    """Where a row comes from: a request for `limit` items from `offset` gives it as its `index`-th row."""

    offset: int
    limit: int
    index: int = 0


class _Part(msgspec.Struct):
    """The rows made of some items."""

    span: Span
    row: int
    count: int
    rows: list[msgspec.Raw] | None
    """None: let go."""


class RowPages(Asked):
    """Rows by number, of `items` items. Spans count items from the end that is read first.

    Newest first: new items are left aside, since they would move every row.
    """

    def __init__(
        self,
        items: int,
        *,
        newest: bool = False,
        budget: int = BUDGET,
        request_bytes: int = REQUEST_BYTES,
        row_limit: int = ROW_LIMIT,
    ) -> None:
        super().__init__(budget=budget, request_bytes=request_bytes, row_limit=row_limit)
        self.items = items
        """Items there are, as far as is known; newest first: as there were at the beginning."""
        self.newest = newest
        self.read = 0
        """Items that rows were made of so far."""
        self.count = 0
        """Rows read so far."""
        self.settling = False
        self._parts: list[_Part] = []
        self._starts: list[int] = []
        self._in_hand: OrderedDict[int, int] = OrderedDict()
        self._all_read = False
        self._window = range(0)

    @property
    def complete(self) -> bool:
        """Whether every item there is was read."""
        return self._all_read or self.read >= self.items

    def grew(self, reported: int | None) -> None:
        """Take a newer count of items."""
        if reported is not None and reported > self.items and not self.newest:
            self.items, self._all_read = reported, False

    def get(self, row: int) -> msgspec.Raw | None:
        """The JSON text of one row; None where it is not in hand."""
        number = self._part_of(row)
        if number is None or (rows := self._parts[number].rows) is None:
            return None
        self._in_hand.move_to_end(number)
        return rows[row - self._parts[number].row]

    def in_hand(self) -> Iterator[tuple[int, msgspec.Raw]]:
        """All rows in hand, in ascending order."""
        for part in self._parts:
            yield from enumerate(part.rows or (), part.row)

    def want(self, first: int, last: int, *, ahead: int = 0) -> Span | None:
        """The next request for rows `first` … `last` and `ahead` more; None if none is needed."""
        self._window = range(first, last + 1)
        if self._asked:
            return None
        gone = (part for part in self._parts if part.rows is None and self._shows(part))
        if (part := next(gone, None)) is not None:
            return part.span
        if self.complete or last + ahead < self.count:
            return None
        return Span(self.read, min(self._size.rows, self.items - self.read))

    def place(self, span: Span) -> tuple[int, int]:
        """Offset and limit that ask for these items."""
        return (self.items - span.end if self.newest else span.first), span.length

    def where(self, row: int) -> Spot | None:
        """How to read a row by itself; None for one that was never read."""
        number = self._part_of(row)
        if number is None:
            return None
        part = self._parts[number]
        index = row - part.row
        offset, limit = self.place(part.span)
        return Spot(offset, limit, part.count - 1 - index if self.newest else index)

    def answered(self, span: Span, page: ItemsPage) -> None:
        """Take the answer to a request."""
        self._ended(span)
        rows = list(reversed(page.items) if self.newest else page.items)
        if span.first < self.read:
            self._again(span, rows)
        elif page.scanned or self.newest:
            scanned = span.length if self.newest else min(page.scanned, span.length)
            self._append(Span(span.first, scanned), rows)
            self.grew(page.total)
        else:
            self._all_read = True
        self._let_go()

    def _append(self, span: Span, rows: list[msgspec.Raw]) -> None:
        number = len(self._parts)
        self._parts.append(_Part(span, self.count, len(rows), None))
        self._starts.append(self.count)
        self.read, self.count = span.end, self.count + len(rows)
        self._size.learn(span.length, sum(map(weight, rows)))
        self._hold(number, rows)

    def _again(self, span: Span, rows: list[msgspec.Raw]) -> None:
        """Rows that had been let go came again; their number stays, whatever the server did meanwhile."""
        for number, part in enumerate(self._parts):
            if part.span == span and part.rows is None:
                lacking = [WITHHELD] * (part.count - len(rows))
                self._hold(number, [*rows[: part.count], *lacking])

    def _hold(self, number: int, rows: list[msgspec.Raw]) -> None:
        part = self._parts[number]
        sizes = list(map(weight, rows))
        self.heavy |= {part.row + at: size for at, size in enumerate(sizes) if size > self._row_limit}
        part.rows = [
            raw.copy() if size <= self._row_limit else WITHHELD for raw, size in zip(rows, sizes, strict=True)
        ]
        self._in_hand[number] = sum(map(weight, part.rows)) + OVERHEAD * len(rows)

    def _let_go(self) -> None:
        kept = sum(self._in_hand.values())
        for number in list(self._in_hand):
            if kept <= self._budget:
                return
            if not self._shows(self._parts[number]):
                kept -= self._in_hand.pop(number)
                self._parts[number].rows = None

    def _shows(self, part: _Part) -> bool:
        return part.row < self._window.stop and part.row + part.count > self._window.start

    def _part_of(self, row: int) -> int | None:
        """The number of the part with this row: of parts without rows none is ever meant."""
        if not 0 <= row < self.count:
            return None
        return bisect_right(self._starts, row) - 1
