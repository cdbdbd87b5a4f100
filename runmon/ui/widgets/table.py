"""One virtual table for items, keys and requests: it draws the rows that show, each once, and nothing else.

It stands on Textual's line API without its scroll machinery: the first row and the first column on screen are
plain numbers, so a million rows cost what forty do. What stands in a row comes from a `TableSource`.
"""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from runmon.ui.commands import bindings
from runmon.ui.theme import palette
from runmon.ui.widgets.table_marks import Marks
from runmon.ui.widgets.table_painter import TablePainter
from runmon.ui.widgets.table_source import TableSource


class Table(Widget, can_focus=True):
    """Fixed header, quiet row numbers, a cursor row, columns that scroll one by one."""

    SCOPE: ClassVar[str] = "table"
    BINDINGS = bindings("table")
    ALLOW_SELECT = False

    class RowMessage(Message):
        """Something about one row of a table."""

        def __init__(self, table: Table, row: int) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    class Moved(RowMessage):
        """The cursor came to another row (-1: there is none), or rows changed under it."""

        def can_replace(self, message: Message) -> bool:
            """Only where the cursor came to rest counts."""
            return isinstance(message, Table.Moved) and message.table is self.table

    class WentToEnd(RowMessage):
        """A person went to the last row that there is so far."""

    class Chosen(RowMessage):
        """A row was chosen by Enter or a double click."""

    class MarksChanged(Message):
        """Rows were marked or lost their marks; `table.marks` has them."""

        def __init__(self, table: Table) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """Only the marks as they are now count."""
            return isinstance(message, Table.MarksChanged) and message.table is self.table

    class FollowChanged(Message):
        """The table began or ceased to keep its cursor on the last row."""

        def __init__(self, table: Table, follow: bool) -> None:
            super().__init__()
            self.table = table
            self.follow = follow

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    def __init__(
        self,
        *,
        numbers: bool = True,
        columns: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`numbers`: row numbers at the left. `columns`: one column has the cursor; else they only scroll."""
        super().__init__(id=id, classes=classes)
        self.follow = False
        self._painter = TablePainter(numbers=numbers, choose_columns=columns)

    @property
    def cursor(self) -> int:
        """The row under the cursor; -1: there are no rows."""
        return self._painter.cursor

    @property
    def marks(self) -> Marks:
        """Identities, as the source gives them, of the rows that a person marked."""
        return self._painter.marks

    @property
    def column(self) -> int:
        """The column under the cursor."""
        return self._painter.column

    @property
    def first_row(self) -> int:
        """The first row on screen."""
        return self._painter.top

    @property
    def row_count(self) -> int:
        """Rows as last told by `rows_changed`."""
        return self._painter.count

    @property
    def empty(self) -> Text:
        """The sentence that stands where there are no rows."""
        return self._painter.empty

    @empty.setter
    def empty(self, sentence: Text) -> None:
        if sentence.plain != self._painter.empty.plain:
            self._painter.empty = sentence
            self.refresh()

    def show(self, source: TableSource, *, cursor: int = 0) -> None:
        """Take rows from this source from now on, the cursor on the given row."""
        if source is not self._painter.source:
            self.marks.clear()
        self._painter.source = source
        self._painter.top = self._painter.left = self._painter.column = 0
        self._painter.cursor = cursor
        self.rows_changed()

    def rows_changed(self, *, cursor: int | None = None, most: int = 0, above: int = 0) -> None:
        """Rows arrived, changed or went. The cursor keeps its row unless told one, or it follows the last.

        `most` is the greatest number of a row, where rows are not numbered by their place. `above`: so many
        came above all others, which stay where they are on screen, unless the cursor stands on the first.
        """
        paint = self._painter
        if above and paint.cursor > 0:
            paint.cursor, paint.top = max(paint.cursor + above, 0), max(paint.top + above, 0)
        paint.most_number = most
        paint.count = paint.source.row_count()
        self._prepare()
        paint.forget()
        row = paint.cursor if cursor is None else cursor
        row = paint.count - 1 if self.follow else max(row, 0)
        self._place(min(row, paint.count - 1), reveal=self.follow or cursor is not None)
        self.post_message(self.Moved(self, paint.cursor))
        self.refresh()

    def columns_changed(self) -> None:
        """Columns came, went, or changed their width."""
        self._painter.forget()
        if self._painter.choose_columns:
            self._painter.reveal_column()
        self.refresh()

    def column_width(self) -> int:
        """Cells of the column under the cursor; 0 where there is none."""
        heads = self._painter.heads
        return heads[self.column].width if self.column < len(heads) else 0

    def move_to(self, row: int) -> None:
        """Put the cursor on a row and show it. Leaving the last row ends following."""
        row = max(0, min(row, self.row_count - 1))
        if self.follow and row < self.row_count - 1:
            self.set_follow(False)
        if not self.row_count:
            return
        moved = row != self.cursor
        self._place(row, reveal=True)
        if moved:
            self.post_message(self.Moved(self, row))

    def set_follow(self, follow: bool) -> None:
        """Keep the cursor on the last row as rows arrive, or stop it."""
        if follow == self.follow:
            return
        self.follow = follow
        self.post_message(self.FollowChanged(self, follow))
        if follow:
            self.move_to(self.row_count - 1)

    def go_to_column(self, column: int) -> None:
        """Put the column cursor on a column and show it."""
        self._painter.column = max(0, min(column, len(self._painter.heads) - 1))
        self._painter.reveal_column()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._painter.width, self._painter.height = event.size
        self._prepare()
        self._painter.forget()
        self._place(self.cursor, reveal=True)
        if self._painter.choose_columns:
            self._painter.reveal_column()

    def on_focus(self) -> None:
        self._painter.focused = True
        self.refresh()

    def on_blur(self) -> None:
        self._painter.focused = False
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self.move_to(self.cursor + rows)

    def action_page(self, halves: int) -> None:
        """Move by half pages; a whole page keeps one row of what was on screen."""
        body = self._painter.body
        rows = max(1, body - 1 if abs(halves) > 1 else body // 2)
        step = rows if halves > 0 else -rows
        self._scroll(self.first_row + step)
        self.move_to(self.cursor + step)

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_to(self.row_count - 1)
        self.post_message(self.WentToEnd(self, self.row_count - 1))

    def action_column(self, step: int) -> None:
        """Go to the next or previous column; without a column cursor, scroll by one column."""
        paint = self._painter
        if paint.choose_columns:
            self.go_to_column(paint.column + step)
        elif step < 0 or paint.is_cut():
            paint.left = max(paint.frozen, min(paint.left + step, len(paint.heads) - 1))
            self.columns_changed()

    def action_end_column(self, side: int) -> None:
        """Go to the first (-1) or the last column (1)."""
        self.action_column(side * len(self._painter.heads))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on."""
        if self.cursor >= 0:
            self.marks.toggle(self._painter.source, self.cursor)
            self.marks_changed()
            self.move_to(self.cursor + 1)

    def action_mark_range(self) -> None:
        """Mark every row from the one marked last to the one under the cursor."""
        if self.cursor >= 0:
            self.marks.reach(self._painter.source, self.cursor)
            self.marks_changed()

    def action_unmark(self) -> None:
        """Take all marks away."""
        self.marks.clear()
        self.marks_changed()

    def action_next_mark(self, step: int) -> None:
        """Go to the next or previous marked row."""
        row = self.marks.next(self._painter.source, self.cursor, step)
        if row is not None:
            self.move_to(row)

    def repaint(self) -> None:
        """Draw the rows anew: what stands in them depends on the time."""
        self._painter.forget_rows()
        self.refresh()

    def marks_changed(self) -> None:
        """Marks came or went: paint them, and tell."""
        self._painter.forget_rows()
        self.refresh()
        self.post_message(self.MarksChanged(self))

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.cursor >= 0:
            self.post_message(self.Chosen(self, self.cursor))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_column(1) if event.shift else self._scroll(self.first_row + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_column(-1) if event.shift else self._scroll(self.first_row - 3)

    def on_click(self, event: events.Click) -> None:
        paint = self._painter
        if paint.has_bar and event.x == paint.width - 1 and event.y:
            self._scroll((event.y - 1) * paint.count // max(paint.body, 1))
        elif not event.y:
            self._click_head(event.x)
        elif (row := paint.top + event.y - 1) < paint.count:
            again = row == paint.cursor and event.chain > 1
            self.move_to(row)
            if again:
                self.action_choose()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the widget, finished ones from the cache."""
        paint = self._painter
        paint.use(self.app.theme, palette(self.app), self.get_line_filters(), self.background_colors[1])
        lines = paint.lines(crop.y, crop.bottom)
        if crop.x or crop.width != paint.width:
            return [line.crop(crop.x, crop.right) for line in lines]
        return lines

    def _place(self, row: int, *, reveal: bool) -> None:
        """Set the cursor; keep it on screen if asked; repaint no more than what changed."""
        paint = self._painter
        before, paint.cursor = paint.cursor, max(row, 0 if paint.count else -1)
        top = paint.top
        if reveal and paint.body:
            top = max(min(top, paint.cursor), paint.cursor - paint.body + 1)
        if not self._scroll(top):
            rows = {row for row in (before, paint.cursor) if row >= paint.top}
            self.refresh(*(Region(0, row - paint.top + 1, paint.width, 1) for row in rows))

    def _scroll(self, top: int) -> bool:
        """Put another row at the top; gives whether it moved."""
        paint = self._painter
        top = max(0, min(top, paint.count - paint.body))
        if top == paint.top:
            return False
        paint.top = top
        self._prepare()
        self.refresh()
        return True

    def _prepare(self) -> None:
        """Tell the source which rows show."""
        paint = self._painter
        last = min(paint.top + paint.body, paint.count) - 1
        if paint.count and paint.body and paint.source.prepare(min(paint.top, last), last):
            self.columns_changed()

    def _click_head(self, x: int) -> None:
        place = self._painter.column_at(x)
        if place is not None and self._painter.choose_columns:
            self.go_to_column(place)
