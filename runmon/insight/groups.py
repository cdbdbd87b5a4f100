"""The messages of a log, those that differ only in ids, URLs and numbers counted as one.

A message is the first line of an entry without stamp, level, logger and the JSON at its end. HTTP status
codes are no numbers: 403 and 500 are different failures.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field

from runmon.insight.entries import MAX_LINES, Level, Parts, Shape, joins, parse_line, stamp_of
from runmon.insight.json_records import JsonRecord, json_record

MOST_GROUPS = 500
"""Kinds of messages kept apart; what else there is counts as one kind for each level."""
MOST_LINES = 20_000
"""Lines of one group that are remembered, to walk through; all are counted."""
MOST_CHARS = 400
"""Characters of a message that make it what it is."""
URL, ID, NUMBER = "‹url›", "‹id›", "‹n›"
OTHERS = "other messages"

_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\s\"'<>()\[\]{}]*[^\s\"'<>()\[\]{},;.:!?]")
_ID = re.compile(
    r"(?<![\w-])(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?=[A-Za-z_]*\d)(?=\d*[A-Za-z_])\w{8,64})(?![\w-])",
    re.ASCII,
)
_NUMBER = re.compile(
    r"(?<![A-Za-z\d])(?!(?:(?<=code )|(?<=code: )|(?<=status )|(?<=status: ))[1-5]\d\d(?!\d))"
    r"(?![1-5]\d\d (?:- [A-Z]|status\b))\d+(?:[.,:/]\d+)*",
    re.ASCII,
)
_PAYLOAD = re.compile(r"\s*\(?\{\s?[\"}]")


def shape(message: str) -> str:
    """What a message has in common with those that say the same."""
    return _NUMBER.sub(NUMBER, _ID.sub(ID, _URL.sub(URL, message)))


@dataclass(slots=True)
class Group:
    """Entries that say the same."""

    level: Level
    logger: str
    shape: str
    example: str
    """The message that came first."""
    first: int
    """Number of the line where the first of them begins."""
    began: str
    """The stamp of that line as it was written, or empty."""
    last: int = 0
    ended: str = ""
    count: int = 0
    alike: bool = True
    """Whether all messages are the same to the letter."""
    lines: array[int] = field(default_factory=lambda: array("Q"))
    """Where they begin, at most MOST_LINES of them."""

    @property
    def words(self) -> str:
        """The message itself where it is always the same, else what they have in common."""
        return self.example if self.alike else self.shape

    def add(self, line: int, stamp: str, message: str) -> None:
        """One more, on a line behind those before."""
        self.count += 1
        self.last, self.ended = line, stamp or self.ended
        self.alike = self.alike and message == self.example
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)


class Groups:
    """Groups of a log that arrives in pieces; lines before `scanned` have been taken."""

    def __init__(self) -> None:
        self.scanned = 0
        self._groups: dict[tuple[Level, str, str], Group] = {}
        self._before: tuple[str, Parts] | None = None
        self._length = 0

    def __len__(self) -> int:
        return len(self._groups)

    def take(self, first: int, block: bytes) -> None:
        """Take the whole lines of a block that begins with line `first`; those taken before are skipped."""
        lines = block.split(b"\n")[:-1]
        for raw in lines[max(self.scanned - first, 0) :]:
            self._take(raw)

    def _take(self, raw: bytes) -> None:
        text, parts, record = parse_line(raw)
        goes_on = self._before is not None and self._length < MAX_LINES and joins(text, parts, *self._before)
        if goes_on:
            self._length += 1
        else:
            self._length = 1
            self._begin(text, parts, record)
        self._before = (text, parts)
        self.scanned += 1

    def _begin(self, text: str, parts: Parts, record: JsonRecord | None) -> None:
        level, logger, message = _said(text, parts, record)
        key = (level, logger, shape(message))
        if key not in self._groups and len(self._groups) >= MOST_GROUPS:
            key, message = (level, "", OTHERS), OTHERS
        stamp = stamp_of(text, parts)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(level, logger, key[2], message, self.scanned, stamp)
        group.add(self.scanned, stamp, message)

    def ordered(self) -> list[Group]:
        """All groups, failures first, then by how many there are."""
        return sorted(self._groups.values(), key=lambda group: (-group.level, -group.count, group.first))


def _said(text: str, parts: Parts, record: JsonRecord | None) -> tuple[Level, str, str]:
    """Level, logger and message of an entry's first line; `record` is what longer JSON says."""
    if parts.shape is Shape.JSON and record is None:
        record = json_record(text[parts.body :])
    if record is not None:
        return parts.level, record.logger, record.said.split("\n", 1)[0][:MOST_CHARS]
    body = text[parts.body :]
    found = _PAYLOAD.search(body) if body.endswith(("}", "})")) else None
    message = body[: found.start()] if found is not None and found.start() else body
    return parts.level, text[slice(*parts.logger)].strip("[]"), message[:MOST_CHARS].rstrip()
