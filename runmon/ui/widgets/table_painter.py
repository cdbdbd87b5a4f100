"""Draws the lines of a table: header, rows, scroll bar, an empty one's sentence. Finished rows are kept."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from runmon.model.units import grouped
from runmon.render.cells import Cell, fitted, text_width
from runmon.ui.theme import Palette
from runmon.ui.widgets.table_marks import Marks
from runmon.ui.widgets.table_source import Head, NoRows, Row, TableSource

GAP = 2
MOST_STRIPS = 1000
"""Finished lines kept; enough for some screens up and down."""
MARK = "•"
"""Stands in the gutter of a marked row, behind the row's own sign."""
BOLD = {"chosen": "accent", "head": "quiet", "current_head": "accent", "strong": "text"}
"""Tones that are bold, and the colour each takes."""


class TablePainter:
    """Lines of one table. Set the fields, then call `forget` after a change of columns, size or rows."""

    def __init__(self, *, numbers: bool, choose_columns: bool) -> None:
        self.source: TableSource = NoRows()
        self.marks = Marks()
        self.heads: Sequence[Head] = ()
        self.count = 0
        self.top = 0
        self.left = 0
        self.frozen = 0
        self.most_number = 0
        self._places: list[int] = []
        self.cursor = -1
        self.column = 0
        self.width = 0
        self.height = 0
        self.focused = False
        self.empty: Text = Text()
        self.numbers = numbers
        self.choose_columns = choose_columns
        self._strips: dict[int, Strip] = {}
        self._styles: dict[tuple[str, str], Style] = {}
        self._theme = ""
        self._palette: Palette | None = None
        self._filters: Sequence[LineFilter] = ()
        self._background = Color(0, 0, 0)

    @property
    def body(self) -> int:
        """Rows that fit below the header."""
        return max(self.height - 1, 0)

    @property
    def has_bar(self) -> bool:
        """Whether there are more rows than fit."""
        return self.count > self.body > 0

    @property
    def margin(self) -> int:
        """Cells left of the first column: the gutter and the row numbers."""
        return 2 + (self._number_width() + GAP if self.numbers else 0)

    @property
    def room(self) -> int:
        """Cells for the columns."""
        return max(self.width - self.margin - 1, 0)

    def use(self, theme: str, colours: Palette, filters: Sequence[LineFilter], background: Color) -> None:
        """Take colours and line filters; a new theme draws all anew."""
        if theme != self._theme or len(filters) != len(self._filters):
            self._styles.clear()
            self._strips.clear()
        self._theme, self._palette, self._filters, self._background = theme, colours, filters, background

    def forget(self) -> None:
        """Draw every row anew, with the columns that the source gives now."""
        self._strips.clear()
        self.heads = self.source.heads(self.room)
        self.frozen = self._frozen()
        self.left = max(self.frozen, min(self.left, len(self.heads) - 1))
        self.column = max(0, min(self.column, len(self.heads) - 1))

    def forget_rows(self) -> None:
        """Draw every row anew, with the columns as they are."""
        self._strips.clear()

    def span(self, first: int, last: int) -> int:
        """Cells of columns `first` … `last - 1` with the gaps behind them."""
        return sum(head.width + GAP for head in self.heads[first:last])

    def is_cut(self) -> bool:
        """Whether there are columns right of the last one that fits."""
        return self.span(self.left, len(self.heads)) > self.moving_room + GAP

    @property
    def moving_room(self) -> int:
        """Cells for the columns that scroll."""
        return max(self.room - self.span(0, self.frozen), 0)

    def column_at(self, x: int) -> int | None:
        """The column that stands at a cell of the widget."""
        at = self.margin
        places: list[int] = [*range(self.frozen), *range(self.left, len(self.heads))]
        for place in places:
            at += self.heads[place].width + GAP
            if x < at:
                return place
        return None

    def reveal_column(self) -> None:
        """Scroll sideways until the chosen column shows."""
        before = self.left
        if self.column < self.frozen or not self.heads:
            return
        room, first = self.moving_room - self.heads[self.column].width, self.column
        while first > self.left and (room := room - self.heads[first - 1].width - GAP) >= 0:
            first -= 1
        self.left = min(first, self.column)
        if before != self.left:
            self._strips.clear()

    def lines(self, first: int, last: int) -> list[Strip]:
        """Lines `first` … `last - 1` of the widget, filters applied."""
        visible = self._visible()
        self._places = [*range(self.frozen), *range(*visible)]
        return [self._line(y, visible) for y in range(first, last)]

    def _line(self, y: int, visible: tuple[int, int]) -> Strip:
        if not y:
            return self._filtered(self._head_line())
        row = self.top + y - 1
        if row >= self.count:
            return self._filtered(self._beyond(y))
        line = self._strips.get(row) if row != self.cursor else None
        if line is None:
            line = self._row_line(row, visible)
        return self._with_bar(line, y) if self.has_bar else line

    def _filtered(self, line: Strip) -> Strip:
        for line_filter in self._filters:
            line = line.apply_filter(line_filter, self._background)
        return line

    def _row_line(self, row: int, visible: tuple[int, int]) -> Strip:
        first, last = visible
        found = self._found(row, first, last)
        if row == self.cursor:
            return self._filtered(self._cursor_line(found))
        segments, used = self._start(row, found, found.ground if found else "ground")
        if found is None:
            return self._filtered(
                self._ended([*segments, self._segment("…", "faint", "ground")], used + 1, "ground")
            )
        used = self._add_cells(segments, found, found.ground, used, chosen=-1)
        line = self._filtered(self._ended(segments, used, found.ground))
        if len(self._strips) > MOST_STRIPS:
            self._strips.clear()
        self._strips[row] = line
        return line

    def _found(self, row: int, first: int, last: int) -> Row | None:
        """The row with the cells of frozen columns before those of columns `first` … `last - 1`."""
        found = self.source.row(row, first, last)
        lead = self.source.row(row, 0, self.frozen) if self.frozen and found is not None else None
        return found if found is None or lead is None else found._replace(cells=[*lead.cells, *found.cells])

    def _cursor_line(self, found: Row | None) -> Strip:
        ground = "cursor" if self.focused else "panel"
        segments, used = self._start(self.cursor, found, ground)
        if found is None:
            segments.append(self._segment("…", "faint", ground))
            return self._ended(segments, used + 1, ground)
        chosen = self.column if self.choose_columns and self.focused else -1
        used = self._add_cells(segments, found, ground, used, chosen=chosen)
        return self._ended(segments, used, ground)

    def _start(self, row: int, found: Row | None, ground: str) -> tuple[list[Segment], int]:
        """Gutter and row number, and the cells they take."""
        sign = found.sign if found else Cell(" ")
        current = row == self.cursor
        if current and self.focused and sign.text == " ":
            sign = Cell("▌", "accent")
        segments = [self._segment(fitted(sign.text, 1), sign.tone, ground), self._mark(row, ground)]
        if self.numbers:
            shown = row if found is None or found.number is None else found.number
            number = grouped(shown + 1).rjust(self._number_width()) + " " * GAP
            segments.append(self._segment(number, "quiet" if current else "faint", ground))
        return segments, self.margin

    def _mark(self, row: int, ground: str) -> Segment:
        marked = bool(self.marks) and self.source.identity(row) in self.marks
        return self._segment(MARK, "accent", ground) if marked else self._segment(" ", "text", ground)

    def _add_cells(self, segments: list[Segment], row: Row, ground: str, used: int, *, chosen: int) -> int:
        """Append the cells as far as there is room; gives the cells used."""
        end = self.width - 1
        if row.across:
            text, tone, _ = row.cells[0]
            segments.append(self._segment(fitted(text, max(end - used, 0)), tone, ground))
            return end
        for place, (text, tone, right) in zip(self._places, row.cells, strict=False):
            width = min(self.heads[place].width, end - used)
            if width <= 0:
                break
            gap = min(GAP, end - used - width)
            tone = "chosen" if place == chosen else tone
            drawn = fitted(text, width, right=right)
            if place == self.frozen - 1 and gap == GAP:
                segments += (self._segment(drawn, tone, ground), self._segment("│ ", "line", ground))
            else:
                segments.append(self._segment(drawn + " " * gap, tone, ground))
            used += width + gap
        return used

    def _head_line(self) -> Strip:
        mark = "‹ " if self.left > self.frozen else "  "
        number = "#".rjust(self._number_width()) + " " * GAP if self.numbers else ""
        segments = [self._segment(mark + number, "faint", "panel")]
        cells = [self._head(place) for place in self._places]
        used = self._add_cells(segments, Row(cells), "panel", self.margin, chosen=-1)
        line = self._ended(segments, used, "panel")
        return self._with_last(line, self._segment("›", "faint", "panel")) if self.is_cut() else line

    def _head(self, place: int) -> Cell:
        head = self.heads[place]
        tone = "current_head" if self.choose_columns and place == self.column else "head"
        name = fitted(head.name, head.width - 1).rstrip() + head.sign if head.sign else head.name
        return Cell(name, tone, head.right)

    def _frozen(self) -> int:
        """Leading columns that stay: no more than leave a third of the room to the others."""
        count = next((n for n, head in enumerate(self.heads) if not head.frozen), len(self.heads))
        while count and (count == len(self.heads) or self.span(0, count) > self.room * 2 // 3):
            count -= 1
        return count

    def _beyond(self, y: int) -> Strip:
        """A line below the last row; where there are no rows, a line of the sentence that says why."""
        margin = min(4, self.width // 10)
        wrapped = [] if self.count else self._sentence(max(self.width - 2 * margin, 1))
        top = 1 + max(0, (self.body - len(wrapped)) // 3)
        if not top <= y < top + len(wrapped):
            return self._ended([], 0, "ground")
        tone, text = wrapped[y - top]
        used = margin + text_width(text)
        return self._ended([self._segment(" " * margin + text, tone, "ground")], used, "ground")

    def _sentence(self, room: int) -> list[tuple[str, str]]:
        """Tone and text of each line: the first sentence quiet, what follows behind a line break faint."""
        parts = self.empty.plain.split("\n")
        tones = ["quiet"] + ["faint"] * (len(parts) - 1)
        return [(t, text) for t, part in zip(tones, parts, strict=True) for text in wrap(part, room) or [""]]

    def _ended(self, segments: list[Segment], used: int, ground: str) -> Strip:
        if used < self.width:
            segments.append(self._segment(" " * (self.width - used), "text", ground))
            return Strip(segments, self.width)
        return Strip(segments, used).crop(0, self.width)

    def _with_bar(self, line: Strip, y: int) -> Strip:
        height = self.body
        size = max(1, height * height // self.count)
        start = self.top * (height - size) // max(self.count - height, 1)
        if not start <= y - 1 < start + size:
            return line
        thumb = self._segment("▐", "faint" if self.focused else "line", "ground")
        return self._filtered(self._with_last(line, thumb))

    def _with_last(self, line: Strip, last: Segment) -> Strip:
        return Strip.join([line.crop(0, self.width - 1), Strip([last], 1)])

    def _number_width(self) -> int:
        return max(3, len(grouped(max(self.count, self.most_number, 1))))

    def _visible(self) -> tuple[int, int]:
        """The columns on screen; the last one perhaps in part, unless it holds numbers."""
        last, room = self.left, self.moving_room
        while last < len(self.heads) and room > 0:
            room -= self.heads[last].width + GAP
            last += 1
        cut_number = room < -GAP and last > self.left + 1 and self.heads[last - 1].right
        return self.left, last - cut_number

    def _segment(self, text: str, tone: str, ground: str) -> Segment:
        style = self._styles.get((tone, ground))
        if style is None:
            colour = getattr(self._palette, BOLD.get(tone, tone), None)
            style = Style(
                color=colour, bgcolor=getattr(self._palette, ground, None), bold=tone in BOLD or None
            )
            self._styles[tone, ground] = style
        return Segment(text, style)
