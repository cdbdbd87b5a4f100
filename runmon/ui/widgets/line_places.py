"""Where a line view stands among its lines while they come and go, and which of them is the current one."""

from __future__ import annotations

import time
from asyncio import get_running_loop
from typing import ClassVar

from rich.text import Text
from textual.message import Message
from textual.reactive import reactive

from runmon.ui.private_textual import grow_quietly, paint_now, use_bars
from runmon.ui.widgets.line_measures import LineMeasures
from runmon.ui.widgets.line_rows import LineSource
from runmon.ui.widgets.thin_bar import ThinBar

FRAME_S = 1 / 30
"""Lines that arrive within this time share a refresh; the first is shown at once."""
RACING_FRAME_S = 1 / 15
"""The same where the whole screen is new each time, so that nobody can read it anyway."""


class LinePlaces(LineMeasures):
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
        self._put = 0, 0
        """The line and row that were put at the top last."""
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
        self._widest = self._guessed = 0
        self._measures += 1
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
        self.paint_again(n)

    # The place

    def shown_measured(self) -> None:
        """Paint long lines anew, in colours that began further left; their ends are known now."""
        self.forget_paint()
        self._guess()
        self._fit()
        if not self.wrap and self.scroll_x > self.max_scroll_x:
            self.scroll_to(self.max_scroll_x, animate=False)

    def _guess(self) -> bool:
        """Take note of the longest line that shows; whether another width is known than before."""
        before = max(self._widest, self._guessed)
        self._guessed = 0
        for n in dict.fromkeys(line for line, _ in self._visible()):
            long, width = self.long_of(n), self.width_of_line(n)
            if long is None or long.measured:
                self._widest = max(self._widest, width)
            else:
                self._guessed = max(self._guessed, width)
        return max(self._widest, self._guessed) != before

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
        self._put = line, sub = min((max(line, 0), sub), self._last_first())
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

    def notify_style_update(self) -> None:
        """The theme changed."""
        super().notify_style_update()
        self.forget_paint()
