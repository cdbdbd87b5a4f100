"""A log of any size: its bytes in a file, its lines counted per block, not indexed one by one."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from runmon.model.spool import FileSeen, Spool

BLOCK = 64 * 1024
"""Blocks close at the first newline past this many bytes."""
CACHED_BLOCKS = 8
LARGE_BLOCKS = 4
"""A block so many times as long is one line, and is not kept in memory."""

Blocks = Iterator[tuple[int, bytes]]


class Change(msgspec.Struct, frozen=True):
    """How what was shown before became what is shown now: the step from one generation to the next."""

    kept: int
    """Bytes before this one did not change."""
    moved: int
    """Lines that came in front: line n is line n + moved now."""


class LineIndex:
    """Where the lines of bytes `first` … `end` begin, at one entry per block of at least 64 KiB.

    A line as long as that is a block of its own, also while it is still growing.
    """

    def __init__(self, first: int = 0) -> None:
        self.starts = array("Q", [first])
        """First byte of each block, always the first of a line; the last block is still growing."""
        self.lines_before = array("Q", [0])
        """Lines before each block."""
        self.end = first
        self.newlines = 0
        self.line_began = first
        """The byte after the last newline."""

    @property
    def lines(self) -> int:
        """Lines, an unfinished last one included."""
        return self.newlines + (self.line_began < self.end)

    def grow(self, data: bytes) -> None:
        """Take the bytes that follow `end`."""
        began = self.end
        for at in range(0, len(data), BLOCK):
            last = min(at + BLOCK, len(data))
            newline = data.find(b"\n", at, last)
            if began + (newline if newline >= 0 else last) - self.line_began >= BLOCK:
                self._begin_block()
                if newline >= 0:
                    self.newlines, self.line_began = self.newlines + 1, began + newline + 1
                    self._begin_block()
                    at = newline + 1
            if found := data.count(b"\n", at, last):
                self.newlines += found
                self.line_began = began + data.rfind(b"\n", at, last) + 1
                if self.line_began - self.starts[-1] >= BLOCK:
                    self._begin_block()
        self.end = began + len(data)

    def _begin_block(self) -> None:
        if self.line_began > self.starts[-1]:
            self.starts.append(self.line_began)
            self.lines_before.append(self.newlines)

    def block_with_line(self, n: int) -> int:
        """The number of the block that holds line `n`."""
        return bisect_right(self.lines_before, n) - 1

    def block_with_byte(self, byte: int) -> int:
        """The number of the block that holds a byte."""
        return max(0, bisect_right(self.starts, byte) - 1)

    def span(self, block: int) -> tuple[int, int]:
        """First byte of a block, and the byte after its last."""
        after = block + 1
        return self.starts[block], self.starts[after] if after < len(self.starts) else self.end

    def lines_of(self, block: int) -> tuple[int, int]:
        """First line of a block, and the line after its last."""
        after = block + 1
        last = self.lines_before[after] if after < len(self.starts) else self.lines
        return self.lines_before[block], last

    def lone_line(self, n: int) -> tuple[int, int] | None:
        """First byte of a line that is a block of its own, and the byte after its last; None for others."""
        block = self.block_with_line(n)
        first, after = self.lines_of(block)
        if after - first != 1:
            return None
        start, end = self.span(block)
        return start, end - (n < self.newlines)

    def cut(self, block: int, kept: bytes) -> None:
        """End inside `block`, whose bytes up to there are `kept`."""
        del self.starts[block + 1 :], self.lines_before[block + 1 :]
        self.end = self.line_began = self.starts[block]
        self.newlines = self.lines_before[block]
        self.grow(kept)


class LogBuffer:
    """The bytes of a log as they came, and its lines as `bytes.split(b"\\n")` would give them.

    An empty piece after the last newline is no line; an unfinished last line is one. `read` and `blocks` can
    be used in a thread while the owner appends; whoever keeps line numbers compares `generation` before using
    them. Offsets are the server's: a buffer begun at its tail (`begin_at`) shows the lines of the tail only,
    until `fill` has brought everything before it. Raises LocalFault where the disk takes no more.
    The bytes of a file of this machine can be left there (`lend`). Should it change, they are `lost`.
    """

    def __init__(self) -> None:
        self._spool = Spool()
        self._shown = LineIndex()
        self._head: LineIndex | None = None
        self._cache: OrderedDict[int, tuple[int, list[bytes]]] = OrderedDict()
        self.changes: list[Change] = []
        """`changes[g]` leads from generation g to g + 1."""
        self.losses = 0
        """How often all bytes were lost."""

    @property
    def size(self) -> int:
        """Bytes of the log up to the last one known, those before `start` included."""
        return self._shown.end

    @property
    def start(self) -> int:
        """The first byte that can be read; 0 unless the head is still missing."""
        return self._shown.starts[0]

    @property
    def filled(self) -> int:
        """Bytes here without a gap, from byte 0 on; equals `size` unless the head is still missing."""
        return self._head.end if self._head is not None else self.size

    @property
    def lines(self) -> int:
        """Lines that can be read, an unfinished last one included."""
        return self._shown.lines

    @property
    def whole_lines(self) -> int:
        """Lines that end in a newline."""
        return self._shown.newlines

    @property
    def intact(self) -> bool:
        """Whether what can be read is what came; else it will be `lost`."""
        return self._spool.intact

    @property
    def generation(self) -> int:
        """Grows whenever lines that could be read before changed or moved."""
        return len(self.changes)

    def append(self, data: bytes) -> None:
        """Take the bytes that follow `size`."""
        self._spool.write(data, self._shown.end)
        self._shown.grow(data)

    def lend(self, lender: FileSeen | None) -> None:
        """Say which file, if any, holds the bytes that come next; what another one lent is copied first."""
        if self._spool.lender is None:
            if lender is not None and not self.size:
                self._spool.borrow(lender)
        elif lender != self._spool.lender:
            self._take_over()

    def _take_over(self) -> None:
        if not self._spool.take_over([(0, self.filled), (self.start, self.size)]):
            self._lose()

    def lost(self) -> bool:
        """Whether the file that lends the bytes has changed: they are gone, and the buffer is empty again."""
        if self._spool.intact:
            return False
        self._spool.leave()
        self._lose()
        return True

    def _lose(self) -> None:
        self.losses += 1
        self._show(LineIndex(), None, Change(0, 0))

    def begin_at(self, first: int) -> None:
        """Let an empty buffer begin at byte `first`, the first of a line; `fill` brings what lies before."""
        if self.size:
            raise ValueError("the buffer has bytes already")
        if first:
            self._head, self._shown = LineIndex(), LineIndex(first)

    def fill(self, data: bytes) -> bool:
        """Take the next bytes of the missing head, not past the tail; True once the head has met it."""
        head = self._head
        if head is None:
            return True
        wanted = data[: self.start - head.end]
        self._spool.write(wanted, head.end)
        head.grow(wanted)
        if head.end == self.start:
            self._join(head)
        return self._head is None

    def _join(self, head: LineIndex) -> None:
        moved, size = head.newlines, self.size
        for at in range(head.end, size, BLOCK * 16):
            head.grow(self._spool.read(at, min(size, at + BLOCK * 16)))
        self._show(head, None, Change(size, moved))

    def truncate(self, size: int) -> None:
        """Forget every byte from `size` on; where that leaves only a part of the head, the head is shown."""
        if size >= self.size:
            return
        if self._spool.lender is not None:
            self._take_over()
        index = self._shown if size > self.start or self._head is None else self._head
        size = min(max(size, index.starts[0]), index.end)
        block = index.block_with_byte(size)
        index.cut(block, self._spool.read(index.starts[block], size))
        self._spool.cut(size)
        self._show(index, self._head if index is self._shown else None, Change(size, 0))

    def _show(self, index: LineIndex, head: LineIndex | None, change: Change) -> None:
        self._shown, self._head = index, head
        self._cache.clear()
        self.changes.append(change)

    def close(self) -> None:
        """Give the file back. Nothing can be read afterwards."""
        self._cache.clear()
        self._spool.close()

    def line(self, n: int) -> bytes:
        """Line `n` (from 0) without its newline. Raises IndexError outside."""
        if not 0 <= n < self.lines:
            raise IndexError(n)
        if (lone := self._shown.lone_line(n)) is not None:
            return self._spool.read(*lone)
        block = self._shown.block_with_line(n)
        return self._lines_of(block)[n - self._shown.lines_before[block]]

    def line_span(self, n: int) -> tuple[int, int]:
        """The byte with which line `n` begins, and the one after its last. Raises IndexError outside."""
        if 0 <= n < self.lines and (lone := self._shown.lone_line(n)) is not None:
            return lone
        start = self.line_start(n)
        return start, start + len(self.line(n))

    def line_head(self, n: int, size: int) -> bytes:
        """The first `size` bytes of line `n`. Raises IndexError outside."""
        if 0 <= n < self.lines and (lone := self._shown.lone_line(n)) is not None:
            return self._spool.read(lone[0], min(lone[1], lone[0] + size))
        return self.line(n)[:size]

    def slice_lines(self, first: int, count: int) -> list[bytes]:
        """Up to `count` lines from line `first` on; fewer at the end."""
        last = min(first + count, self.lines)
        found: list[bytes] = []
        at = max(first, 0)
        while at < last:
            block = self._shown.block_with_line(at)
            before, after = self._shown.lines_of(block)
            found += self._lines_of(block)[at - before : min(last, after) - before]
            at = min(last, after)
        return found

    def line_at(self, byte: int) -> int:
        """The number of the line that holds a byte (its newline belongs to it). Raises IndexError outside."""
        if not self.start <= byte < self.size:
            raise IndexError(byte)
        block = self._shown.block_with_byte(byte)
        before = self._spool.read(self._shown.starts[block], byte)
        return self._shown.lines_before[block] + before.count(b"\n")

    def line_start(self, n: int) -> int:
        """The byte with which line `n` begins; `lines` itself gives `size`. Raises IndexError outside."""
        if n == self.lines:
            return self.size
        if not 0 <= n < self.lines:
            raise IndexError(n)
        if (lone := self._shown.lone_line(n)) is not None:
            return lone[0]
        block = self._shown.block_with_line(n)
        before = self._lines_of(block)[: n - self._shown.lines_before[block]]
        return self._shown.starts[block] + sum(map(len, before)) + len(before)

    def read(self, first: int, last: int) -> bytes:
        """Bytes `first` … `last` - 1, as far as they are here without a gap."""
        return self._spool.read(first, min(last, self.filled if first < self.start else self.size))

    def line_before(self, n: int, size: int) -> int:
        """A line about `size` bytes before line `n`; made for a thread, as `blocks` is."""
        index = self._shown
        begins = index.starts[index.block_with_line(max(n - 1, 0))]
        return index.lines_before[index.block_with_byte(max(begins - size, index.starts[0]))]

    def blocks(self, first_line: int = 0, *, skip: int = 0, open_line: int | None = None) -> Blocks:
        """(first line, bytes) block by block, from the block that holds `first_line` on.

        A block is 64 KiB or somewhat more, or one line, and ends on a newline, but for the last. Made for a
        thread that searches: it ends early when the generation changes. The first `skip` bytes of line
        `first_line` are left out where it is a block; so is, of an unfinished line that is one, all but the
        first `open_line` bytes.
        """
        generation, index = self.generation, self._shown
        block, at = index.block_with_line(max(first_line, 0)), 0
        while block < len(index.starts) and generation == self.generation:
            (at, end), (first, after) = index.span(block), index.lines_of(block)
            if skip and first == first_line and after - first == 1:
                at = min(at + skip, end)
            if open_line is not None and after - first == 1 and first >= index.newlines:
                end = min(at + open_line, end)
            if at < end:
                yield first, self._spool.read(at, end)
            block += 1

    def _lines_of(self, block: int) -> list[bytes]:
        start, end = self._shown.span(block)
        if end - start > LARGE_BLOCKS * BLOCK:
            return self._spool.read(start, end).split(b"\n")
        known = self._cache.get(start)
        if known is None:
            lines = self._spool.read(start, end).split(b"\n")
        elif known[0] == end:
            self._cache.move_to_end(start)
            return known[1]
        else:
            lines = known[1]
            first, *rest = self._spool.read(known[0], end).split(b"\n")
            lines[-1] += first
            lines += rest
        before, after = self._shown.lines_of(block)
        lines += [b""] * (after - before - len(lines))  # until it is noticed that the lender has changed
        self._cache[start] = (end, lines)
        if len(self._cache) > CACHED_BLOCKS:
            self._cache.popitem(last=False)
        return lines
