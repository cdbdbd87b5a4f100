"""The lines of a text of megabytes without an object for each: counted by blocks, split when looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

BLOCK = 64 * 1024
"""Blocks end at the first newline past this many bytes."""
KEPT = 8


class SplitLines(Sequence[bytes]):
    """What `text.split(b"\\n")` gives, at the cost of counting newlines."""

    def __init__(self, text: bytes) -> None:
        self.joined = text
        """All of it."""
        self._starts, self._firsts = [0], [0]
        lines = 0
        while (end := text.find(b"\n", self._starts[-1] + BLOCK)) >= 0:
            lines += text.count(b"\n", self._starts[-1], end + 1)
            self._starts.append(end + 1)
            self._firsts.append(lines)
        self._count = lines + text.count(b"\n", self._starts[-1]) + 1
        self._block = lru_cache(KEPT)(self._split)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, n: int) -> bytes: ...
    @overload
    def __getitem__(self, n: slice) -> list[bytes]: ...
    def __getitem__(self, n: int | slice) -> bytes | list[bytes]:
        if isinstance(n, slice):
            return [self[each] for each in range(*n.indices(self._count))]
        n = n + self._count if n < 0 else n
        if not 0 <= n < self._count:
            raise IndexError(n)
        block = bisect_right(self._firsts, n) - 1
        return self._block(block)[n - self._firsts[block]]

    def __iter__(self) -> Iterator[bytes]:
        for block in range(len(self._starts)):
            yield from self._split(block)

    def _split(self, block: int) -> list[bytes]:
        after = block + 1
        end = self._starts[after] - 1 if after < len(self._starts) else len(self.joined)
        return self.joined[self._starts[block] : end].split(b"\n")
