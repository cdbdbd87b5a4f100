"""Texts into strips: the painter of every line view. It knows colours and cells, not where a line is from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size
from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.strip import Strip

from runmon.ui.theme import Palette, rich_styles

_ANSI = ("faint", "bad", "ok", "warn", "number", "quiet", "number", "text", "faint", "bad", "ok", "warn",
         "number", "quiet", "number", "text")  # fmt: skip
"""The sixteen terminal colours in the tones of the palette, so that a program's colours can be read."""
CONTRAST = 3.0


class Painter:
    """Paints with one palette."""

    def __init__(self, colours: Palette) -> None:
        self.colours = colours
        self.base = Style(color=colours.text, bgcolor=colours.ground)
        selected = Color.parse(colours.ground).blend(Color.parse(colours.accent), 0.35)
        self._named = {**rich_styles(colours).styles, "selected": Style(bgcolor=selected.hex6)}
        self._on: dict[Style, _Looks] = {}
        self._grounds: dict[str, Style] = {}

    def style(self, style: str | Style) -> Style:
        """A span's style as it is painted: names by the palette, foreign colours readable on the ground."""
        if isinstance(style, str):
            return self._named.get(style) or Style.null()
        return _readable(style, self.colours)

    def ground(self, name: str) -> Style:
        """The ground of a name, or of the screen where the name is empty."""
        known = self._grounds.get(name)
        if known is None:
            known = self._grounds[name] = self.on(self.base, name)
        return known

    def on(self, ground: Style, name: str) -> Style:
        """A style of ours on a ground."""
        return self._looks(ground)[(name,)] if name in self._named else ground

    def strip(self, text: Text, ground: Style) -> Strip:
        """The whole text in one strip; spans may overlap, later ones lie above."""
        return Strip(self.segments(text, ground, 0, len(text)), width_of(text.plain))

    def segments(self, text: Text, ground: Style, first: int, after: int) -> list[Segment]:
        """A stretch of a text, in characters."""
        plain = text.plain[first:after]
        if not plain:
            return []
        if text.style:
            ground = self._looks(ground)[(text.style,)]
        looks, spans, length = self._looks(ground), [], len(plain)
        for start, end, look in text.spans:
            if start < first + length and end > first and start < end:
                spans.append((start - first if start > first else 0, min(end - first, length), look))
        return [Segment(plain[start:end], looks[over]) for start, end, over in _pieces(length, spans)]

    def _looks(self, ground: Style) -> _Looks:
        known = self._on.get(ground)
        if known is None:
            if len(self._on) >= 64:
                self._on.clear()
            known = self._on[ground] = _Looks(self.style, ground)
        return known


Look = str | Style
"""What a span says of a style."""


class _Looks(dict[tuple[Look, ...], Style]):
    """The styles that spans, from below to above, make on a ground; worked out when first met."""

    def __init__(self, style: Callable[[Look], Style], ground: Style) -> None:
        super().__init__({(): ground})
        self._style, self._ground = style, ground

    def __missing__(self, looks: tuple[Look, ...]) -> Style:
        made = Style.combine((self._ground, *map(self._style, looks)))
        if len(self) < 4096:
            self[looks] = made
        return made


_ASCII = frozenset(map(chr, range(128)))


def one_cell_each(plain: str) -> bool:
    """Whether each character of a text takes one cell, so that places of both are the same."""
    return plain.isascii() or all(get_character_cell_size(char) == 1 for char in set(plain) - _ASCII)


def in_window(plain: str, left: int, room: int) -> tuple[int, int, int]:
    """The characters that stand in `room` cells from cell `left` on: the first, and the one after the last.

    The third is how many cells before them are taken by the half of a character that begins further left.
    """
    if one_cell_each(plain):
        return left, left + room, 0
    first, cells = 0, 0
    while first < len(plain) and cells < left:
        cells += get_character_cell_size(plain[first])
        first += 1
    half = max(cells - left, 0)
    after, cells = first, half
    for char in plain[first:]:
        cells += get_character_cell_size(char)
        if cells > room:
            break
        after += 1
    return first, after, half


def width_of(plain: str) -> int:
    """Cells of a text without line breaks."""
    return len(plain) if plain.isascii() else cell_len(plain)


_Piece = tuple[int, int, tuple[Look, ...]]
"""Start, end, and what is said of it from below to above."""


def _pieces(length: int, spans: Sequence[tuple[int, int, Look]]) -> list[_Piece]:
    """Stretches of a text that have one look. Spans begin and end inside the text.

    The quick road is for spans one behind the other or one inside another, as nearly all are.
    """
    pieces: list[_Piece] = []
    around: list[tuple[int, tuple[Look, ...]]] = [(length, ())]
    at = 0
    for start, end, look in spans:
        while around[-1][0] <= start:
            at = _up_to(pieces, at, *around.pop())
        stop, looks = around[-1]
        if start < at or end > stop:
            return _woven(length, spans)
        at = _up_to(pieces, at, start, looks)
        around.append((end, (*looks, look)))
    while around:
        at = _up_to(pieces, at, *around.pop())
    return pieces


def _up_to(pieces: list[_Piece], at: int, stop: int, looks: tuple[Look, ...]) -> int:
    if at >= stop:
        return at
    pieces.append((at, stop, looks))
    return stop


def _woven(length: int, spans: Sequence[tuple[int, int, Look]]) -> list[_Piece]:
    """The same for spans that overlap in any way."""
    edges: dict[int, tuple[list[int], list[int]]] = {0: ([], []), length: ([], [])}
    for place, (start, end, _) in enumerate(spans):
        edges.setdefault(start, ([], []))[0].append(place)
        edges.setdefault(end, ([], []))[1].append(place)
    pieces: list[_Piece] = []
    active: list[int] = []
    at = 0
    for edge in sorted(edges):
        at = _up_to(pieces, at, edge, tuple(spans[place][2] for place in active))
        begun, ended = edges[edge]
        if ended:
            active = [place for place in active if place not in ended]
        if begun:
            active = sorted((*active, *begun))
    return pieces


@lru_cache(maxsize=2048)
def _readable(style: Style, colours: Palette) -> Style:
    """A style from the data in colours that can be read on our ground."""
    ground = _translated(style.bgcolor, colours, ground=True)
    color = _translated(style.color, colours, ground=False)
    if color is not None or ground is not None:
        lies_on = Color.parse(ground or colours.ground)
        color = _floored(Color.parse(color or colours.text), lies_on).hex6
    return style.without_color + Style(color=color, bgcolor=ground)


def _translated(color: RichColor | None, colours: Palette, *, ground: bool) -> str | None:
    if color is None or color.is_default:
        return None
    if color.type is ColorType.STANDARD and color.number is not None:
        tone: str = getattr(colours, _ANSI[color.number])
        return Color.parse(tone).blend(Color.parse(colours.ground), 0.7).hex6 if ground else tone
    return Color(*color.get_truecolor()).hex6


def _floored(color: Color, ground: Color) -> Color:
    """The colour, moved away from the ground until the contrast suffices."""
    far = Color(255, 255, 255) if ground.brightness < 0.5 else Color(0, 0, 0)
    for step in range(11):
        moved = color.blend(far, step / 10)
        if contrast(moved, ground) >= CONTRAST:
            return moved
    return far


def contrast(one: Color, other: Color) -> float:
    """The WCAG contrast ratio of two colours, 1 … 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def wrapped(plain: str, width: int, later: int | None = None) -> list[int]:
    """Where the rows of a folded text begin, in characters; at blanks where that can be.

    `width` is the first row's, `later` that of the others (by default the same), both in cells.
    """
    starts, row_start, cells, blank = [0], 0, 0, -1
    if width < 1 or (len(plain) <= width and plain.isascii()):
        return starts
    for at, char in enumerate(plain):
        size = 1 if char < "\x7f" else get_character_cell_size(char)
        if cells + size > width and at > row_start:
            first_row, width = width, later or width
            if blank + 1 - row_start > first_row // 2 and cell_len(plain[blank + 1 : at]) + size <= width:
                row_start, cells = blank + 1, cell_len(plain[blank + 1 : at])
            else:
                row_start, cells = at, 0
            starts.append(row_start)
        if char == " ":
            blank = at
        cells += size
    return starts


def char_at(plain: str, cell: int) -> int:
    """The index of the character that covers a cell; the length where the text ends before it."""
    if plain.isascii():
        return min(cell, len(plain))
    widths = _cumulative(plain)
    return min(bisect_right(widths, cell) - 1, len(plain))


def _cumulative(plain: str) -> list[int]:
    widths = [0]
    for char in plain:
        widths.append(widths[-1] + get_character_cell_size(char))
    return widths
