"""A measurement over time: axis with three labels, the limit as a line, gaps as gaps."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from operator import itemgetter

import msgspec
from rich.text import Text
from textual.color import Color

from runmon.model.course import Course, Drawn
from runmon.render.charts import bars, scale
from runmon.render.facts import coarse_span
from runmon.ui.theme import palette
from runmon.ui.widgets.words import Drawing

AXIS = 9
"""Cells for the labels of the axis, the blank before them included."""


class Reading(msgspec.Struct, frozen=True):
    """What a chart shows beside its curve; the words are ready to be written."""

    current: str = ""
    limit: float = 0.0
    limit_words: str = ""
    summary: str = ""


class Kind(msgspec.Struct, frozen=True):
    """What a chart is of."""

    measure: str
    """A track of the course."""
    title: str
    words: Callable[[float], str]
    """Writes a value."""
    unit: float = 1.0
    """The axis ends at a round number of these."""
    full: str = ""
    """The title where there is room for more than a word."""
    of_log: bool = False
    """Whether it is of the log, as its title says, and so always from there."""


class TimeChart(Drawing):
    """One titled chart over a track of a course. `read` shows what the course holds now."""

    DEFAULT_CSS = "TimeChart { height: 6; width: 1fr; }"

    def __init__(self, kind: Kind, course: Course, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kind = kind
        self._course, self._track = course, course.tracks[kind.measure]
        self._reading = Reading()
        self._shown: object = None

    def read(self, reading: Reading) -> None:
        """Show these words, and the curve up to the last measurement, where that looks different."""
        seen, logged = self._track.seen.points, self._track.logged.points
        shown = (reading, self._course.began, self._course.end, len(seen), len(logged))
        if shown == self._shown:
            return
        self._shown, self._reading = shown, reading
        self.say(self._drawn())

    def on_resize(self) -> None:
        """Draw for the new size; what was rendered before this was told is of the old one."""
        self.say(self._drawn())
        self.refresh()

    def notify_style_update(self) -> None:
        """The theme changed."""
        super().notify_style_update()
        if self.is_mounted:
            self.say(self._drawn())

    def _drawn(self) -> Text:
        """Title line, curve with axis, foot line."""
        width, height = self.size
        if width < AXIS + 8 or height < 3:
            return self._heading(width)
        if not self._track.told:
            waiting = Text.assemble(("Nothing measured yet.", "faint"))
            waiting.truncate(width, overflow="ellipsis")
            return Text("\n").join([self._heading(width), Text(), waiting])
        drawn = self._track.drawn(self._course.began, self._course.end, width - AXIS)
        heading = self._heading(width, "" if self.kind.of_log else _source(drawn))
        return Text("\n").join([heading, *self._curve(drawn, height - 2), self._foot(drawn, width)])

    def _heading(self, width: int, source: str = "") -> Text:
        current = self._reading.current or "not told yet"
        tone = "strong" if self._reading.current else "faint"
        limit = f" of {self._reading.limit_words}" if self._reading.limit_words else ""
        right = Text.assemble((current, tone), (limit, "quiet"))
        return _ends(
            Text.assemble((self.kind.full or self.kind.title, "quiet"), (source, "faint")), right, width
        )

    def _curve(self, drawn: Drawn, height: int) -> list[Text]:
        peak = max((value for value in drawn.values if value is not None), default=0.0)
        top = scale(peak, self._reading.limit, unit=self.kind.unit)
        limited = bool(self._reading.limit) and top == self._reading.limit
        labels = {0: top, height - 1: 0.0} | ({height // 2: top / 2} if height >= 4 else {})
        tones = self._tones(drawn)
        return [
            _row(row, tones, limited and place == 0).append(self._label(labels.get(place)), "faint")
            for place, row in enumerate(bars(drawn.values, height, top))
        ]

    def _tones(self, drawn: Drawn) -> list[str]:
        """A colour for each column: what is rebuilt from the log is quieter than what was seen."""
        colours = palette(self.app)
        ground, tone = Color.parse(colours.ground), Color.parse(getattr(colours, self._tone()))
        seen, logged = ground.blend(tone, 0.8).hex6, ground.blend(tone, 0.5).hex6
        return [logged if old else seen for old in drawn.from_log]

    def _tone(self) -> str:
        limit, last = self._reading.limit, self._track.now()
        if last is None or not limit or last < 0.8 * limit:
            return "number"
        return "warn" if last < 0.95 * limit else "bad"

    def _label(self, value: float | None) -> str:
        return f"{self.kind.words(value) if value is not None else '':>{AXIS}}"

    def _foot(self, drawn: Drawn, width: int) -> Text:
        left = f"−{coarse_span(drawn.bucket_s * (width - AXIS))}"
        return _ends(Text.assemble((left, "faint")), Text.assemble((self._reading.summary, "faint")), width)


def _source(drawn: Drawn) -> str:
    """Says so where columns are not what we saw but what the log tells."""
    if not any(drawn.from_log):
        return ""
    seen = any(value is not None and not old for value, old in zip(drawn.values, drawn.from_log, strict=True))
    return "  partly from the log" if seen else "  from the log"


def _row(row: str, tones: list[str], limited: bool) -> Text:
    """One row of a curve; the limit where nothing is measured above it."""
    styles = ["faint" if char == " " else tone for char, tone in zip(row, tones, strict=True)]
    drawn = row.replace(" ", "╌") if limited else row
    text = Text()
    for style, cells in groupby(zip(styles, drawn, strict=True), itemgetter(0)):
        text.append("".join(char for _, char in cells), style)
    return text


def _ends(left: Text, right: Text, width: int) -> Text:
    """Two texts at the two ends of a line; the left one gives way."""
    if left.cell_len + right.cell_len + 1 > width:
        left.truncate(max(width - right.cell_len - 1, 0), overflow="ellipsis")
    return Text.assemble(left, " " * max(width - left.cell_len - right.cell_len, 0), right)
