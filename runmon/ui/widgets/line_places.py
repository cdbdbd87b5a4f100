"""What every line view stands on: which lines there are, which rows of them show, and how that changes.

A million lines cost what forty cost: there is no widget, no string and no measure for a line that is not on
the screen. Folded (`wrap`), the scroll position is a line and a row of it, so no other line is ever folded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, ClassVar, Protocol

from rich.cells import cell_len
from rich.text import Text
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from runmon.ui.private_textual import grow_quietly
from runmon.ui.widgets.strips import wrapped
from runmon.ui.widgets.thin_bar import ThinBar

FRAME_S = 1 / 30
"""Lines that arrive within this time share a refresh; the first is shown at once."""


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


class LinePlaces(ScrollView, can_focus=True):
    """Shows a source. Call `grown` when lines were added, `reset` when lines changed."""

    FOLLOWS: ClassVar[bool] = False
    """Whether the view stays at the end while lines arrive."""
    MARGIN: ClassVar[int] = 0
    """Cells before each line for the mark that `margin` gives."""

    wrap: reactive[bool] = reactive(False)
    numbers: reactive[bool] = reactive(False)
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
        super().__init__(id=id, classes=classes)
        self._source: LineSource = source or _Empty()
        self._count = 0
        self._sub = 0
        self._widest = 0
        self._placing = False
        self._grown_at = 0.0
        self._pending = False
        self._texts: LRUCache[int, Text] = LRUCache(1024)
        self._folds: LRUCache[int, list[int]] = LRUCache(1024)
        self.set_reactive(LinePlaces.following, self.FOLLOWS)

    def changed(self) -> None:
        """Lines were added or changed: a subclass that looks at all of them looks again."""

    def hang(self, n: int) -> int:
        """Cells by which the folded rows of line `n` are set in."""
        return 0

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
        wait = FRAME_S - (time.monotonic() - self._grown_at)
        if self._pending or not self.is_mounted:
            return
        if wait <= 0:
            self._grow()
        else:
            self._pending = True
            self.set_timer(wait, self._grow)

    def _grow(self) -> None:
        self._pending = False
        self._grown_at = time.monotonic()
        before, self._count = self._count, self._source.line_count()
        self._forget(before - 1)
        quiet = self.show_vertical_scrollbar or self.styles.overflow_y == "hidden"
        size = self._virtual_size()
        if quiet:
            grow_quietly(self, size)
        else:
            self.virtual_size = size
        if self.following:
            self._place(*self._last_first())
            self.refresh(self.size.region)
        elif before - 1 <= self._first()[0] + self.view_height:
            self.refresh(self.size.region)
        self.post_message(self.Scrolled(self))
        self.changed()

    def _forget(self, n: int) -> None:
        """Line `n` may have become longer."""
        self._texts.discard(n)
        self._folds.discard(n)
        self.paint_again(n)

    # Size and place

    @property
    def gutter_width(self) -> int:
        """Cells before the text: line number and margin."""
        return self.MARGIN + (self._number_width() if self.numbers else 0)

    @property
    def text_width(self) -> int:
        """Cells a row has for text."""
        return max(self.view_width - self.gutter_width, 1)

    @property
    def lines_below(self) -> int:
        """Lines under the last one that shows."""
        last = next(reversed(list(self._visible())), (self._count - 1, 0))[0]
        return max(self._count - 1 - last, 0)

    def _number_width(self) -> int:
        return max(len(str(self._count)), 4) + 1

    def _virtual_size(self) -> Size:
        if not self.wrap:
            return Size(self._widest + self.gutter_width, self._count)
        return Size(self.view_width, self._last_first()[0] + self.view_height)

    @property
    def view_width(self) -> int:
        """Cells of a row, the scroll bar's not counted."""
        return max(self.size.width - self.scrollbar_size_vertical, 1)

    @property
    def view_height(self) -> int:
        """Rows that show, the scroll bar's not counted."""
        return max(self.size.height - self.scrollbar_size_horizontal, 1)

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
        self.refresh(self.size.region)
        self.post_message(self.Scrolled(self))

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

    def _place(self, line: int, sub: int = 0, *, x: int | None = None) -> None:
        """Put a line's row at the top, at once, without leaving the follow state."""
        line, sub = min((max(line, 0), sub), self._last_first())
        moved = sub != self._sub
        self._placing, self._sub = True, sub
        self.scroll_to(x, line, animate=False, force=True)
        self._placing = False
        if moved and self.is_mounted:
            self.refresh(self.size.region)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled by anything but `_place`: a folded line shows from its first row."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) == round(new_value) or not self.is_mounted:
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

    def _moved(self, line: int, sub: int, rows: int) -> tuple[int, int]:
        sub += rows
        while sub < 0 and line > 0:
            line -= 1
            sub += len(self._folded(line))
        while line < self._count - 1 and sub >= len(self._folded(line)):
            sub -= len(self._folded(line))
            line += 1
        return line, max(sub, 0)

    def reveal(self, line: int, span: tuple[int, int] | None = None) -> None:
        """Bring a line, and the characters `span` of it, onto the screen; what is there already stays."""
        shown = [n for n, _ in self._visible()]
        if line not in shown or (self.wrap and shown.count(line) < len(self._folded(line))):
            if not shown or min(abs(line - shown[-1]), abs(line - shown[0])) > 2:
                self._place(line - self.view_height // 3)
            elif line >= shown[-1]:
                self._place(*self._moved(*self._first(), self._rows_to(line, shown[-1])))
            else:
                self._place(line)
        if span is not None and not self.wrap:
            self._reveal_cells(line, span)

    def _rows_to(self, line: int, last: int) -> int:
        if not self.wrap:
            return line - last
        return sum(len(self._folded(n)) for n in range(last, line + 1))

    def _reveal_cells(self, line: int, span: tuple[int, int]) -> None:
        plain = self.text_of(line).plain
        first, last = cell_len(plain[: span[0]]), cell_len(plain[: span[1]])
        left = round(self.scroll_x)
        if not left <= first <= last <= left + self.text_width:
            fits = last <= self.text_width
            self._widest = max(self._widest, cell_len(plain))
            self._fit()
            self.scroll_to(0 if fits else max(first - self.text_width // 3, 0), animate=False, force=True)

    # Lines and rows

    def text_of(self, n: int) -> Text:
        """Line `n` as it is shown."""
        text = self._texts.get(n)
        if text is None:
            text = self._texts[n] = self._source.text(n)
        return text

    def _folded(self, n: int) -> list[int]:
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

    # Changes

    def watch_cursor(self, old: int, new: int) -> None:
        """Paint the old and the new line again."""
        self.paint_again(old)
        self.paint_again(new)
        self.refresh(self.size.region)
        self.post_message(self.CursorMoved(self, new))

    def watch_wrap(self) -> None:
        """Fold or unfold around the current line."""
        top = self._first()[0]
        self.set_class(self.wrap, "-wrap")
        self._sub = 0
        self.forget_paint()
        self._folds.clear()
        if self.is_mounted:
            self.scroll_to(0, animate=False, force=True)
            self._fit()
            self._place(*(self._last_first() if self.following else (top, 0)))

    def watch_numbers(self) -> None:
        """Show or hide line numbers."""
        self._folds.clear()
        self.forget_paint()
        if self.is_mounted:
            self._fit()

    def watch_following(self) -> None:
        """Following has no current line: the last one is it."""
        if self.following:
            self.cursor = -1
            if self.is_mounted:
                self._place(*self._last_first())
        self.post_message(self.Scrolled(self))

    def on_mount(self) -> None:
        bars: list[Any] = [self.vertical_scrollbar, self.horizontal_scrollbar]
        for bar in bars:
            bar.renderer = ThinBar
        self.reset()

    def on_resize(self) -> None:
        self._folds.clear()
        self.forget_paint()
        self._fit()

    def notify_style_update(self) -> None:
        """The theme changed."""
        super().notify_style_update()
        self.forget_paint()
