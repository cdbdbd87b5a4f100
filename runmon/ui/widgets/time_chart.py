"""A measurement over time: axis with three labels, the limit as a line, gaps as gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text
from textual.color import Color
from textual.widget import Widget

from runmon.render.charts import Samples, bars, columns, scale
from runmon.render.facts import coarse_span
from runmon.ui.theme import palette

GAP_S = 20.0
"""Longer than this between two measurements is a gap."""
AXIS = 8
"""Cells for the labels of the axis, the blank before them included."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a chart shows beside its curve; the words are ready to be written."""

    current: str = ""
    limit: float = 0.0
    limit_words: str = ""
    summary: str = ""


class TimeChart(Widget):
    """One titled chart. Feed it with `measure`, then `read`."""

    DEFAULT_CSS = "TimeChart { height: 6; width: 1fr; }"

    def __init__(
        self, title: str, words: Callable[[float], str], *, unit: float = 1.0, id: str | None = None
    ) -> None:
        """`words` writes a value; the axis ends at a round number of `unit`."""
        super().__init__(id=id)
        self._unit = unit
        self.title = title
        self._words = words
        self.samples = Samples()
        self._reading = Reading()
        self._end = 0.0
        self._window_s = 0
        self._shown: object = None

    def measure(self, at: float, value: float | None) -> None:
        """Keep a value measured at `at` (seconds); None where nothing was told."""
        if value is not None:
            self.samples.add(at, value)
        self._end = max(self._end, at)

    def read(self, reading: Reading, *, end: float | None = None) -> None:
        """Show these words, and the curve up to `end`."""
        shown = (reading, self._end if end is None else end, len(self.samples.points))
        if shown != self._shown:
            self._shown = shown
            self._reading, self._end = reading, shown[1]
            self.refresh()

    def render(self) -> Text:
        """Title line, curve with axis, foot line."""
        width, height = self.size
        curve_height = height - 2
        if width < AXIS + 8 or curve_height < 1:
            return self._heading(width)
        if not self.samples.points:
            waiting = Text.assemble(("A curve from the first measurement on.", "faint"))
            waiting.truncate(width, overflow="ellipsis")
            return Text("\n").join([self._heading(width), Text(), waiting])
        lines = [self._heading(width), *self._curve(width - AXIS, curve_height), self._foot(width)]
        return Text("\n").join(lines)

    def _heading(self, width: int) -> Text:
        current = self._reading.current or "not told yet"
        tone = "strong" if self._reading.current else "faint"
        limit = f" of {self._reading.limit_words}" if self._reading.limit_words else ""
        right = Text.assemble((current, tone), (limit, "quiet"))
        return _ends(Text.assemble((self.title, "quiet")), right, width)

    def _curve(self, width: int, height: int) -> list[Text]:
        shown, bucket = columns(self.samples, self._end, width, gap_s=GAP_S)
        self._window_s = bucket * width if self.samples.points else 0
        peak = max((value for value in shown if value is not None), default=0.0)
        top = scale(peak, self._reading.limit, unit=self._unit)
        limited = bool(self._reading.limit) and top == self._reading.limit
        labels = {0: top, height - 1: 0.0} | ({height // 2: top / 2} if height >= 4 else {})
        return [
            self._row(row, limited and place == 0).append(self._label(labels.get(place)), "faint")
            for place, row in enumerate(bars(shown, height, top))
        ]

    def _row(self, row: str, limited: bool) -> Text:
        """One row of the curve; the limit where nothing is measured above it."""
        tone, text = self._colour(), Text()
        for char in row:
            text.append("╌" if limited and char == " " else char, "faint" if char == " " else tone)
        return text

    def _colour(self) -> str:
        colours = palette(self.app)
        tone = Color.parse(getattr(colours, self._tone(self.samples.last)))
        return Color.parse(colours.ground).blend(tone, 0.8).hex6

    def _tone(self, last: float | None) -> str:
        limit = self._reading.limit
        if last is None or not limit or last < 0.8 * limit:
            return "number"
        return "warn" if last < 0.95 * limit else "bad"

    def _label(self, value: float | None) -> str:
        return f"{self._words(value) if value is not None else '':>{AXIS}}"

    def _foot(self, width: int) -> Text:
        left = f"−{coarse_span(self._window_s)}" if self._window_s else ""
        return _ends(Text.assemble((left, "faint")), Text.assemble((self._reading.summary, "faint")), width)


def _ends(left: Text, right: Text, width: int) -> Text:
    """Two texts at the two ends of a line; the left one gives way."""
    if left.cell_len + right.cell_len + 1 > width:
        left.truncate(max(width - right.cell_len - 1, 0), overflow="ellipsis")
    return Text.assemble(left, " " * max(width - left.cell_len - right.cell_len, 0), right)
