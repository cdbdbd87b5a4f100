"""Where a line view stands among its lines, and how it keeps its place while they come, go and fold."""

from __future__ import annotations

import time
from asyncio import get_running_loop
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.message import Message
from textual.reactive import reactive

from runmon.ui.private_textual import grow_quietly, paint_now, use_bars
from runmon.ui.widgets.line_rows import LineRows, LineSource
from runmon.ui.widgets.strips import char_at, wrapped
from runmon.ui.widgets.thin_bar import ThinBar

FRAME_S = 1 / 30
"""Lines that arrive within this time share a refresh; the first is shown at once."""
RACING_FRAME_S = 1 / 15
"""The same where the whole screen is new each time, so that nobody can read it anyway."""


class LinePlaces(LineRows):
    """Shows a source. Call `grown` when lines were added, `reset` when lines changed."""

    FOLLOWS: ClassVar[bool] = False
    """Whether the view stays at the end while lines arrive."""

    following: reactive[bool] = reactive(False)
    """Whether the end is kept in view as lines arrive."""
    cursor: reactive[int] = reactive(-1)
    """The current line; -1: none."""
    empty: reactive[Text] = reactive(Text)
    """What is said where there are no lines; not markup, already through `untrusted`."""

    class CursorMoved(Message):
        """Another line is the current one."""

        def __init__(self, view: LinePlaces, line: int) -> None:
            super().__init__()
            self.view = view
            self.line = line

        def can_replace(self, message: Message) -> bool:
            """Only the last place counts."""
            return isinstance(message, LinePlaces.CursorMoved) and message.view is self.view

    class Scrolled(Message):
        """What shows, or how much there is, changed."""

        def __init__(self, view: LinePlaces) -> None:
            super().__init__()
            self.view = view

        def can_replace(self, message: Message) -> bool:
            """Only the last place counts."""
            return isinstance(message, LinePlaces.Scrolled) and message.view is self.view

    def __init__(
        self, source: LineSource | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(source, id=id, classes=classes)
        self._placing = False
        self._height = 0
        self._aside = self._aside_from = 0
        """The first cell that shows since a match was gone after, or 0, and the first one before."""
        self._grown_at = 0.0
        self._racing = False
        self._pending = False
        self._bars: tuple[ThinBar, ...] = ()
        self.set_reactive(LinePlaces.following, self.FOLLOWS)

    def take_in(self) -> None:
        """Lines are about to be shown that were added: a subclass that hides some decides which."""

    def changed(self) -> None:
        """Lines were added or changed: a subclass that looks at all of them looks again."""

    def paint_again(self, n: int) -> None:
        """Line `n` looks different now."""

    def forget_paint(self, *, texts: bool = False) -> None:
        """Everything looks different now; with `texts`, ask for the texts again too."""
        if texts:
            self._texts.clear()
            self._folds.clear()
        self.refresh()

    # The source

    @property
    def source(self) -> LineSource:
        """Where the lines come from."""
        return self._source

    @source.setter
    def source(self, source: LineSource) -> None:
        self._source = source
        self._widest = 0
        self.set_reactive(LinePlaces.cursor, -1)
        self._place(0, 0, x=0)
        self.reset()

    def reset(self) -> None:
        """The source's lines changed: read them again."""
        self._count = self._source.line_count()
        self.forget_paint(texts=True)
        if self.is_mounted:
            self._fit()
            self.changed()

    def grown(self) -> None:
        """Lines were added to the source, or its last one became longer."""
        frame = RACING_FRAME_S if self._racing else FRAME_S
        wait = frame - (time.monotonic() - self._grown_at)
        if self._pending or not self.is_mounted:
            return
        if wait <= 0:
            self._grow()
        else:
            self._pending = True
            get_running_loop().call_later(wait, self.call_next, self._grow)

    def _grow(self) -> None:
        self._pending = False
        self._grown_at = time.monotonic()
        self.take_in()
        self.lengthen()
        paint_now(self)
        self.changed()

    def lengthen(self) -> None:
        """Show what is new at the end of the source."""
        before, self._count = self._count, self._source.line_count()
        self._racing = self._count - before > self.view_height
        self._forget(before - 1)
        quiet = self.show_vertical_scrollbar or self.styles.overflow_y == "hidden"
        size = self._virtual_size()
        if quiet:
            grow_quietly(self, size)
        else:
            self.virtual_size = size
        if self.following:
            self._place(*self._last_first())
            self.refresh(self.rows_region)
        elif before - 1 <= self._first()[0] + self.view_height:
            self.refresh(self.rows_region)
        self._move_bars()
        self.post_message(self.Scrolled(self))

    def _forget(self, n: int) -> None:
        """Line `n` may have become longer."""
        self._texts.discard(n)
        self._folds.discard(n)
        self.paint_again(n)

    # The place

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
        """The character of the line at the top left, where the line is longer than the screen; else 0."""
        if line < 0:
            return 0
        if self.wrap:
            first, sub = self._first()
            return (
                self._folded(line)[sub] if line == first and len(self._folded(line)) > self.view_height else 0
            )
        plain, left = self.text_of(line).plain, round(self.scroll_x)
        if not left or len(wrapped(plain, self.text_width)) <= self.view_height:
            return 0
        return char_at(plain, left)

    def _hold(self, line: int, row: int, spot: int) -> None:
        """Let a line begin in a row of the screen, or show the character `spot` of it at the top left."""
        if spot and self.wrap:
            self._place(line, bisect_right(self._folded(line), spot) - 1)
        elif spot:
            plain = self.text_of(line).plain
            self._widen(cell_len(plain))
            self._place(line - max(row, 0), x=cell_len(plain[:spot]))
        else:
            self._place(*self._moved(line, 0, -min(max(row, 0), self.view_height - 1)))

    def _widen(self, cells: int) -> None:
        """Be able to scroll sideways as far as a line is long."""
        if cells > self._widest:
            self._widest = cells
            self._fit()

    def _fit(self) -> None:
        """Take the size the content has now; lays out only where a bar comes or goes."""
        size = self._virtual_size()
        wide = size.width > self.view_width and not self.wrap
        if wide != self.show_horizontal_scrollbar or not self.show_vertical_scrollbar:
            self.virtual_size = size
        else:
            grow_quietly(self, size)
        if self.following or self._first() > self._last_first():
            self._place(*self._last_first())
        self.refresh(self.rows_region)
        self._move_bars()
        self.post_message(self.Scrolled(self))

    def _move_bars(self) -> None:
        for bar in self._bars:
            bar.look()

    def _place(self, line: int, sub: int = 0, *, x: int | None = None) -> None:
        """Put a line's row at the top, at once, without leaving the follow state."""
        line, sub = min((max(line, 0), sub), self._last_first())
        moved = sub != self._sub
        self._placing, self._sub = True, sub
        self.scroll_to(x, line, animate=False, force=True)
        self._placing = False
        if moved and self.is_mounted:
            self.refresh(self.rows_region)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled by anything but `_place`: a folded line shows from its first row."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) == round(new_value):
            return
        self.refresh(self.rows_region)
        if not self.is_mounted:
            return
        if not self._placing:
            self._sub = 0
        self.post_message(self.Scrolled(self))

    def _settle(self) -> None:
        """A person scrolled: whoever leaves the end stops following, whoever reaches it resumes."""
        self.following = self.FOLLOWS and self._first() >= self._last_first()

    def scroll_rows(self, rows: int) -> None:
        """Scroll by rows; down is positive."""
        line, sub = self._moved(*self._first(), rows) if self.wrap else (self._first()[0] + rows, 0)
        self._place(line, sub)
        self._settle()
        self.post_message(self.Scrolled(self))

    def reveal(self, line: int, span: tuple[int, int] | None = None) -> None:
        """Bring a line, and the characters `span` of it, onto the screen; what is there already stays."""
        shown = [n for n, _ in self._visible()]
        rows = len(self._folded(line)) if self.wrap else 1
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
        return sum(len(self._folded(n)) for n in range(last, line + 1))

    def in_sight(self, line: int, span: tuple[int, int]) -> bool:
        """Whether these characters of a line are on the screen."""
        if self.wrap:
            row = bisect_right(self._folded(line), span[0]) - 1
            return (line, row) in self._visible()
        first, last = self._cells(line, span)
        left = round(self.scroll_x)
        return left <= first and min(last, first + self.text_width) <= left + self.text_width

    def _cells(self, line: int, span: tuple[int, int]) -> tuple[int, int]:
        plain = self.text_of(line).plain
        return cell_len(plain[: span[0]]), cell_len(plain[: span[1]])

    def _reveal_span(self, line: int, span: tuple[int, int]) -> None:
        if self.in_sight(line, span):
            return
        if self.wrap:
            row = bisect_right(self._folded(line), span[0]) - 1
            self._place(*self._moved(line, row, -(self.view_height // 3)))
            return
        first, last = self._cells(line, span)
        self._widen(cell_len(self.text_of(line).plain))
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

    # Changes

    def watch_cursor(self, old: int, new: int) -> None:
        """Paint the old and the new line again."""
        self.paint_again(old)
        self.paint_again(new)
        self.refresh(self.rows_region)
        self.post_message(self.CursorMoved(self, new))

    def watch_wrap(self) -> None:
        """Fold or unfold."""
        self.set_class(self.wrap, "-wrap")
        self._sub = 0
        self.forget_paint()
        self._folds.clear()
        if self.is_mounted:
            self.scroll_to(0, animate=False, force=True)
            self._fit()

    def watch_numbers(self) -> None:
        """Show or hide line numbers."""
        self._folds.clear()
        self.forget_paint()
        if self.is_mounted:
            self._fit()

    def watch_show_vertical_scrollbar(self) -> None:
        """Rows became shorter or longer by a bar."""
        self._folds.clear()
        self.forget_paint()

    def watch_show_horizontal_scrollbar(self) -> None:
        """The bar below takes a row, or gives it back: the end stays in sight."""
        if self.is_mounted and self.following:
            self._place(*self._last_first())

    def watch_following(self) -> None:
        """Following has no current line: the last one is it."""
        if self.following:
            self.cursor = -1
            if self.is_mounted:
                self._place(*self._last_first())
        self.post_message(self.Scrolled(self))

    def on_mount(self) -> None:
        self._bars = use_bars(self, ThinBar)
        self.reset()

    def on_resize(self) -> None:
        showed = 0 <= self.cursor - self._first()[0] < self._height
        self._height = self.view_height
        self._folds.clear()
        self.forget_paint()
        self._fit()
        if showed:
            self.reveal(self.cursor)

    def notify_style_update(self) -> None:
        """The theme changed."""
        super().notify_style_update()
        self.forget_paint()
