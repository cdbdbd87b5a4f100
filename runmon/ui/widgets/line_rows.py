"""Lines as rows of the screen: which are asked for, how they fold, and which of them show.

A million lines cost what forty cost: there is no widget, no string and no measure for a line that is not on
the screen. Folded (`wrap`), the scroll position is a line and a row of it, so no other line is ever folded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from typing import ClassVar, Protocol

from rich.text import Text
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from runmon.render.long_line import LongLine, width_of
from runmon.ui.widgets.recent import Recent
from runmon.ui.widgets.strips import wrapped

KEPT = 256
"""Lines that stay ready after they were shown; more than the rows of a screen."""


STRIDE = 1 << 20
"""A place in a line is its piece times this, and the row or the character of the piece."""


class LineSource(Protocol):
    """Where lines come from. Texts must have passed `render.untrusted`.

    One that has very long lines has a method `long` as well: line `n` as a `LongLine`, where it is one. Its
    `text` is then the first piece, as it is shown.
    """

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
    """The rows of a source's lines. `line`, `n`: places among the lines shown; `sub`: a row of one."""

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
        self._guessed = 0
        """Cells of the longest line that shows and is not measured, about."""
        self._texts: Recent[int, tuple[Text, LongLine | None, int]] = Recent(KEPT)
        self._folds: Recent[tuple[int, int], tuple[Text, list[int]]] = Recent(KEPT)

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
            return Size(max(self._widest, self._guessed) + self.gutter_width, self._count)
        return Size(self.view_width, self._last_first()[0] + self.view_height)

    # Lines and rows

    def text_of(self, n: int) -> Text:
        """Line `n` as it is shown; of a long one the first piece."""
        return self._line(n)[0]

    def long_of(self, n: int) -> LongLine | None:
        """Line `n` where it has more than one piece."""
        return self._line(n)[1]

    def piece_of(self, n: int, piece: int) -> Text:
        """A piece of line `n`."""
        text, long, _ = self._line(n)
        return long.text(piece) if piece and long is not None else text

    def pieces_of(self, n: int) -> int:
        """How many pieces line `n` has; one where it is not long."""
        long = self._line(n)[1]
        return long.pieces if long is not None else 1

    def _line(self, n: int) -> tuple[Text, LongLine | None, int]:
        """Line `n`, the same where it is long, and the cells of the first piece of a long one."""
        found = self._texts.get(n)
        if found is None:
            ask: Callable[[int], LongLine | None] | None = getattr(self._source, "long", None)
            text, long = self._source.text(n), ask(n) if ask is not None else None
            found = self._texts[n] = text, long, width_of(text.plain) if long is not None else 0
        return found

    def _folded(self, n: int, piece: int = 0) -> list[int]:
        """The character with which each row of a piece of line `n` begins."""
        if not self.wrap:
            return [0]
        text, known = self.piece_of(n, piece), self._folds.get((n, piece))
        if known is None or known[0] is not text:
            hang = self._set_in(n, 1)
            first = self.text_width - (hang if piece else 0)
            folds = wrapped(text.plain, first, self.text_width - hang)
            known = self._folds[n, piece] = text, folds
        return known[1]

    def _row_of(self, n: int, place: int) -> int:
        """The row of line `n` that holds the character at a place of it."""
        piece, char = divmod(place, STRIDE)
        return piece * STRIDE + bisect_right(self._folded(n, piece), char) - 1

    def _rows_of(self, n: int, sub: int = 0) -> Iterator[int]:
        """The rows of line `n` from one on."""
        begun, row = divmod(sub, STRIDE)
        for piece in range(begun, self.pieces_of(n) if self.wrap else 1):
            yield from range(piece * STRIDE + row, piece * STRIDE + len(self._folded(n, piece)))
            row = 0

    def _is_tall(self, n: int) -> bool:
        """Whether line `n` has more rows than the screen."""
        return len(list(islice(self._rows_of(n), self.view_height + 1))) > self.view_height

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
            for row in islice(self._rows_of(line, sub), rows) if self.wrap else (0,):
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
        if not self._count:
            return 0, 0
        last = self._count - 1
        piece = self.pieces_of(last) - 1
        return self._moved(last, piece * STRIDE + len(self._folded(last, piece)) - 1, 1 - height)

    def _moved(self, line: int, sub: int, rows: int) -> tuple[int, int]:
        """Line and row that lie so many rows below a row of a line."""
        if not self._count:
            return 0, 0
        piece, row = divmod(sub, STRIDE)
        row += rows
        while row < 0 and (line, piece) > (0, 0):
            line, piece = (line, piece - 1) if piece else (line - 1, self._last_piece(line - 1))
            row += len(self._folded(line, piece))
        while row >= len(self._folded(line, piece)):
            row -= len(self._folded(line, piece))
            if piece < self._last_piece(line):
                piece += 1
            elif line < self._count - 1:
                line, piece = line + 1, 0
            else:
                return line, piece * STRIDE + len(self._folded(line, piece)) + row
        return line, piece * STRIDE + max(row, 0)

    def _last_piece(self, n: int) -> int:
        return self.pieces_of(n) - 1 if self.wrap else 0
