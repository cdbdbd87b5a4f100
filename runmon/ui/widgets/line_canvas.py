"""Painting the rows of a line view that show, each once: finished strips are kept until they change."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from rich.text import Span, Text
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip

from runmon.ui.private_textual import cropped
from runmon.ui.theme import palette
from runmon.ui.widgets.line_rows import KEPT, STRIDE, LineSource
from runmon.ui.widgets.line_sight import LineSight
from runmon.ui.widgets.recent import Recent
from runmon.ui.widgets.strips import Painter, width_of

PIECES = 4
"""Pieces of a long line that are kept with what is marked in them."""
MARK = "◆"
"""Before a line that a person marked."""


class LineCanvas(LineSight):
    """Lines with a gutter, a ground, marks and a selection."""

    def __init__(
        self, source: LineSource | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(source, id=id, classes=classes)
        self._painter: Painter | None = None
        self._looks: Recent[int, dict[int, Text]] = Recent(KEPT)
        self._rows: Recent[int, dict[tuple[int, int], Strip]] = Recent(KEPT)
        self._filters: tuple[tuple[LineFilter, ...], Color] = ((), Color(0, 0, 0))

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

    def match_spans(self, line: int, plain: str, piece: int = 0) -> list[tuple[tuple[int, int], str]]:
        """Stretches of a line, or of a piece of a long one, to be marked, and the style name of each."""
        return []

    def paint_again(self, n: int) -> None:
        """Paint line `n` anew."""
        self._looks.discard(n)
        self._rows.discard(n)

    def forget_paint(self, *, texts: bool = False) -> None:
        """Paint everything anew, with texts asked for again if wished."""
        self._looks.clear()
        self._rows.clear()
        super().forget_paint(texts=texts)

    # Painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """All rows of the view; the short road that a frame takes."""
        self._take_colours()
        self.measure_shown()
        left, width = self._left(), self.view_width
        keep = self.text_selection is None
        strips = [self._row(line, row, left, width, keep) for line, row in self._visible()]
        strips = strips or self._emptiness()
        blank = self._filtered(Strip.blank(self.size.width, self.painter.base))
        strips += [blank] * (self.size.height - len(strips))
        if not self.wrap and self._guess():
            self.call_later(self._fit)
        return cropped(self, strips, crop)

    def _take_colours(self) -> None:
        """Let go of what was painted in the colours of another theme or terminal."""
        if self.painter.colours != palette(self.app):
            self._painter = None
            self._rows.clear()
        filters = (*self.get_line_filters(),), self.background_colors[1]
        if filters != self._filters:
            self._filters = filters
            self._rows.clear()

    def _filtered(self, strip: Strip) -> Strip:
        filters, ground = self._filters
        for line_filter in filters:
            strip = strip.apply_filter(line_filter, ground)
        return strip

    def _emptiness(self) -> list[Strip]:
        width, base = self.size.width, self.painter.base
        texts = [Text(), *self.empty.split("\n")] if self.empty.plain else []
        strips = [self.painter.strip(Text.assemble("  ", text), base) for text in texts]
        return [self._filtered(strip.crop_extend(0, width, base)) for strip in strips[: self.size.height]]

    def render_line(self, y: int) -> Strip:
        """One row with the places of its characters, for the mouse."""
        rows = list(self._visible())
        if y >= len(rows):
            return Strip.blank(self.size.width, self.painter.base)
        line, row = rows[y]
        ground = self._ground_of(line)
        gutter = Strip(self._gutter(line, row, ground))
        room = self.view_width - gutter.cell_length
        parts = self._parts(line, row, self._left(), room, ground)
        return Strip.join([gutter, *(Strip(part).apply_offsets(place, line) for place, part in parts)])

    @property
    def painter(self) -> Painter:
        """What paints in the colours of the theme in use."""
        if self._painter is None:
            self._painter = Painter(palette(self.app))
        return self._painter

    def _left(self) -> int:
        return 0 if self.wrap else round(self.scroll_x)

    def _row(self, line: int, row: int, left: int, width: int, keep: bool) -> Strip:
        """A row from cell `left` on, so many cells wide; painted once where it may be kept."""
        if not keep:
            return self._painted(line, row, left, width)
        rows = self._rows.get(line)
        if rows is None:
            rows = self._rows[line] = {}
        strip = rows.get((row, left))
        if strip is None:
            if len(rows) >= KEPT:
                rows.clear()
            strip = rows[row, left] = self._painted(line, row, left, width)
        return strip

    def _painted(self, line: int, row: int, left: int, width: int) -> Strip:
        ground = self._ground_of(line)
        gutter = self._gutter(line, row, ground)
        room = width - sum(len(segment.text) for segment in gutter)
        segments = gutter + self._body(line, row, left, room, ground)
        filters, behind = self._filters
        for line_filter in filters:
            segments = line_filter.apply(segments, behind)
        return Strip(segments, width)

    def _body(self, line: int, row: int, left: int, room: int, ground: Style) -> list[Segment]:
        """The text of a row from cell `left` on, exactly as wide as there is room behind its gutter."""
        return [segment for _, part in self._parts(line, row, left, room, ground) for segment in part]

    def _parts(
        self, line: int, row: int, left: int, room: int, ground: Style
    ) -> list[tuple[int, list[Segment]]]:
        """The same by pieces, each with the place in the line where it begins."""
        stretches, half = self._stretches(line, row, left, room)
        places = [piece * STRIDE + first for piece, first, _ in stretches] or [0]
        parts = [(max(places[0] - 1, 0), _blank(half, ground))] if half else []
        for place, (piece, first, after) in zip(places, stretches, strict=False):
            text = self._look(line, piece)
            parts.append((place, self.painter.segments(text, ground, first, after)))
            half += width_of(text.plain[first:after])
            place += after - first
        return [*parts, (place if stretches else 0, _blank(room - half, ground))]

    def _stretches(self, line: int, row: int, left: int, room: int) -> tuple[list[tuple[int, int, int]], int]:
        """(piece, first character, last + 1) of what a row shows, and cells before it that are half shown."""
        if not self.wrap:
            return self.in_cells(line, left, room)
        piece, row = divmod(row, STRIDE)
        folds = self._folded(line, piece)
        after = folds[row + 1] if row + 1 < len(folds) else len(self.piece_of(line, piece).plain)
        return [(piece, folds[row], after)], 0

    def _look(self, line: int, piece: int) -> Text:
        """A line, or a piece of a long one, with what is marked in it."""
        selected = self._selected(line)
        if selected is not None:
            return self._marked(line, piece, selected)
        looks = self._looks.get(line)
        if looks is None:
            looks = self._looks[line] = {}
        if piece not in looks:
            if len(looks) >= PIECES:
                looks.clear()
            looks[piece] = self._marked(line, piece, None)
        return looks[piece]

    def _ground_of(self, line: int) -> Style:
        return self.painter.ground("cursor" if line == self.cursor else self.ground(line))

    def _marked(self, line: int, piece: int, selected: tuple[int, int] | None) -> Text:
        """The text with search matches and the selection marked."""
        text = self.piece_of(line, piece)
        marks = [Span(*span, style) for span, style in self.match_spans(line, text.plain, piece)]
        if selected is not None:
            start, end = (place - piece * STRIDE for place in selected)
            marks.append(
                Span(max(start, 0), len(text) if selected[1] < 0 else min(end, len(text)), "selected")
            )
        return Text(text.plain, style=text.style, spans=[*text.spans, *marks]) if marks else text

    def _gutter(self, line: int, row: int, ground: Style) -> list[Segment]:
        """Line number, margin and what a folded row is set in by; nothing in the data can draw here."""
        segments = []
        if self.numbers:
            number = str(self.number(line) + 1) if row == 0 else ""
            faint = self.painter.on(ground, "faint")
            segments.append(Segment(f"{number:>{self._number_width() - 1}} ", faint))
        if self.MARGIN:
            mark, tone = self.margin(line)
            if row == 0 and self.marked(line):
                mark, tone = mark[:-1] + MARK, "accent"
            segments.append(Segment(mark, self.painter.on(ground, tone)))
        set_in = self._set_in(line, row)
        if set_in:
            segments.append(Segment(" " * set_in, ground))
        return segments

    def _selected(self, line: int) -> tuple[int, int] | None:
        selection = self.text_selection
        return None if selection is None else selection.get_span(line)


def _blank(cells: int, ground: Style) -> list[Segment]:
    return [Segment(" " * cells, ground)] if cells > 0 else []
