"""The lines of a log buffer as they are shown, each with its entry's level. Only what shows is read."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace
from rich.text import Text

from runmon.insight.entries import (
    MAX_LINES,
    Entry,
    Level,
    Parts,
    Shape,
    entry_of,
    joins,
    parse,
    parse_line,
    stamp_time,
    visible,
)
from runmon.insight.frames import Frame, frame_of
from runmon.insight.json_records import JsonRecord, json_record
from runmon.insight.moments import Times
from runmon.insight.telling import Telling
from runmon.model.log import LogBuffer
from runmon.render.log_line import Clock, Stamps, json_line, log_line
from runmon.render.untrusted import line

KEPT = 4096
"""Lines whose parts and level are remembered."""
SHOWN = 16_384
"""Characters kept of what a long line of JSON says: more than a row shows."""


class LogLines:
    """A log as a source of lines. Call `changed` before asking again once the buffer has grown."""

    def __init__(self, buffer: LogBuffer, clock: Clock | None = None) -> None:
        self.buffer = buffer
        self.telling = Telling(buffer)
        self.clock = clock or Clock()
        self._count = buffer.lines
        self._generation = buffer.generation
        self.moved = 0
        """By how much the numbers of lines grew when they were last rewritten."""
        self._seen: dict[int, tuple[str, Parts]] = {}
        self._long: dict[int, JsonRecord] = {}
        self._levels: dict[int, Level] = {}

    def changed(self) -> bool:
        """Take note of what the buffer holds now; True where lines that were there have changed."""
        rewritten = self._generation != self.buffer.generation
        if rewritten:
            self.moved = sum(change.moved for change in self.buffer.changes[self._generation :])
        if rewritten or len(self._seen) > KEPT:
            self._seen.clear()
            self._long.clear()
            self._levels.clear()
        self._generation = self.buffer.generation
        last = self._count - 1
        self._seen.pop(last, None)
        self._long.pop(last, None)
        self._levels.pop(last, None)
        self._count = self.buffer.lines
        return rewritten

    def line_count(self) -> int:
        """Lines, an unfinished last one included."""
        return self._count

    def blocks(self, first_line: int) -> Iterator[tuple[int, bytes]]:
        """The raw bytes from the block that holds a line on, with the number of the first line of each."""
        return self.buffer.blocks(first_line)

    def text(self, n: int) -> Text:
        """Line `n` as it is shown."""
        text, parts = self._at(n)
        if (record := self._record(n)) is not None:
            return json_line(record, stamp=self._stamp(n, text, parts))
        shown = line(self._raw(n))
        if shown.plain != text:
            parts = parse(shown.plain)
        level = self.level(n)
        frame = self._frame(n, level) if parts.shape is Shape.PLAIN else Frame.NONE
        return log_line(shown, parts, stamp=self._stamp(n, text, parts), frame=frame, level=level)

    def level(self, n: int) -> Level:
        """The level of the entry that line `n` belongs to."""
        known = self._levels.get(n)
        at = n
        while known is None:
            known = self._level_here(at)
            at -= 1
            if known is None and n - at >= MAX_LINES:
                known = Level.NONE
            known = self._levels.get(at) if known is None else known
        for line_number in range(max(at, n - MAX_LINES) + 1, n + 1):
            self._levels[line_number] = known
        return known

    def _level_here(self, n: int) -> Level | None:
        """The level that line `n` begins; None where it goes on with the entry before it."""
        if (parts := self._at(n)[1]).begins:
            return parts.level
        return None if self._goes_on(n) else Level.NONE

    def _goes_on(self, n: int) -> bool:
        """Whether line `n` belongs to the entry of the line before it."""
        return n > 0 and joins(*self._at(n), *self._at(n - 1))

    def entry(self, n: int) -> Entry:
        """The whole entry that line `n` belongs to."""
        first = n
        while n - first < MAX_LINES - 1 and self._goes_on(first):
            first -= 1
        after = first + 1
        while after < min(first + MAX_LINES, self._count) and self._goes_on(after):
            after += 1
        return entry_of(first, [self._whole(at) for at in range(first, after)])

    def next_stamps(self) -> Stamps:
        """Write stamps the next way, and say which that is."""
        modes = list(Stamps)
        mode = modes[(modes.index(self.clock.mode) + 1) % len(modes)]
        start = self.stamp(0) if self._count else ""
        self.clock = replace(self.clock, mode=mode, start=start)
        return mode

    def stamp(self, n: int) -> str:
        """The stamp of line `n` as it was written, or empty."""
        text, parts = self._at(n)
        return text[slice(*parts.stamp)]

    def times(self, n: int) -> Times | None:
        """From when to when the log runs, looked at line `n`; None where no line has a stamp."""
        some = range(min(self._count, MAX_LINES))
        first = next(filter(None, map(self.stamp, some)), "")
        last = next(filter(None, (self.stamp(self._count - 1 - back) for back in some)), "")
        near = next(filter(None, (self.stamp(n - back) for back in some if back <= n)), first)
        if not first or not last:
            return None
        return Times(stamp_time(first), stamp_time(last), stamp_time(near), self.clock.shown_zone)

    def _at(self, n: int) -> tuple[str, Parts]:
        seen = self._seen.get(n)
        if seen is None:
            text, parts, record = parse_line(self._raw(n))
            seen = self._seen[n] = (text, parts)
            if record is not None:
                kept = {
                    name: getattr(record, name)[:SHOWN] for name in ("logger", "message", "stack", "rest")
                }
                self._long[n] = replace(record, **kept)
        return seen

    def _record(self, n: int) -> JsonRecord | None:
        """What line `n` says where it was written as JSON; of a long line the beginning."""
        text, parts = self._at(n)
        if parts.shape is not Shape.JSON:
            return None
        return self._long.get(n) or json_record(text[parts.body :])

    def _whole(self, n: int) -> tuple[str, Parts]:
        """A line with all of its text, however long."""
        text = visible(self._raw(n))
        return text, parse(text)

    def _raw(self, n: int) -> bytes:
        """The bytes of a line; none of one that is gone, until `changed` tells so."""
        return self.buffer.line(n) if n < self.buffer.lines else b""

    def _stamp(self, n: int, text: str, parts: Parts) -> str:
        """The stamp of a line that begins something; blanks for lines that go on."""
        stamp = text[slice(*parts.stamp)]
        before = self.stamp(n - 1) if n else ""
        if parts.shape is Shape.PLAIN and self._goes_on(n):
            stamp = ""
        return self.clock.write(stamp, before)

    def _frame(self, n: int, level: Level) -> Frame:
        if level < Level.WARN:
            return Frame.NONE
        above = [self._at(at) for at in range(max(n - 3, 0), n + 1)]
        return frame_of([text[parts.body :] for text, parts in above])
