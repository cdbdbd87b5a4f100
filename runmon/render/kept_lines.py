"""What a filter leaves of a log, as lines to show: what passes, and faintly what stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from runmon.model.kept import Kept, Stretch
from runmon.render.log_lines import LogLines
from runmon.render.long_line import LongLine


class KeptLines:
    """Lines that pass, with `context` lines before and behind each stretch of them."""

    def __init__(self, lines: LogLines, context: int = 0) -> None:
        self.lines = lines
        self.context = context
        self.passed = Kept()
        """Lines that pass the filter."""
        self.shown = self.passed if not context else Kept()
        """Those, and the lines around them."""

    def line_count(self) -> int:
        """How many lines show."""
        return len(self.shown)

    def text(self, n: int) -> Text:
        """The line at place `n`; one that only stands around another is faint."""
        number = self.shown.number(n)
        text = self.lines.text(number)
        if self.context and number not in self.passed:
            text.stylize("faint")
        return text

    def long(self, n: int) -> LongLine | None:
        """The line at place `n` where it is long, in pieces."""
        return self.lines.long(self.shown.number(n))

    def onward(self, first: int, stretches: Iterable[Stretch]) -> None:
        """Take what passes of the lines from `first` on, instead of what was known of them."""
        self.passed.cut(first)
        self.passed.append(stretches)
        if self.context:
            edge = max(first - self.context, 0)
            self.shown.cut(edge)
            self.shown.append(self._around(self.passed.stretches(edge - self.context)))

    def before(self, stretches: Sequence[Stretch]) -> None:
        """Take what passes of lines before all that were looked at."""
        self.passed.prepend(stretches)
        if self.context:
            self.shown.prepend(list(self._around(stretches)))

    def surround(self, context: int) -> None:
        """Show so many lines around each stretch."""
        self.context = context
        self.shown = self.passed
        if context:
            self.shown = Kept()
            self.shown.append(self._around(self.passed.stretches()))

    def _around(self, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
        count = self.lines.line_count()
        for first, after in stretches:
            yield max(first - self.context, 0), max(min(after + self.context, count), after)
