"""How many errors a log had told of by when, from the stamps of their lines: for runs that nobody watched."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby

from runmon.insight.levels import errors_in
from runmon.insight.timeline import moment
from runmon.model.course import Moment

SPANS = 1024
"""Errors that lie nearer together than this share of the log are counted as one step."""
STEP_S = 1.0


class ErrorTotals:
    """Counts the errors of a log that passes by in blocks of lines. A clock that goes back stands still."""

    def __init__(self) -> None:
        self._times = array("d")
        self._began: float | None = None
        self._last = b""

    def through(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same blocks, counted."""
        for block in blocks:
            self.take(block, errors_in(block))
            yield block

    def take(self, block: bytes, errors: Iterable[int]) -> None:
        """Take the next block of lines, in which errors begin at these bytes."""
        if not self._last:
            self._began = _first_time(block.split(b"\n"))
        self._last = block
        latest = self._times[-1] if self._times else self._began
        for begins in errors:
            if latest is not None:
                latest = max(moment(block[begins : begins + 32]) or latest, latest)
                self._times.append(latest)

    def moments(self) -> list[Moment]:
        """The total at the ends of each step in which it grew, of the log's begin and of its end.

        Nothing where the log has no stamps.
        """
        began, ended = self._began, _first_time(reversed(self._last.split(b"\n")))
        if began is None or ended is None:
            return []
        ended = max([ended, *self._times[-1:]])
        step = max((ended - began) / SPANS, STEP_S)
        told, total = [Moment(began, errors=0.0)], 0
        for place, errors in groupby(self._times, lambda time: int((time - began) // step)):
            told.append(Moment(began + place * step, errors=float(total)))
            total += sum(1 for _ in errors)
            told.append(Moment(began + (place + 1) * step, errors=float(total)))
        return [*told, Moment(max(ended, told[-1].at), errors=float(total))]


def _first_time(lines: Iterable[bytes]) -> float | None:
    return next((time for time in map(moment, lines) if time is not None), None)
