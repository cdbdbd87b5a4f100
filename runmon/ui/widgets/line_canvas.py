"""Painting the rows of a line view that show, each once: finished strips are kept until they change."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Span, Text
from textual.cache import LRUCache
from textual.geometry import Region
from textual.strip import Strip

from runmon.ui.private_textual import finished
from runmon.ui.theme import palette
from runmon.ui.widgets.line_places import LinePlaces
from runmon.ui.widgets.line_rows import LineSource
from runmon.ui.widgets.strips import Painter, char_at

MARK = "◆"
"""Before a line that a person marked."""


class LineCanvas(LinePlaces):
    """Lines with a gutter, a ground, marks and a selection."""

    def __init__(
        self, source: LineSource | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(source, id=id, classes=classes)
        self._painter: Painter | None = None
        self._strips: LRUCache[tuple[int, bool], Strip] = LRUCache(1024)
        self._rows: LRUCache[tuple[int, int, int, bool], Strip] = LRUCache(1024)

    # What a subclass may say about a line

    def margin(self, n: int) -> tuple[str, str]:
        """The mark before line `n`, MARGIN cells wide, and its style name."""
        return " " * self.MARGIN, ""

    def marked(self, n: int) -> bool:
        """Whether a person marked line `n`."""
        return False

    def ground(self, n: int) -> str:
        """The style name of the ground behind line `n`; empty: the screen's."""
        return ""

    def match_spans(self, line: int, plain: str) -> list[tuple[tuple[int, int], str]]:
        """Stretches of a line to be marked, and the style name of each."""
        return []

    def paint_again(self, n: int) -> None:
        """Paint line `n` anew."""
        for current in (False, True):
            self._strips.discard((n, current))
        rows = list(self._rows.keys())
        for key in rows:
            if key[0] == n:
                self._rows.discard(key)

    def forget_paint(self, *, texts: bool = False) -> None:
        """Paint everything anew, with texts asked for again if wished."""
        self._strips.clear()
        self._rows.clear()
        super().forget_paint(texts=texts)

    # Painting

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
        begins = self._folded(line)[row]
        begins += char_at(self.text_of(line).plain[begins:], self._left())
        body = Strip(self._body(line, row)).apply_offsets(begins, line)
        return Strip.join([Strip(self._gutter(line, row)), body])

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
            segments = [*self._gutter(line, row), *self._body(line, row)]
            bar = self.size.width - self.view_width
            if bar:
                segments.append(Segment(" " * bar, self.painter.base))
            strip = self._rows[key] = Strip(segments, self.size.width)
        return strip

    def _body(self, line: int, row: int) -> list[Segment]:
        """The text of a row, exactly as wide as there is room behind its gutter."""
        whole, room = self._strip(line), self.text_width - self._set_in(line, row)
        first, width = self._left(), room
        folds = self._folded(line)
        if len(folds) > 1:
            plain, after = self.text_of(line).plain, (*folds[row + 1 : row + 2], None)[0]
            first = cell_len(plain[: folds[row]])
            width = cell_len(plain[folds[row] : after])
        width = min(width, whole.cell_length - first)
        if width <= 0:
            return [self._blank(line, room)]
        part = whole if width == whole.cell_length else whole.crop(first, first + width)
        return [*part, self._blank(line, room - width)] if room > width else list(part)

    def _blank(self, line: int, width: int) -> Segment:
        return Segment(" " * width, self.painter.base + self._ground_of(line))

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
        return Text(text.plain, style=text.style, spans=[*text.spans, *marks]) if marks else text

    def _gutter(self, line: int, row: int) -> list[Segment]:
        """Line number, margin and what a folded row is set in by; nothing in the data can draw here."""
        segments = []
        base = self.painter.base + self._ground_of(line)
        if self.numbers:
            number = str(self.number(line) + 1) if row == 0 else ""
            faint = base + self.painter.style("faint")
            segments.append(Segment(f"{number:>{self._number_width() - 1}} ", faint))
        if self.MARGIN:
            mark, tone = self.margin(line)
            if row == 0 and self.marked(line):
                mark, tone = mark[:-1] + MARK, "accent"
            segments.append(Segment(mark, base + self.painter.style(tone)))
        set_in = self._set_in(line, row)
        if set_in:
            segments.append(self._blank(line, set_in))
        return segments

    def _selected(self, line: int) -> tuple[int, int] | None:
        selection = self.text_selection
        return None if selection is None else selection.get_span(line)
