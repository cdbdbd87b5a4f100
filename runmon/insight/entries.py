"""A log as a person means it: entries, each with a level, not lines.

Crawlee and the Apify SDK write `LEVEL logger: message {json}` (JavaScript), `[logger] LEVEL message ({json})`
(Python) or one JSON object a line; the platform stamps every physical line and adds its own as `ACTOR: …`. A
line that begins none of these belongs to the entry before it. Levels are read only where they stand, never
guessed from a word of the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum

import msgspec
from msgspec.structs import replace

from runmon.insight.json_records import JsonRecord, json_record
from runmon.insight.severity import LEVELS
from runmon.insight.severity import Level as Level
from runmon.model.search import SGR

MAX_LINES = 1000
"""Lines an entry may have; what follows without a level has none."""
LONG = 64 * 1024
"""Bytes of a line that are looked at for its parts, where it is no JSON."""
PAUSE_S = 0.25
"""A line that is not indented and comes this long after the one before it is an entry of its own."""


class Shape(Enum):
    """What a line is by itself."""

    PLAIN = "plain"
    JS = "js"
    PYTHON = "python"
    JSON = "json"
    PLATFORM = "platform"


class Parts(msgspec.Struct, frozen=True):
    """Where the parts of one line's visible text stand, as (start, end); an absent part is empty."""

    shape: Shape
    level: Level
    stamp: tuple[int, int]
    word: tuple[int, int]
    logger: tuple[int, int]
    body: int
    """Where the message begins: behind stamp, level and logger."""
    time: str = ""
    """When a JSON line says that it was written, or empty."""

    @property
    def begins(self) -> bool:
        """Whether the line begins an entry whatever stands before it."""
        return self.shape is not Shape.PLAIN


class Entry(msgspec.Struct, frozen=True):
    """Lines of a log that say one thing."""

    first: int
    """Number of its first line, from 0."""
    lines: int
    level: Level
    word: str
    """The level as it was written: `ERROR`, `SFAIL`, `CRITICAL`; empty where there is none."""
    stamp: str
    """The stamp of its first line as it was written, else its time in JSON, or empty."""
    logger: str
    message: str
    """All its lines joined by newlines, without stamps, level, logger and payload."""
    payload: str
    """The JSON object at its end, or empty."""
    platform: bool
    """Whether the platform wrote it, not the Actor."""


_STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z"
_HEAD = re.compile(
    rf"(?P<stamp>{_STAMP})?(?(stamp)(?: |$))(?:{_STAMP} )?"
    r"(?:(?P<platform>ACTOR: )"
    r"|(?P<word>ERROR|SFAIL|WARN|INFO|DEBUG|PERF|SOFT_FAIL)(?= |$) *"
    r"(?:(?P<name>(?!\w{0,80}(?:Error|Exception):)[\w$][\w$.:-]{0,119}): )?"
    r"|\[(?P<logger>[^\]\n]{1,120})\] +(?P<level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)(?= |$) *"
    r"|(?P<json>\{))?",
    re.ASCII,
)
_NOWHERE = (0, 0)
_GOES_ON = frozenset(" \t{})]│└┌├^")
"""With what a line goes on that belongs to the one before it."""


def visible(line: bytes) -> str:
    """The line's text without colour codes."""
    return (SGR.sub(b"", line) if b"\x1b" in line else line).decode("utf-8", "replace").removesuffix("\r")


def parse(text: str) -> Parts:
    """The parts of one line of visible text (see `visible`)."""
    head = _HEAD.match(text)
    assert head is not None, "every part of the pattern may be absent"
    stamp = head.span("stamp") if head["stamp"] else _NOWHERE
    if head["platform"]:
        return Parts(Shape.PLATFORM, Level.NONE, stamp, _NOWHERE, _NOWHERE, head.start("platform"))
    if head["word"]:
        logger = head.span("name") if head["name"] else _NOWHERE
        return Parts(Shape.JS, LEVELS[head["word"]], stamp, head.span("word"), logger, head.end())
    if head["level"]:
        where = (head.start("logger") - 1, head.end("logger") + 1)
        return Parts(Shape.PYTHON, LEVELS[head["level"]], stamp, head.span("level"), where, head.end())
    if head["json"] and (record := json_record(text[head.start("json") :])) is not None:
        return Parts(Shape.JSON, record.level, stamp, _NOWHERE, _NOWHERE, head.start("json"), record.time)
    return Parts(Shape.PLAIN, Level.NONE, stamp, _NOWHERE, _NOWHERE, head.end() - bool(head["json"]))


def parse_line(raw: bytes, whole: Callable[[], bytes] | None = None) -> tuple[str, Parts, JsonRecord | None]:
    """The first 64 KiB of a line's visible text, its parts, and, where it is longer JSON, what it says.

    What else that JSON held (`rest`) is left out. Where `raw` is only the beginning of a longer line, `whole`
    gives all of it.
    """
    text = visible(raw[:LONG])
    parts = parse(text)
    if len(raw) > LONG and parts.shape is Shape.PLAIN and text[parts.body : parts.body + 1] == "{":
        record = _long_record(whole() if whole else raw, parts)
        if record is not None:
            return text, replace(parts, shape=Shape.JSON, level=record.level, time=record.time), record
    return text, parts, None


def _long_record(raw: bytes, parts: Parts) -> JsonRecord | None:
    """What a line of megabytes says, without a copy as text where it is none but UTF-8."""
    if b'"level"' not in raw:
        return None
    bare = SGR.sub(b"", raw) if b"\x1b" in raw else raw
    record = json_record(bare[bare.find(b"{") :].removesuffix(b"\r"), rest=False)
    return record or json_record(visible(raw)[parts.body :], rest=False)


def stamp_of(text: str, parts: Parts) -> str:
    """The stamp of a line as it was written; without one the time that it holds as JSON, or empty."""
    return text[slice(*parts.stamp)] or parts.time


def level_begun(text: str) -> Level | None:
    """The level of the entry that a line begins whatever stands before it; None where it may go on with one.

    Says the same as `parse`, in a fifth of its time.
    """
    head = _HEAD.match(text)
    assert head is not None, "every part of the pattern may be absent"
    match head.lastgroup:
        case "word" | "name":
            return LEVELS[head["word"]]
        case "level":
            return LEVELS[head["level"]]
        case "platform":
            return Level.NONE
        case "json":
            parts = parse(text)
            return parts.level if parts.begins else None
    return None


def payload_at(text: str) -> int:
    """Where the JSON object at the end of a text begins, `(` and blanks before included; else its length."""
    if not text.endswith(("}", "})")):
        return len(text)
    at = text.find("{")
    for _ in range(4):
        if at < 0:
            break
        bracketed = at > 0 and text[at - 1] == "(" and text.endswith("})")
        if _is_object(text[at : len(text) - bracketed]):
            start = at - bracketed
            return len(text[:start].rstrip())
        at = text.find("{", at + 1)
    return len(text)


def _is_object(text: str) -> bool:
    if len(text) > 2 and text[1] not in '"} \n':
        return False
    try:
        msgspec.json.decode(text.encode("utf-8", "surrogatepass"), type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return False
    except RecursionError:
        return True  # deeper than can be read: no other text is read so far
    return True


def joins(text: str, parts: Parts, before: str, before_parts: Parts) -> bool:
    """Whether a line belongs to the entry of the line before it."""
    if parts.begins:
        return False
    rest = text[parts.body :]
    if not rest or rest[0] in _GOES_ON:
        return True
    now, then = text[slice(*parts.stamp)], before[slice(*before_parts.stamp)]
    return now == then or not now or not then or _seconds_between(then, now) < PAUSE_S


def _seconds_between(then: str, now: str) -> float:
    if now[:16] == then[:16]:
        return float(now[17:-1]) - float(then[17:-1])
    return (stamp_time(now) - stamp_time(then)).total_seconds()


def stamp_time(stamp: str) -> datetime:
    """The moment a stamp names; the earliest there is where no calendar has it."""
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        return datetime.fromisoformat("0001-01-01T00:00:00Z")


class EntryReader(msgspec.Struct):
    """Makes entries of a log that arrives in pieces, however it is cut."""

    _tail: bytes = b""
    _at: int = 0
    _open: list[tuple[str, Parts]] = msgspec.field(default_factory=list)

    def feed(self, data: bytes) -> Iterator[Entry]:
        """The entries that these bytes finish."""
        *whole, self._tail = (self._tail + data).split(b"\n")
        for raw in whole:
            yield from self._take(raw)

    def finish(self) -> Iterator[Entry]:
        """What is left when the log is over."""
        if self._tail:
            raw, self._tail = self._tail, b""
            yield from self._take(raw)
        if self._open:
            yield self._close()

    def _take(self, raw: bytes) -> Iterator[Entry]:
        text = visible(raw)
        parts = parse(text)
        if self._open and not (len(self._open) < MAX_LINES and joins(text, parts, *self._open[-1])):
            yield self._close()
        self._open.append((text, parts))
        self._at += 1

    def _close(self) -> Entry:
        lines, self._open = self._open, []
        return entry_of(self._at - len(lines), lines)


def entry_of(first: int, lines: list[tuple[str, Parts]]) -> Entry:
    """The entry that lines (text and parts, never none) from line number `first` on are."""
    text, head = lines[0]
    stamp = stamp_of(text, head)
    platform = head.shape is Shape.PLATFORM
    if head.shape is Shape.JSON and (record := json_record(text[head.body :])) is not None:
        whole = "\n".join([record.whole, *(line[parts.body :] for line, parts in lines[1:])])
        return Entry(
            first, len(lines), head.level, record.word, stamp, record.logger, whole, record.rest, platform
        )
    whole = "\n".join(line[parts.body :] for line, parts in lines)
    at = payload_at(whole)
    payload = whole[at:].strip()
    payload = payload[1:-1] if payload.startswith("(") else payload
    logger = text[slice(*head.logger)].strip("[]")
    word = text[slice(*head.word)]
    return Entry(first, len(lines), head.level, word, stamp, logger, whole[:at], payload, platform)


def head_before(n: int, line: Callable[[int], bytes]) -> int:
    """The first line of the entry that holds line `n`, found by walking back; `line` gives raw lines."""
    text = visible(line(n))
    parts = parse(text)
    for at in range(n - 1, max(n - MAX_LINES, -1), -1):
        above = visible(line(at))
        above_parts = parse(above)
        if not joins(text, parts, above, above_parts):
            return at + 1
        text, parts = above, above_parts
    return max(n - MAX_LINES + 1, 0)
