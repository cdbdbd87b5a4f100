"""What every line view stands on: which rows show, where they lie, how they are painted. No keys, no search.

A million lines cost what forty cost: there is no widget, no string and no measure for a line that is not on
the screen. Folded (`wrap`), the scroll position is a line and a row of it, so no other line is ever folded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import ClassVar, Protocol

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Span, Text
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from runmon.ui.private_textual import finished, grow_quietly
from runmon.ui.theme import palette
from runmon.ui.widgets.strips import Painter, char_at, wrapped

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


class LineCanvas(ScrollView, can_focus=True):
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

        def __init__(self, view: LineCanvas, line: int) -> None:
            super().__init__()
            self.view = view
            self.line = line

        def can_replace(self, message: Message) -> bool:
            """Only the last place counts."""
            return isinstance(message, LineCanvas.CursorMoved) and message.view is self.view

    class Scrolled(Message):
        """What shows, or how much there is, changed."""

        def __init__(self, view: LineCanvas) -> None:
            super().__init__()
            self.view = view

        def can_replace(self, message: Message) -> bool:
            """Only the last place counts."""
            return isinstance(message, LineCanvas.Scrolled) and message.view is self.view

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
        self._painter: Painter | None = None
        self._texts: LRUCache[int, Text] = LRUCache(1024)
        self._folds: LRUCache[int, list[int]] = LRUCache(1024)
        self._strips: LRUCache[tuple[int, bool], Strip] = LRUCache(1024)
        self._rows: LRUCache[tuple[int, int, int, bool], Strip] = LRUCache(1024)
        self.set_reactive(LineCanvas.following, self.FOLLOWS)

    # What a subclass may say about a line

    def margin(self, n: int) -> tuple[str, str]:
        """The mark before line `n`, MARGIN cells wide, and its style name."""
        return " " * self.MARGIN, ""

    def ground(self, n: int) -> str:
        """The style name of the ground behind line `n`; empty: the screen's."""
        return ""

    def match_spans(self, line: int, plain: str) -> list[tuple[tuple[int, int], str]]:
        """Stretches of a line to be marked, and the style name of each."""
        return []

    def changed(self) -> None:
        """Lines were added or changed: a subclass that looks at all of them looks again."""

    # The source

    @property
    def source(self) -> LineSource:
        """Where the lines come from."""
        return self._source

    @source.setter
    def source(self, source: LineSource) -> None:
        self._source = source
        self._widest = 0
        self.set_reactive(LineCanvas.cursor, -1)
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
        elif before - 1 <= self._first()[0] + self.size.height:
            self.refresh(self.size.region)
        self.post_message(self.Scrolled(self))
        self.changed()

    def _forget(self, n: int) -> None:
        """Line `n` may have become longer."""
        self._texts.discard(n)
        self._folds.discard(n)
        self._paint_again(n)

    def _paint_again(self, n: int) -> None:
        for current in (False, True):
            self._strips.discard((n, current))
        rows = list(self._rows.keys())
        for key in rows:
            if key[0] == n:
                self._rows.discard(key)

    def forget_paint(self, *, texts: bool = False) -> None:
        """Paint everything anew, with texts asked for again if wished."""
        if texts:
            self._texts.clear()
            self._folds.clear()
        self._strips.clear()
        self._rows.clear()
        self.refresh()

    # Size and place

    @property
    def gutter_width(self) -> int:
        """Cells before the text: line number and margin."""
        return self.MARGIN + (self._number_width() if self.numbers else 0)

    @property
    def text_width(self) -> int:
        """Cells a row has for text."""
        return max(self.size.width - self.gutter_width, 1)

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
        return Size(self.size.width, self._last_first()[0] + self._height())

    def _height(self) -> int:
        bar = self.scrollbar_size_horizontal if self.show_horizontal_scrollbar else 0
        return max(self.container_size.height - bar, 1)

    def _fit(self) -> None:
        """Take the size the content has now; lays out only where a bar comes or goes."""
        size = self._virtual_size()
        wide = size.width > self.size.width and not self.wrap
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
        height = self._height()
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
        """Scrolled by bar or program: whoever leaves the end stops following, whoever reaches it resumes."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) == round(new_value) or not self.is_mounted:
            return
        if not self._placing:
            self._sub = 0
            self._settle()
        self.post_message(self.Scrolled(self))

    def _settle(self) -> None:
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
                self._place(line - self._height() // 3)
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

    # Painting

    def text_of(self, n: int) -> Text:
        """Line `n` as it is shown."""
        text = self._texts.get(n)
        if text is None:
            text = self._texts[n] = self._source.text(n)
        return text

    def _folded(self, n: int) -> list[int]:
        folds = self._folds.get(n)
        if folds is None:
            folds = self._folds[n] = wrapped(self.text_of(n).plain, self.text_width) if self.wrap else [0]
        return folds

    def _visible(self) -> Iterator[tuple[int, int]]:
        """(line, row inside it) of every row on the screen, from the top."""
        line, sub = self._first()
        rows = self.size.height
        while rows > 0 and line < self._count:
            folds = len(self._folded(line)) if self.wrap else 1
            for row in range(sub, min(folds, sub + rows)):
                rows -= 1
                yield line, row
            line, sub = line + 1, 0

    def render_lines(self, crop: Region) -> list[Strip]:
        """All rows of the view; the short road that a frame takes."""
        strips = [self._row(line, row) for line, row in self._visible()] or self._emptiness()
        blank = Strip.blank(self.size.width, self.painter.base)
        strips += [blank] * (self.size.height - len(strips))
        if not self.wrap and any(self._widths(strips)):
            self.call_later(self._fit)
        return finished(self, strips, crop)

    def _emptiness(self) -> list[Strip]:
        width, base = self.size.width, self.painter.base
        texts = [Text(), *self.empty.split("\n")] if self.empty.plain else []
        strips = [self.painter.strip(Text.assemble("  ", text), base) for text in texts]
        return [strip.crop_extend(0, width, base) for strip in strips[: self.size.height]]

    def _widths(self, strips: list[Strip]) -> Iterator[bool]:
        for line, _ in self._visible():
            width = self._strip(line).cell_length
            if width > self._widest:
                self._widest = width
                yield True

    def render_line(self, y: int) -> Strip:
        """One row with the places of its characters, for the mouse."""
        rows = list(self._visible())
        if y >= len(rows):
            return Strip.blank(self.size.width, self.painter.base)
        line, row = rows[y]
        plain = self.text_of(line).plain
        begins = self._folded(line)[row] + char_at(plain[self._folded(line)[row] :], self._left())
        body = self._cut(line, row).apply_offsets(begins, line)
        return Strip.join([self._gutter(line, row, self._ground_of(line)), body])

    @property
    def painter(self) -> Painter:
        """What paints in the colours of the theme in use."""
        colours = palette(self.app)
        if self._painter is None or self._painter.colours != colours:
            self._painter = Painter(colours)
        return self._painter

    def _left(self) -> int:
        return 0 if self.wrap else round(self.scroll_x)

    def _row(self, line: int, row: int) -> Strip:
        key = (line, row, self._left(), line == self.cursor)
        strip = self._rows.get(key) if self.text_selection is None else None
        if strip is None:
            body = self._cut(line, row)
            strip = Strip.join([self._gutter(line, row, self._ground_of(line)), body])
            self._rows[key] = strip
        return strip

    def _cut(self, line: int, row: int) -> Strip:
        """The text of a row, exactly as wide as there is room."""
        whole, ground = self._strip(line), self.painter.base + self._ground_of(line)
        folds, plain = self._folded(line), self.text_of(line).plain
        first = cell_len(plain[: folds[row]])
        left = self._left() + first
        end = left + self.text_width
        if row + 1 < len(folds):
            end = first + cell_len(plain[folds[row] : folds[row + 1]])
        return whole.crop_extend(left, end, ground).extend_cell_length(self.text_width, ground)

    def _strip(self, line: int) -> Strip:
        selected = self._selected(line)
        key = (line, line == self.cursor)
        strip = self._strips.get(key) if selected is None else None
        if strip is None:
            text = self._marked(line, selected)
            strip = self.painter.strip(text, self.painter.base + self._ground_of(line))
            if selected is None:
                self._strips[key] = strip
        return strip

    def _ground_of(self, line: int) -> Style:
        name = "cursor" if line == self.cursor else self.ground(line)
        return self.painter.style(name) if name else Style.null()

    def _marked(self, line: int, selected: tuple[int, int] | None) -> Text:
        """The text with search matches and the selection marked."""
        text = self.text_of(line)
        marks = [Span(*span, style) for span, style in self.match_spans(line, text.plain)]
        if selected is not None:
            start, end = selected
            marks.append(Span(start, len(text) if end < 0 else end, "selected"))
        return Text(text.plain, spans=[*text.spans, *marks]) if marks else text

    def _gutter(self, line: int, row: int, ground: Style) -> Strip:
        """Line number and margin; never scrolled, and nothing in the data can draw here."""
        segments = []
        base = self.painter.base + ground
        if self.numbers:
            number = str(line + 1) if row == 0 else ""
            segments.append(
                Segment(f"{number:>{self._number_width() - 1}} ", base + self.painter.style("faint"))
            )
        if self.MARGIN:
            mark, tone = self.margin(line)
            segments.append(Segment(mark, base + self.painter.style(tone)))
        return Strip(segments, self.gutter_width)

    def _selected(self, line: int) -> tuple[int, int] | None:
        selection = self.text_selection
        return None if selection is None else selection.get_span(line)

    def watch_cursor(self, old: int, new: int) -> None:
        """Paint the old and the new line again."""
        self._paint_again(old)
        self._paint_again(new)
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
        self.reset()

    def on_resize(self) -> None:
        self._folds.clear()
        self._rows.clear()
        self._fit()

    def notify_style_update(self) -> None:
        """The theme changed."""
        super().notify_style_update()
        self.forget_paint()
