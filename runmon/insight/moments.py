"""Time in a log: the line at a moment that a person names, and the silences between lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from runmon.insight.entries import MAX_LINES, stamp_time
from runmon.insight.sieve import Blocks

_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?(ms|s|sec|m|min|h|d)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?", re.ASCII)
_STAMP = re.compile(rb"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)", re.MULTILINE)
_DAY = timedelta(days=1)


def span_s(text: str) -> float | None:
    """Seconds of a span such as `90s`, `5m`, `1.5 h`; None where it is none."""
    found = _SPAN.fullmatch(text.strip())
    return float(found[1]) * _SECONDS[found[2]] if found else None


class Times(msgspec.Struct, frozen=True):
    """The times a log runs through, and the one it is looked at."""

    first: datetime
    last: datetime
    near: datetime
    zone: tzinfo | None = UTC
    """Where a time of day is meant; None: on this machine."""

    def named(self, text: str) -> datetime | None:
        """The moment meant by `12:31`, `-5m` (before the end), `+5m` (after the start), or an ISO time."""
        if text[:1] in ("-", "+") and (seconds := span_s(text[1:])) is not None:
            try:
                away = timedelta(seconds=seconds)
                return self.last - away if text[0] == "-" else self.first + away
            except OverflowError:
                return self.first if text[0] == "-" else self.last
        clock = _CLOCK.fullmatch(text)
        return self._time_of_day(clock) if clock else self._iso(text)

    def _time_of_day(self, clock: re.Match[str]) -> datetime | None:
        hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
        micro = int((clock[4] or "").ljust(6, "0"))
        try:
            there = self.near.astimezone(self.zone).replace(
                hour=hour, minute=minute, second=second, microsecond=micro
            )
        except ValueError:
            return None
        days = [there, there + _DAY, there - _DAY]
        return next((day for day in days if self.first - timedelta(minutes=1) <= day <= self.last), there)

    def _iso(self, text: str) -> datetime | None:
        try:
            then = datetime.fromisoformat(text)
        except ValueError:
            return None
        if then.tzinfo is not None:
            return then
        return then.replace(tzinfo=self.zone) if self.zone is not None else then.astimezone()


def line_at(moment: datetime, count: int, stamp: Callable[[int], str]) -> int:
    """The first of `count` lines that is not before a moment; the last where all are."""

    def time_of(n: int) -> datetime:
        stamps = (stamp(at) for at in range(n, min(n + MAX_LINES, count)))
        return next((stamp_time(found) for found in stamps if found), datetime.max.replace(tzinfo=UTC))

    return min(bisect_left(range(count), moment, key=time_of), max(count - 1, 0))


class Silence(msgspec.Struct, frozen=True):
    """A time without a line."""

    line: int
    """The line that ended it."""
    seconds: float


def silences(
    blocks: Iterable[tuple[int, bytes]], first: int, before: int, seconds: float
) -> Iterator[Silence | None]:
    """Silences of at least so long that ended with lines `first` … `before` - 1; None after every block.

    A silence is of a second at least: what is shorter may not be seen.
    """
    above = ""
    for start, block in blocks:
        if start >= before:
            return
        last = _last_stamp(block)
        if not (above and last and 0 <= _seconds(above, last) < seconds):
            yield from _in_block(start, block, above, first, before, seconds)
        above = last or above
        yield None


def _in_block(
    start: int, block: bytes, above: str, first: int, before: int, seconds: float
) -> Iterator[Silence]:
    line, counted = start, 0
    for found in _STAMP.finditer(block):
        stamp = found[1].decode()
        if above[:19] != stamp[:19]:
            gap = _seconds(above, stamp) if above else 0.0
            if gap >= seconds:
                line += block.count(b"\n", counted, found.start())
                counted = found.start()
                if first <= line < before:
                    yield Silence(line, gap)
        above = stamp


def _last_stamp(block: bytes) -> str:
    begin = len(block)
    while begin:
        begin = block.rfind(b"\n", 0, begin - 1) + 1
        if found := _STAMP.match(block[begin : begin + 40]):
            return found[1].decode()
    return ""


def _seconds(then: str, now: str) -> float:
    if then[:16] == now[:16]:
        return float(now[17:-1]) - float(then[17:-1])
    return (stamp_time(now) - stamp_time(then)).total_seconds()


def silence_before(log: Blocks, line: int, seconds: float) -> Iterator[Silence | None]:
    """The last silence that ended before a line; None after every look at whether to stop."""
    while line > 0:
        begin = log.line_before(line, 1 << 20)
        found: Silence | None = None
        for silence in silences(log.blocks(max(begin - 1, 0)), begin, line, seconds):
            found = silence or found
        if found is not None:
            yield found
            return
        yield None
        line = begin
