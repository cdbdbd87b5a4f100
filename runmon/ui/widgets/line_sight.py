"""How a line view brings lines, and places in them, onto the screen, and keeps its place while they fold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice

from runmon.ui.widgets.line_places import LinePlaces
from runmon.ui.widgets.line_rows import STRIDE, LineSource
from runmon.ui.widgets.strips import wrapped


class LineSight(LinePlaces):
    """Lines of which a certain one, or a place in it, can be brought to sight, and held there."""

    def __init__(
        self, source: LineSource | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(source, id=id, classes=classes)
        self._height = 0
        self._aside = self._aside_from = 0
        """The first cell that shows since a match was gone after, or 0, and the first one before."""

    @contextmanager
    def holding(self, moved: int = 0) -> Iterator[None]:
        """Whatever changes inside, the current line, else the top one, stays in its row of the screen.

        `moved` is by how much the numbers of lines have grown inside.
        """
        line, row = self._anchor()
        number = self.number(line) + moved if line >= 0 else 0
        current = self.number(self.cursor) + moved if 0 <= self.cursor < self._count else -1
        spot = self._spot(line)
        yield
        self._count = self._source.line_count()
        self.forget_paint(texts=True)
        self.cursor = min(self.place(current), self._count - 1) if current >= 0 else -1
        if self.is_mounted:
            self._fit()
            if not self.following and self._count:
                self._hold(min(self.place(number), self._count - 1), row, spot)

    def _anchor(self) -> tuple[int, int]:
        """The current line where it shows, else the top one, and the row in which it begins; or (-1, 0)."""
        if not self._count:
            return -1, 0
        shown = list(self._visible())
        row = next((row for row, (line, _) in enumerate(shown) if line == self.cursor), 0)
        line, sub = shown[row]
        return line, row - sub

    def _spot(self, line: int) -> int:
        """The place in the line at the top left, where the line is longer than the screen; else 0."""
        if line < 0:
            return 0
        first, sub = self._first()
        if self.wrap:
            piece, row = divmod(sub, STRIDE)
            tall = line == first and self._is_tall(line)
            return piece * STRIDE + self._folded(line, piece)[row] if tall else 0
        left, long = round(self.scroll_x), self.long_of(line) is not None
        tall = long or len(wrapped(self.text_of(line).plain, self.text_width)) > self.view_height
        return self.place_at(line, left) if left and tall else 0

    def _hold(self, line: int, row: int, spot: int) -> None:
        """Let a line begin in a row of the screen, or show the place `spot` of it at the top left."""
        if spot and self.wrap:
            self._place(line, self._row_of(line, spot))
        elif spot:
            self.measured([line], partial(self._show_from, line, row, spot))
        else:
            self._place(*self._moved(line, 0, -min(max(row, 0), self.view_height - 1)))

    def _show_from(self, line: int, row: int, spot: int) -> None:
        self._widen(self.width_of_line(line))
        self._place(line - max(row, 0), x=self.cell_of(line, spot))

    def _widen(self, cells: int) -> None:
        """Be able to scroll sideways as far as a line is long."""
        if cells > self._widest:
            self._widest = cells
            self._fit()

    def reveal(self, line: int, span: tuple[int, int] | None = None) -> None:
        """Bring a line, and the places `span` of it, onto the screen; what is there already stays."""
        shown = [n for n, _ in self._visible()]
        rows = self._rows_up_to(line, self.view_height + 1)
        if shown.count(line) < min(rows, self.view_height):
            above = self.view_height // 3 if rows < self.view_height else 0
            if not shown or rows > self.view_height or min(abs(line - shown[-1]), abs(line - shown[0])) > 2:
                self._place(*self._moved(line, 0, -above))
            elif line >= shown[-1]:
                self._place(*self._moved(*self._first(), self._rows_to(line, shown[-1])))
            else:
                self._place(line)
        if span is not None:
            self._reveal_span(line, span)

    def _rows_to(self, line: int, last: int) -> int:
        if not self.wrap:
            return line - last
        return sum(self._rows_up_to(n, self.view_height) for n in range(last, line + 1))

    def _rows_up_to(self, line: int, most: int) -> int:
        return len(list(islice(self._rows_of(line), most)))

    def in_sight(self, line: int, span: tuple[int, int]) -> bool:
        """Whether these places of a line are on the screen."""
        if self.wrap:
            return (line, self._row_of(line, span[0])) in self._visible()
        long = self.long_of(line)
        if long is not None and not long.knows(span[1] // STRIDE):
            return False
        first, last = self.cell_of(line, span[0]), self.cell_of(line, span[1])
        left = round(self.scroll_x)
        return left <= first and min(last, first + self.text_width) <= left + self.text_width

    def _reveal_span(self, line: int, span: tuple[int, int]) -> None:
        if self.in_sight(line, span):
            return
        if self.wrap:
            self._place(*self._moved(line, self._row_of(line, span[0]), -(self.view_height // 3)))
        else:
            self.measured([line], partial(self._go_aside, line, span))

    def _go_aside(self, line: int, span: tuple[int, int]) -> None:
        first, last = self.cell_of(line, span[0]), self.cell_of(line, span[1])
        self._widen(self.width_of_line(line))
        left = 0 if last <= self.text_width else max(first - self.text_width // 3, 0)
        if not self._is_aside():
            self._aside_from = round(self.scroll_x)
        self._aside = min(left, max(self._widest - self.text_width, 0))
        self.scroll_to(self._aside, animate=False, force=True)

    def _is_aside(self) -> bool:
        return self._aside > 0 and round(self.scroll_x) == self._aside

    def back_from_aside(self) -> None:
        """Go back from where a match led sideways, unless somebody has moved sideways since."""
        if self._is_aside():
            self.scroll_to(self._aside_from, animate=False)
        self._aside = 0

    def on_resize(self) -> None:
        showed = 0 <= self.cursor - self._first()[0] < self._height
        self._height = self.view_height
        self._folds.clear()
        self.forget_paint()
        self._fit()
        if self.wrap and self._first()[0] < self._put[0]:
            self._place(*self._put)  # a view that grew has scrolled as if all lines were one row high
        if showed:
            self.reveal(self.cursor)
