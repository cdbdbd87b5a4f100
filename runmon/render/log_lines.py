"""The lines of a log buffer as they are shown, each with its entry's level. Only what shows is read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace
from rich.text import Text

from runmon.insight.entries import (
    LONG,
    MAX_LINES,
    Entry,
    Level,
    Parts,
    Shape,
    entry_of,
    joins,
    parse,
    parse_line,
    stamp_of,
    stamp_time,
    visible,
)
from runmon.insight.frames import Frame, frame_of
from runmon.insight.json_records import JsonRecord, json_record
from runmon.insight.moments import Times
from runmon.insight.telling import Telling
from runmon.model.log import LogBuffer
from runmon.render.log_line import Clock, Stamps, json_line, log_line
from runmon.render.long_line import LONGEST, LongLine
from runmon.render.untrusted import line

KEPT = 4096
"""Lines whose parts and level are remembered."""
SAID = 1000
"""Characters of what a long line of JSON says that stand before how it was written."""
LONG_KEPT = 256
"""Long lines whose pieces are remembered: more than the rows of a screen."""

FARTHEST = 20 * MAX_LINES
"""How far the beginning of an entry is looked for: where it ends after MAX_LINES, others follow in step."""


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
        self._longs: dict[int, LongLine] = {}

    def changed(self) -> bool:
        """Take note of what the buffer holds now; True where lines that were there have changed."""
        rewritten = self._generation != self.buffer.generation
        if rewritten:
            self.moved = sum(change.moved for change in self.buffer.changes[self._generation :])
        if rewritten or len(self._seen) > KEPT:
            self._seen.clear()
            self._long.clear()
            self._levels.clear()
        if rewritten or len(self._longs) > LONG_KEPT:
            self._longs.clear()
        self._generation = self.buffer.generation
        self._grown(self._count - 1)
        self._count = self.buffer.lines
        return rewritten

    def _grown(self, n: int) -> None:
        """Line `n` may have become longer."""
        self._seen.pop(n, None)
        self._levels.pop(n, None)
        was_json = self._long.pop(n, None) is not None
        if (long := self._longs.get(n)) is not None:
            if was_json or self._record(n) is not None:
                del self._longs[n]
            else:
                first, after = self._span(n)
                long.grow(after - first)

    def line_count(self) -> int:
        """Lines, an unfinished last one included."""
        return self._count

    def blocks(self, first_line: int, skip: int = 0) -> Iterator[tuple[int, bytes]]:
        """The raw bytes from the block that holds a line on, with the number of the first line of each.

        The first `skip` bytes of that line are left out where it is a block.
        """
        return self.buffer.blocks(first_line, skip=skip)

    def size_from(self, n: int) -> int:
        """Bytes of line `n` and all behind it."""
        return self.buffer.size - self.buffer.line_start(min(n, self.buffer.lines))

    def size_told_from(self, n: int) -> int:
        """The same as far as `telling` reads it: of a line that is not finished, the beginning."""
        size = self.size_from(n)
        return min(size, LONG) if n >= self.buffer.whole_lines else size

    def text(self, n: int) -> Text:
        """Line `n` as it is shown; of a long one the first piece."""
        text, parts = self._at(n)
        long = self.long(n)
        if (record := self._record(n)) is not None:
            written = long.text(0).plain if long is not None else ""
            return json_line(record, stamp=self._stamp(n, text, parts), written=written)
        shown = line(self._raw(n), limit=4 * LONGEST) if long is None else long.text(0)
        if shown.plain != text:
            parts = parse(shown.plain)
        level = self.level(n)
        frame = self._frame(n, level) if parts.shape is Shape.PLAIN else Frame.NONE
        stamp = self._stamp(n, text, parts)
        return log_line(shown, parts, stamp=stamp, frame=frame, level=level, whole=long is None)

    def long(self, n: int) -> LongLine | None:
        """Line `n` where it is long, in pieces; the first stands in `text` behind what else is said there."""
        long = self._longs.get(n)
        if long is None and n < self.buffer.lines:
            first, after = self._span(n)
            if after - first >= LONGEST:
                is_json = self._record(n) is not None
                first += self.buffer.line_head(n, LONG).find(b"{") if is_json else 0
                read = partial(_read, self.buffer, first)
                long = self._longs[n] = LongLine(after - first, read, style="quiet" if is_json else "")
        return long

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
        while n - first < FARTHEST and self._goes_on(first):
            first -= 1
        first += (n - first) // MAX_LINES * MAX_LINES
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
        """The stamp of line `n` as it was written, else its time in JSON, or empty."""
        return stamp_of(*self._at(n))

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
            text, parts, record = parse_line(self._head(n), partial(self._json, n))
            if len(text) > LONGEST:
                if parts.shape is Shape.JSON:
                    self._long[n] = _shortened(record or json_record(text[parts.body :]))
                text = text[:LONGEST]
            seen = self._seen[n] = (text, parts)
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

    def _span(self, n: int) -> tuple[int, int]:
        """The first byte of a line, and the one after the last that is shown."""
        first, after = self.buffer.line_span(n)
        return first, after - (self.buffer.read(after - 1, after) == b"\r")

    def _json(self, n: int) -> bytes:
        """The bytes of a line that may be JSON: one that ends in an object; else nothing."""
        first, after = self._span(n)
        return self._raw(n) if self.buffer.read(max(first, after - 1), after) == b"}" else b""

    def _head(self, n: int) -> bytes:
        """The bytes of a line as far as they are always looked at, and one more."""
        return self.buffer.line_head(n, LONG + 1) if n < self.buffer.lines else b""

    def _stamp(self, n: int, text: str, parts: Parts) -> str:
        """The stamp of a line that begins something; blanks for lines that go on."""
        stamp = stamp_of(text, parts)
        before = self.stamp(n - 1) if n else ""
        if parts.shape is Shape.PLAIN and self._goes_on(n):
            stamp = ""
        return self.clock.write(stamp, before)

    def _frame(self, n: int, level: Level) -> Frame:
        if level < Level.WARN:
            return Frame.NONE
        above = [self._at(at) for at in range(max(n - 3, 0), n + 1)]
        return frame_of([text[parts.body :] for text, parts in above])


def _shortened(record: JsonRecord | None) -> JsonRecord:
    """What a long line of JSON says, as much of it as is shown before how it was written."""
    assert record is not None, "the line was read as JSON"
    stack = record.stack[:SAID].partition("\n")[0]
    return replace(record, logger=record.logger[:SAID], message=record.message[:SAID], stack=stack, rest="")


def _read(buffer: LogBuffer, start: int, first: int, last: int) -> bytes:
    return buffer.read(start + first, start + last)
