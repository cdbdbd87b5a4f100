"""The lines of a log that a filter keeps, as stretches: to keep nearly all of them costs nothing."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from runmon.model.search import Hits

Stretch = tuple[int, int]
"""First line, and the line after the last."""


class Kept:
    """Numbers of lines, in order. They are added at either end, while others are still looked at."""

    def __init__(self) -> None:
        self._firsts = array("q")
        """First line of each stretch."""
        self._places = array("q")
        """Its place among all kept lines, counted from wherever the first stretch ever added began."""
        self._end = 0
        """The place after the last line."""

    def __len__(self) -> int:
        return self._end - self._places[0] if self._places else 0

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number < self._after(at)

    def _after(self, at: int) -> int:
        """The line after stretch `at`."""
        end = self._places[at + 1] if at + 1 < len(self._places) else self._end
        return self._firsts[at] + end - self._places[at]

    def number(self, place: int) -> int:
        """The number of the line at a place, from 0. Raises IndexError outside."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        at = bisect_right(self._places, self._places[0] + place) - 1
        return self._firsts[at] + self._places[0] + place - self._places[at]

    def place(self, number: int) -> int:
        """How many kept lines stand before a line, kept or not."""
        at = bisect_right(self._firsts, number) - 1
        if at < 0:
            return 0
        return self._places[at] + min(number, self._after(at)) - self._firsts[at] - self._places[0]

    def stretches(self, first: int = 0) -> Iterable[Stretch]:
        """The stretches that end behind line `first`, in order."""
        begin = max(bisect_right(self._firsts, first) - 1, 0)
        found = ((self._firsts[at], self._after(at)) for at in range(begin, len(self._firsts)))
        return ((start, after) for start, after in found if after > first)

    def append(self, stretches: Iterable[Stretch]) -> None:
        """Add stretches behind the others; one that begins inside the last, or right behind it, joins it."""
        for first, after in stretches:
            last = self._after(len(self._firsts) - 1) if self._firsts else -1
            if first > last:
                self._firsts.append(first)
                self._places.append(self._end)
                last = first
            self._end += max(after - last, 0)

    def prepend(self, stretches: Sequence[Stretch]) -> None:
        """Add stretches before the others; one that ends inside the first, or right before it, joins it."""
        new = Kept()
        new.append(stretches)
        if new._firsts and self._firsts and new._after(len(new._firsts) - 1) >= self._firsts[0]:
            new.append([(self._firsts[0], self._after(0))])
            self._firsts, self._places = self._firsts[1:], self._places[1:]
        shift = (self._places[0] if self._places else self._end) - new._end
        self._places = array("q", (place + shift for place in new._places)) + self._places
        self._firsts = new._firsts + self._firsts

    def cut(self, number: int) -> None:
        """Keep nothing from a line on."""
        at = bisect_left(self._firsts, number)
        if at:
            self._end = min(self._places[at] if at < len(self._places) else self._end,
                            self._places[at - 1] + number - self._firsts[at - 1])  # fmt: skip
        elif self._places:
            self._end = self._places[0]
        del self._firsts[at:], self._places[at:]

    def count(self, hits: Hits, before: int | None = None) -> int:
        """How many of some lines are kept; of those before a line, where one is given."""
        lines = hits.lines
        stop = len(lines) if before is None else bisect_left(lines, before)
        if stop <= len(self._firsts):
            return sum(lines[at] in self for at in range(stop))
        found = 0
        for at, first in enumerate(self._firsts):
            begin = bisect_left(lines, first, 0, stop)
            found += bisect_left(lines, self._after(at), begin, stop) - begin
        return found
