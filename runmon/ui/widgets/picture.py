"""An image in half-block cells: two pixels a cell, in any terminal. Decoding is bounded and off the loop."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from runmon.render.raster import Raster
from runmon.ui.private_textual import finished
from runmon.ui.theme import palette

UPPER = "▀"


class Picture(Widget):
    """Shows a `Raster` in the middle of its room."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._raster: Raster | None = None
        self._strips: list[Strip] = []

    def show(self, raster: Raster | None) -> None:
        """Show an image already scaled to this widget's room, or nothing."""
        self._raster = raster
        self._strips = _strips(raster) if raster is not None else []
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The image's lines with the ground around them."""
        width, height = self.size
        ground = Style(bgcolor=palette(self.app).ground)
        left = max((width - (self._raster.width if self._raster else 0)) // 2, 0)
        blank = Strip.blank(width, ground)
        margin = Strip.blank(left, ground)
        lines = [
            Strip.join([margin, line]).extend_cell_length(width, ground).crop(0, width)
            for line in self._strips
        ]
        return finished(self, (lines + [blank] * height)[:height], crop)


def _strips(raster: Raster) -> list[Strip]:
    return [_strip(raster, row) for row in range(0, raster.height, 2)]


def _strip(raster: Raster, row: int) -> Strip:
    segments = []
    for column in range(raster.width):
        above, below = raster.pixel(column, row), raster.pixel(column, row + 1)
        style = Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below))
        segments.append(Segment(UPPER, style))
    return Strip(segments, raster.width)
