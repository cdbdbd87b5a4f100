"""How a line of a log looks: stamp faint, level coloured and five wide, logger quiet, message, JSON quiet.

Colours a program set inside its message are kept; those on parts that have a look of their own are not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import UTC, datetime, tzinfo
from enum import Enum

import msgspec
from rich.text import Span, Text

from runmon.insight.entries import Level, Parts, Shape, payload_at, stamp_time
from runmon.insight.frames import Frame
from runmon.insight.json_records import JsonRecord
from runmon.render.long_line import LONGEST
from runmon.render.untrusted import clean

LEVEL_WIDTH = 5
TONES = {
    Level.NONE: "text",
    Level.DEBUG: "faint",
    Level.INFO: "quiet",
    Level.WARN: "warn",
    Level.ERROR: "bad",
}
_SHORT = {"WARNING": "WARN", "CRITICAL": "CRIT", "SOFT_FAIL": "SFAIL"}
_KEY = re.compile(r'(?:"(?:[^"\\]|\\.){0,200}"(?=\s{0,8}:)|[{}\[\],:()])+')
"""Keys and punctuation of JSON, one after the other."""


class Stamps(Enum):
    """What stands for a line's stamp."""

    UTC = "UTC"
    LOCAL = "local time"
    START = "since the start"
    DELTA = "since the line before"
    HIDDEN = "hidden"


class Clock(msgspec.Struct, frozen=True):
    """How stamps are written, and the stamp that time counts from."""

    mode: Stamps = Stamps.UTC
    zone: tzinfo | None = UTC
    """For local time; None: this machine's."""
    start: str = ""

    @property
    def shown_zone(self) -> tzinfo | None:
        """The zone of the times of day that are shown."""
        return self.zone if self.mode is Stamps.LOCAL else UTC

    def width(self) -> int:
        """Cells of every stamp in this mode."""
        return {Stamps.HIDDEN: 0, Stamps.START: 13}.get(self.mode, 12)

    def write(self, stamp: str, before: str) -> str:
        """The stamp as shown; `before` is the stamp of the line before."""
        if not stamp or self.mode is Stamps.HIDDEN:
            return " " * self.width()
        if self.mode is Stamps.UTC:
            return _fraction(stamp[11:-1])
        moment = stamp_time(stamp)
        if self.mode is Stamps.LOCAL:
            return _local(moment, self.zone)
        origin = self.start if self.mode is Stamps.START else before
        seconds = (moment - stamp_time(origin)).total_seconds() if origin else 0.0
        return _delta(seconds) if self.mode is Stamps.DELTA else _since(seconds)


def log_line(
    shown: Text, parts: Parts, *, stamp: str, frame: Frame = Frame.NONE, level: Level, whole: bool = True
) -> Text:
    """A line made ready: `shown` has passed `untrusted.line`, `parts` are its text's, `level` its entry's.

    Only the beginning of a line that is not `whole` is shown here, which has no JSON at its end.
    """
    text, line = shown.plain, _begun(stamp)
    nested = text[parts.stamp[1] : _first_of(parts)].strip()
    if parts.shape in (Shape.JS, Shape.PYTHON):
        line.add(_word(text[slice(*parts.word)]), TONES[parts.level])
        line.add(" ", "text")
    if nested:
        line.add(nested + " ", "faint")
    if parts.logger[0] < parts.logger[1]:
        line.add(text[slice(*parts.logger)].strip("[]"), "quiet")
        line.add(": ", "faint")
    if parts.shape is Shape.PLATFORM:
        line.add(text[parts.body :], "quiet")
        return line.text()
    if parts.shape is Shape.PLAIN and level > Level.NONE:
        line.add(" " * (LEVEL_WIDTH + 1), "")
    has_payload = whole and (parts.shape is not Shape.PLAIN or level > Level.NONE)
    tail = payload_at(text) if has_payload else len(text)
    tail = max(tail, parts.body)
    tone = _MESSAGE_TONES[frame] if parts.shape is Shape.PLAIN else ""
    line.add_part(shown, parts.body, tail, tone)
    if tail < len(text):
        line.add_payload(text[tail:])
    return line.text()


def json_line(record: JsonRecord, *, stamp: str, written: str = "") -> Text:
    """A line that was written as JSON, made ready; what a long one says comes before how it was `written`."""
    line = _begun(stamp)
    line.add(_word(record.word), TONES[record.level])
    line.add(" ", "text")
    if record.logger:
        line.add(clean(record.logger, limit=120), "quiet")
        line.add(": ", "faint")
    line.add(clean(record.said, limit=LONGEST), "")
    if rest := written or clean(record.rest, limit=LONGEST):
        line.add_payload(" " + rest)
    return line.text()


_MESSAGE_TONES = {Frame.NONE: "", Frame.OWN: "strong", Frame.LIBRARY: "faint"}


class _Line:
    """A text under construction."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._spans: list[Span] = []
        self._length = 0

    def add(self, text: str, tone: str) -> None:
        end = self._length + len(text)
        if tone and text:
            self._spans.append(Span(self._length, end, tone))
        self._parts.append(text)
        self._length = end

    def add_part(self, shown: Text, first: int, last: int, tone: str) -> None:
        """A stretch of a text with the colours it came with, or in one tone."""
        shift = self._length - first
        self.add(shown.plain[first:last], tone)
        if not tone:
            self._spans += [
                Span(max(s.start, first) + shift, min(s.end, last) + shift, s.style)
                for s in shown.spans
                if s.start < last and s.end > first
            ]

    def add_payload(self, payload: str) -> None:
        at = self._length
        self.add(payload, "quiet")
        self._spans += [Span(at + m.start(), at + m.end(), "faint") for m in _KEY.finditer(payload)]

    def text(self) -> Text:
        return Text("".join(self._parts), spans=self._spans, no_wrap=True, end="")


def _begun(stamp: str) -> _Line:
    line = _Line()
    if stamp:
        line.add(stamp + " ", "faint")
    return line


def _first_of(parts: Parts) -> int:
    """Where the first part behind the stamp begins."""
    begins = [start for start, end in (parts.word, parts.logger) if start < end]
    return min([*begins, parts.body])


def _word(word: str) -> str:
    return _SHORT.get(word, word)[:LEVEL_WIDTH].ljust(LEVEL_WIDTH)


def _fraction(time_of_day: str) -> str:
    return f"{time_of_day:<8}"[:12] if "." in time_of_day else f"{time_of_day[:8]}.000"


def _local(moment: datetime, zone: tzinfo | None) -> str:
    there = moment.astimezone(zone)
    return f"{there:%H:%M:%S}.{there.microsecond // 1000:03d}"


def _since(seconds: float) -> str:
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    hours, rest = divmod(whole, 3600)
    return f"{sign}{min(hours, 99):02d}:{rest // 60:02d}:{rest % 60:02d}.{thousandths:03d}"


_UNITS = ((0.0, 1.0, "s", 3), (60.0, 60.0, "min", 1), (7200.0, 3600.0, "h", 1))


def _delta(seconds: float) -> str:
    if abs(seconds) < 0.0005:
        return "·".rjust(12)
    at = bisect_right([low for low, *_ in _UNITS], abs(seconds)) - 1
    _, unit, name, digits = _UNITS[at]
    return f"{seconds / unit:+.{digits}f} {name}".rjust(12)
