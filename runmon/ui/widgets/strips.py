"""Texts into strips: the painter of every line view. It knows colours and cells, not where a line is from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
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
        self._combined: dict[tuple[Style, ...], Style] = {}

    def style(self, style: str | Style) -> Style:
        """A span's style as it is painted: names by the palette, foreign colours readable on the ground."""
        if isinstance(style, str):
            return self._named.get(style) or Style.null()
        return _readable(style, self.colours)

    def ground(self, name: str) -> Style:
        """The ground of a name, or of the screen where the name is empty."""
        return self.on(self.base, name)

    def on(self, ground: Style, name: str) -> Style:
        """A style of ours on a ground."""
        named = self._named.get(name)
        return self._over((ground, named)) if named is not None else ground

    def strip(self, text: Text, ground: Style) -> Strip:
        """The whole text in one strip; spans may overlap, later ones lie above."""
        return Strip(self.segments(text, ground, 0, len(text)), width_of(text.plain))

    def segments(self, text: Text, ground: Style, first: int, after: int) -> list[Segment]:
        """A stretch of a text, in characters."""
        plain, style = text.plain[first:after], self.style
        if not plain:
            return []
        if text.style:
            ground = self._over((ground, style(text.style)))
        looks = [
            (max(start - first, 0), end - first, style(look))
            for start, end, look in text.spans
            if start < after and end > first and start < end
        ]
        return [
            Segment(plain[start:end], self._over((ground, *over)))
            for start, end, over in _pieces(len(plain), looks)
        ]

    def _over(self, styles: tuple[Style, ...]) -> Style:
        known = self._combined.get(styles)
        if known is None:
            known = Style.combine(styles)
            if len(self._combined) < 4096:
                self._combined[styles] = known
        return known


def width_of(plain: str) -> int:
    """Cells of a text without line breaks."""
    return len(plain) if plain.isascii() else cell_len(plain)


def _pieces(length: int, looks: Sequence[tuple[int, int, Style]]) -> Iterator[tuple[int, int, list[Style]]]:
    """Stretches of a text that have one look: start, end, styles from below to above."""
    edges: dict[int, tuple[list[int], list[int]]] = {0: ([], []), length: ([], [])}
    for place, (start, end, _) in enumerate(looks):
        edges.setdefault(start, ([], []))[0].append(place)
        edges.setdefault(min(end, length), ([], []))[1].append(place)
    active: list[int] = []
    at = 0
    for edge in sorted(edges):
        if at < edge:
            yield at, edge, [looks[place][2] for place in active]
            at = edge
        begun, ended = edges[edge]
        if ended:
            active = [place for place in active if place not in ended]
        if begun:
            active = sorted((*active, *begun))


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
