"""The items of a dataset that are in hand: blocks of rows over offset and limit, with holes, within a budget.

A dataset only grows, so a row once read stays right. What is not in hand is a hole: `want` says what to ask.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from runmon.model.asked import BUDGET, OVERHEAD, REQUEST_BYTES, ROW_LIMIT, WITHHELD, Asked, Span, weight
from runmon.model.storages import ItemsPage

BLOCK = 16
"""Rows per block, the unit in which the least recently used rows are let go."""


class Pages(Asked):
    """Rows by offset. Bytes held stay near `budget`; a row above `row_limit` bytes is only noted."""

    def __init__(
        self,
        *,
        budget: int = BUDGET,
        request_bytes: int = REQUEST_BYTES,
        row_limit: int = ROW_LIMIT,
    ) -> None:
        super().__init__(budget=budget, request_bytes=request_bytes, row_limit=row_limit)
        self._blocks: OrderedDict[int, list[msgspec.Raw]] = OrderedDict()
        self._window = range(0)
        self._end_seen: int | None = None
        self.reported = 0
        """Items as the server last counted them; lags behind what it holds."""
        self.seen = 0
        """One past the highest row ever read: so many items exist for certain."""
        self.held = 0
        """Bytes in hand, an estimate of the memory they take."""

    @property
    def count(self) -> int:
        """Rows to show: what the server reports, and never fewer than were read."""
        return max(self.reported, self.seen)

    @property
    def settling(self) -> bool:
        """Whether the server's count and the items that it gave disagree at this moment."""
        return self.reported < self.seen or (self._end_seen is not None and self._end_seen < self.reported)

    def grew(self, reported: int | None) -> None:
        """Take a count from the dataset's metadata; None and negative counts say nothing."""
        if reported is not None and reported >= 0:
            if reported != self.reported:
                self._end_seen = None
            self.reported = reported

    def get(self, row: int) -> msgspec.Raw | None:
        """The JSON text of one row; None where it is not in hand."""
        block = self._blocks.get(row // BLOCK)
        if block is None or row < 0 or row % BLOCK >= len(block):
            return None
        self._blocks.move_to_end(row // BLOCK)
        return block[row % BLOCK]

    def in_hand(self) -> Iterator[tuple[int, msgspec.Raw]]:
        """All rows in hand, in ascending order."""
        for number in sorted(self._blocks):
            for place, raw in enumerate(self._blocks[number]):
                yield number * BLOCK + place, raw

    def want(self, first: int, last: int, *, ahead: int = 0) -> Span | None:
        """The next request for rows `first` … `last` and up to `ahead` more; None if none is needed.

        Rows that are asked for already, or lie behind the end that the server gave, are not asked for again.
        The stretch may pass the count: a server's count lags behind the items that it gives. The rows of the
        latest window are never let go.
        """
        self._window = range(max(first, 0) // BLOCK, max(last, 0) // BLOCK + 1)
        last = min(last, self._limit() - 1)
        hole = next((row for row in range(max(first, 0), last + 1) if self._is_hole(row)), None)
        if hole is None:
            return None
        start = hole // BLOCK * BLOCK + len(self._blocks.get(hole // BLOCK, ()))
        room, wanted = self._size.rows, last + ahead + 1
        end = start + 1
        while end < max(wanted, hole + 1) and end - start < room and self._is_hole(end):
            end += 1
        return Span(start, end - start)

    def place(self, span: Span) -> tuple[int, int]:
        """Offset and limit that ask for these rows."""
        return span.first, span.length

    def answered(self, span: Span, page: ItemsPage) -> None:
        """Take the answer to a request."""
        self._ended(span)
        if page.total is not None:
            self.reported = max(self.reported, page.total)
        rows = list(page.items[: span.length])
        rows += [WITHHELD] * (min(page.scanned, span.length) - len(rows))
        self._put(page.offset, rows)
        if len(rows) < span.length:
            self._end_seen = page.offset + len(rows)
        self._let_go(keep=Span(page.offset, len(rows)))

    def clear(self) -> None:
        """Forget everything: another dataset follows."""
        self._blocks.clear()
        self._asked.clear()
        self._end_seen = None
        self.reported = self.seen = self.held = 0

    def _limit(self) -> int:
        return self.count if self._end_seen is None else max(self.seen, self._end_seen)

    def _is_hole(self, row: int) -> bool:
        block = self._blocks.get(row // BLOCK)
        if block is not None and row % BLOCK < len(block):
            return False
        return not any(span.first <= row < span.end for span in self._asked)

    def _put(self, first: int, rows: list[msgspec.Raw]) -> None:
        sizes = list(map(weight, rows))
        at = 0
        while at < len(rows):
            number = (first + at) // BLOCK
            end = min(len(rows), (number + 1) * BLOCK - first)
            block = self._blocks.setdefault(number, [])
            self._extend(number, block, rows, sizes, first, end)
            self._blocks.move_to_end(number)
            at = end
        self.seen = max(self.seen, first + len(rows))
        self._size.learn(len(rows), sum(sizes))
        self._drop_empty()

    def _extend(
        self,
        number: int,
        block: list[msgspec.Raw],
        rows: list[msgspec.Raw],
        sizes: list[int],
        first: int,
        end: int,
    ) -> None:
        """Append to a block the rows behind those that it has, if they follow them."""
        for place in range(number * BLOCK + len(block) - first, end):
            if place < 0:
                return
            kept = sizes[place] <= self._row_limit
            if not kept:
                self.heavy[first + place] = sizes[place]
            block.append(rows[place].copy() if kept else WITHHELD)
            self.held += (sizes[place] if kept else 0) + OVERHEAD

    def _drop_empty(self) -> None:
        for number in [n for n, block in self._blocks.items() if not block]:
            del self._blocks[number]

    def _let_go(self, *, keep: Span) -> None:
        kept = {*range(keep.first // BLOCK, (keep.end - 1) // BLOCK + 1), *self._window}
        for number in [n for n in self._blocks if n not in kept]:
            if self.held <= self._budget:
                return
            self.held -= sum(weight(raw) + OVERHEAD for raw in self._blocks.pop(number))
