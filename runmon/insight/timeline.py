"""When the lines of a log were written, known at a knot here and there: enough for its volume over time.

Between two knots either nearly no time passes or no stamped line stands. So a block of 64 KiB in which the
clock hardly moves costs two stamps, and a silence is found by halving.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from runmon.insight.entries import stamp_time
from runmon.insight.json_records import json_record

SHARES = 512
"""Times that lie nearer together than this share of the whole log are taken as one."""
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)


def moment(raw: bytes) -> float | None:
    """The POSIX time of the stamp that a line begins with, else of what it holds as JSON, or None."""
    if raw[:1] == b"{":
        record = json_record(raw.removesuffix(b"\r"), rest=False)
        return stamp_time(record.time).timestamp() if record and record.time else None
    found = _STAMP.match(raw[:32])
    return stamp_time(found[0].decode()).timestamp() if found else None


class Volume(msgspec.Struct, frozen=True):
    """How many lines came when: the log in equal spans of time, or of lines where there are no stamps."""

    edges: Sequence[int]
    """First line of each span, and the line after the last."""
    began: float | None
    """POSIX time of the first stamp; None: cut by lines."""
    ended: float = 0.0

    @property
    def spans(self) -> int:
        """How many spans there are."""
        return len(self.edges) - 1

    @property
    def seconds(self) -> float:
        """How long a span is; 0 where it is cut by lines."""
        return 0.0 if self.began is None else (self.ended - self.began) / self.spans

    def lines(self) -> list[int]:
        """Lines of each span."""
        return [after - first for first, after in pairwise(self.edges)]

    def among(self, chosen: Sequence[int]) -> list[int]:
        """How many of some lines, given in order, lie in each span."""
        places = [bisect_left(chosen, edge) for edge in self.edges]
        return [after - first for first, after in pairwise(places)]

    def span_of(self, line: int) -> int:
        """The span in which a line lies."""
        return min(max(bisect_left(self.edges, line + 1) - 1, 0), self.spans - 1)


class Timeline:
    """Knots (line, time) of a log that arrives in pieces; lines before `scanned` have been taken.

    A clock that goes back is taken to stand still.
    """

    def __init__(self) -> None:
        self.scanned = 0
        self._lines = array("Q")
        self._times = array("d")

    def __len__(self) -> int:
        return len(self._lines)

    def take(self, first: int, block: bytes, *, until: float | None = None) -> None:
        """Take the whole lines of a block that begins with line `first`; those taken before are skipped.

        `until` is the time of the last stamp there is, where that is known already.
        """
        lines = block.split(b"\n")[:-1][max(self.scanned - first, 0) :]
        if not lines:
            return
        low, high = _stamped(lines, range(len(lines))), _stamped(lines, range(len(lines) - 1, -1, -1))
        if low is not None and high is not None:
            began = self._times[0] if self._times else low[1]
            near = max((until or high[1]) - began, 0.0) / SHARES
            for at, time in (low, *_between(lines, low, high, near), high):
                self._knot(self.scanned + at, time, near)
        self.scanned += len(lines)

    def _knot(self, line: int, time: float, near: float) -> None:
        times = self._times
        time = max(time, times[-1]) if times else time
        if self._lines and line <= self._lines[-1]:
            return
        if len(times) > 1 and time - times[-2] <= near:
            times.pop(), self._lines.pop()
        times.append(time)
        self._lines.append(line)

    def volume(self, spans: int) -> Volume:
        """The log so far in so many spans; by lines where no time passes."""
        times = self._times
        if len(times) < 2 or times[0] == times[-1]:
            return Volume([self.scanned * n // spans for n in range(spans + 1)], None)
        began, ended = times[0], times[-1]
        inner = (bisect_left(times, began + (ended - began) * n / spans) for n in range(1, spans))
        return Volume([0, *(self._lines[knot] for knot in inner), self.scanned], began, ended)


def _stamped(lines: Sequence[bytes], places: range) -> tuple[int, float] | None:
    """The first of some lines that has a stamp, and its time."""
    for at in places:
        if (time := moment(lines[at])) is not None:
            return at, time
    return None


def _between(
    lines: Sequence[bytes], low: tuple[int, float], high: tuple[int, float], near: float
) -> list[tuple[int, float]]:
    """Knots between two, in order, until what is left between is near in time or has no stamp."""
    if high[0] - low[0] < 2 or high[1] - low[1] <= near:
        return []
    middle = (low[0] + high[0]) // 2
    found = _stamped(lines, range(middle, low[0], -1)) or _stamped(lines, range(middle + 1, high[0]))
    if found is None:
        return []
    return [*_between(lines, low, found, near), found, *_between(lines, found, high, near)]
