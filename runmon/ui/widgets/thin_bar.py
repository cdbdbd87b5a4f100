"""Scroll bars that take the eye no more than they must: thin, and nothing where all is on the screen."""

from __future__ import annotations

from math import ceil

from rich.color import Color
from rich.console import RenderableType
from rich.segment import Segment, Segments
from rich.style import Style
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar, ScrollBarRender

VERTICAL, HORIZONTAL = "▐", "▂"
_BACK, _BAR = Color.parse("#000000"), Color.parse("#808080")


class ThinRender(ScrollBarRender):
    """Draws a bar."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = _BACK,
        bar_color: Color = _BAR,
    ) -> Segments:
        """Track and thumb as segments, with the metadata that lets the mouse use them."""
        first, last = _thumb(size, virtual_size, window_size, position)
        ground = back_color

        def part(glyph: str, deed: str) -> Segment:
            style = Style(color=bar_color, bgcolor=ground, meta={"@mouse.down": deed})
            return Segment(glyph * (thickness if vertical else 1), style)

        above, below = part(" ", "scroll_up"), part(" ", "scroll_down")
        thumb = part(VERTICAL if vertical else HORIZONTAL, "grab")
        cells = [above] * first + [thumb] * (last - first) + [below] * (size - last)
        if vertical:
            return Segments(cells, new_lines=True)
        return Segments([*cells, Segment.line()] * thickness, new_lines=False)


def _thumb(size: int, virtual: float, window: float, position: float) -> tuple[int, int]:
    """First cell of the thumb, and the cell after its last; a window of 0 means that all shows."""
    if virtual <= window or window <= 0 or size < 1:
        return 0, 0
    length = min(max(ceil(size * window / virtual), 1), size)
    room = size - length
    first = round(room * position / (virtual - window))
    if room and 0 < position < virtual - window:
        first = min(max(first, 1), room - 1) if room > 1 else first
    return min(max(first, 0), room), min(max(first, 0), room) + length


class ThinBar(ScrollBar):
    """A scroll bar that is painted again only when its thumb moves: a log that grows seldom moves it."""

    renderer = ThinRender
    window_virtual_size: Reactive[int] = Reactive(100, repaint=False)
    position: Reactive[float] = Reactive(0, repaint=False)
    _drawn = (0, 0)

    def watch_window_virtual_size(self) -> None:
        """There is more to scroll over, or less."""
        self.look()

    def watch_position(self) -> None:
        """Scrolled."""
        self.look()

    def render(self) -> RenderableType:
        """Track and thumb."""
        self._drawn = self._thumb()
        return super().render()

    def look(self) -> None:
        """Paint again where the thumb is elsewhere now."""
        if self._thumb() != self._drawn:
            self.refresh()

    def _thumb(self) -> tuple[int, int]:
        """First cell of the thumb, and the cell after its last."""
        size = self.size.height if self.vertical else self.size.width
        return _thumb(size, self.window_virtual_size, self.window_size, self.position)
