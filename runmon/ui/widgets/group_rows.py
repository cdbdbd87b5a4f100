"""The rows of the messages screen: how often, first and last time, level, and the message."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.text import Text

from runmon.insight.entries import Level
from runmon.insight.groups import Group
from runmon.model.units import grouped
from runmon.render.cells import LONGEST, Cell
from runmon.render.log_line import TONES, Clock, Stamps
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

TIMES, TIME, LEVEL = 8, 8, 5
"""Cells of the columns; a count that needs more gets more."""
TIMED = 64
"""Cells from which on there is room for times in the rows."""
_GROUNDS = {Level.ERROR: "error_ground"}


class GroupRows:
    """A `TableSource` over groups."""

    def __init__(self, clock: Clock) -> None:
        self.groups: Sequence[Group] = ()
        self._timed, self._width = True, LONGEST
        self._clock = clock if clock.mode not in (Stamps.DELTA, Stamps.HIDDEN) else Clock()

    def row_count(self) -> int:
        return len(self.groups)

    def heads(self, room: int) -> Sequence[Head]:
        self._timed = room >= TIMED
        times = [Head("first", TIME), Head("last", TIME)] if self._timed else []
        most = max((group.count for group in self.groups), default=0)
        fixed = [Head("times", max(len(_counted(most)), TIMES), right=True), *times, Head("level", LEVEL)]
        self._width = max(room - sum(head.width + 2 for head in fixed), 16)
        return [*fixed, Head("message", self._width)]

    def row(self, number: int, first: int, last: int) -> Row | None:
        group = self.groups[number]
        times = [Cell(self._time(stamp), "quiet") for stamp in (group.began, group.ended)]
        cells = [
            Cell(_counted(group.count), "strong" if group.level >= Level.WARN else "text", True),
            *(times if self._timed else ()),
            Cell("" if group.level is Level.NONE else group.level.name, TONES[group.level]),
            Cell(clean(self._told_apart(number), limit=LONGEST)),
        ]
        return Row(cells[first:last], ground=_GROUNDS.get(group.level, "ground"))

    def _told_apart(self, number: int) -> str:
        """The message; of one too long that begins like the one above or below it, rather what differs."""
        words = self.groups[number].words
        near = [self.groups[n].words for n in (number - 1, number + 1) if 0 <= n < len(self.groups)]
        alike = max((_alike(words, other) for other in near), default=0)
        begins = words.rfind(" ", 0, alike) + 1
        if len(words) <= self._width or begins <= self._width // 3:
            return words
        return f"{words[: self._width // 3].rstrip()}… {words[begins:]}"

    def identity(self, number: int) -> Hashable:
        return None

    def prepare(self, first: int, last: int) -> bool:
        return False

    def place_of(self, group: Group | None) -> int:
        """The row of a group; the first where there is none."""
        return next((row for row, each in enumerate(self.groups) if each is group), 0)

    def in_full(self, number: int) -> Text:
        """Logger and message of a row, whole, and one that was really written where they differ."""
        group = self.groups[number]
        text = Text()
        if group.logger:
            text.append(f"{clean(group.logger, limit=120)}: ", "quiet")
        text.append(clean(group.words, limit=400), "text")
        if not group.alike:
            text.append("\n").append("for one: ", "faint").append(clean(group.example, limit=400), "quiet")
        if not self._timed and group.began:
            first, last = self._time(group.began), self._time(group.ended)
            text.append("\n").append(f"{first} … {last}" if first != last else first, "quiet")
        return text

    def _time(self, stamp: str) -> str:
        """To the second: milliseconds do not tell two messages apart that came a minute apart."""
        return clean(self._clock.write(stamp, "").strip(" +")[:TIME]) if stamp else "·"


def _alike(one: str, other: str) -> int:
    """With how many of the same characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _counted(times: int) -> str:
    return f"× {grouped(times)}"
