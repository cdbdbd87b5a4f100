"""Lines as rows of the screen: which are asked for, how they fold, and which of them show.

A million lines cost what forty cost: there is no widget, no string and no measure for a line that is not on
the screen. Folded (`wrap`), the scroll position is a line and a row of it, so no other line is ever folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol

from rich.text import Text
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from runmon.ui.widgets.recent import Recent
from runmon.ui.widgets.strips import wrapped

KEPT = 256
"""Lines that stay ready after they were shown; more than the rows of a screen."""


class LineSource(Protocol):
    """Where lines come from. Texts must have passed `render.untrusted`."""

    def line_count(self) -> int:
        """How many lines there are now."""

    def text(self, n: int) -> Text:
        """Line `n`, spans in names of `ui.theme` or in rich styles."""


class _Empty:
    def line_count(self) -> int:
        return 0

    def text(self, n: int) -> Text:
        raise IndexError(n)


class LineRows(ScrollView, can_focus=True):
    """The rows of a source's lines. `line`, `n`: places among the lines shown, from 0."""

    MARGIN: ClassVar[int] = 0
    """Cells before each line for the mark that `margin` gives."""

    wrap: reactive[bool] = reactive(False)
    numbers: reactive[bool] = reactive(False)

    def __init__(
        self, source: LineSource | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._source: LineSource = source or _Empty()
        self._count = 0
        self._sub = 0
        self._widest = 0
        self._texts: Recent[int, Text] = Recent(KEPT)
        self._folds: Recent[int, list[int]] = Recent(KEPT)

    # What a subclass may say about lines

    def hang(self, n: int) -> int:
        """Cells by which the folded rows of line `n` are set in."""
        return 0

    def number(self, n: int) -> int:
        """The line's own number, from 0, which it keeps where others are hidden."""
        return n

    def place(self, number: int) -> int:
        """Where the line with this number shows, or, if it is hidden, the next one that does."""
        return number

    def all_lines(self) -> int:
        """How many lines there are, the hidden ones included."""
        return self._source.line_count()

    # Size

    @property
    def gutter_width(self) -> int:
        """Cells before the text: line number and margin."""
        return self.MARGIN + (self._number_width() if self.numbers else 0)

    @property
    def text_width(self) -> int:
        """Cells a row has for text."""
        return max(self.view_width - self.gutter_width, 1)

    @property
    def view_width(self) -> int:
        """Cells of a row, the scroll bar's not counted."""
        return max(self.size.width - self.scrollbar_size_vertical, 1)

    @property
    def view_height(self) -> int:
        """Rows that show, the scroll bar's not counted."""
        return max(self.size.height - self.scrollbar_size_horizontal, 1)

    @property
    def rows_region(self) -> Region:
        """Where rows are; the bars beside them are painted by themselves."""
        return Region(0, 0, self.view_width, self.view_height)

    @property
    def lines_below(self) -> int:
        """Lines under the last one that shows."""
        last = next(reversed(list(self._visible())), (self._count - 1, 0))[0]
        return max(self._count - 1 - last, 0)

    def _number_width(self) -> int:
        return max(len(str(self.all_lines())), 4) + 1

    def _virtual_size(self) -> Size:
        if not self.wrap:
            return Size(self._widest + self.gutter_width, self._count)
        return Size(self.view_width, self._last_first()[0] + self.view_height)

    # Lines and rows

    def text_of(self, n: int) -> Text:
        """Line `n` as it is shown."""
        text = self._texts.get(n)
        if text is None:
            text = self._texts[n] = self._source.text(n)
        return text

    def _folded(self, n: int) -> list[int]:
        """The character with which each row of line `n` begins."""
        folds = self._folds.get(n)
        if folds is None:
            folds = self._folds[n] = self._fold(n) if self.wrap else [0]
        return folds

    def _fold(self, n: int) -> list[int]:
        hang = self._set_in(n, 1)
        return wrapped(self.text_of(n).plain, self.text_width, self.text_width - hang)

    def _set_in(self, line: int, row: int) -> int:
        """Cells by which a row is set in; none where that would leave less than half of the width."""
        if row == 0:
            return 0
        hang = self.hang(line)
        return hang if hang * 2 <= self.text_width else 0

    def _visible(self) -> Iterator[tuple[int, int]]:
        """(line, row inside it) of every row on the screen, from the top."""
        line, sub = self._first()
        rows = self.view_height
        while rows > 0 and line < self._count:
            folds = len(self._folded(line)) if self.wrap else 1
            for row in range(sub, min(folds, sub + rows)):
                rows -= 1
                yield line, row
            line, sub = line + 1, 0

    def _first(self) -> tuple[int, int]:
        """The line, and the row of it, at the top."""
        return min(round(self.scroll_y), max(self._count - 1, 0)), self._sub

    def _last_first(self) -> tuple[int, int]:
        """Line and row at the top when the end shows."""
        height = self.view_height
        if not self.wrap:
            return max(self._count - height, 0), 0
        rows = 0
        for n in range(self._count - 1, -1, -1):
            rows += len(self._folded(n))
            if rows >= height:
                return n, rows - height
        return 0, 0

    def _moved(self, line: int, sub: int, rows: int) -> tuple[int, int]:
        """Line and row that lie so many rows below a row of a line."""
        sub += rows
        while sub < 0 and line > 0:
            line -= 1
            sub += len(self._folded(line))
        while line < self._count - 1 and sub >= len(self._folded(line)):
            sub -= len(self._folded(line))
            line += 1
        return line, max(sub, 0)
