"""An image in half-block cells: two pixels a cell, in any terminal; in pixels where the terminal draws them.

Decoding is bounded and off the loop.
"""

from __future__ import annotations

from typing import Any

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from runmon.render.raster import Detail, Raster
from runmon.settings import DEFAULTS
from runmon.ui.pixels import Pixels
from runmon.ui.private_textual import cropped, finished
from runmon.ui.theme import palette

UPPER = "▀"
OFF = "images are off"


def drawing(app: App[Any]) -> bool:
    """Whether images are drawn at all, as the settings say."""
    return getattr(app, "settings", DEFAULTS).images != "off"


class Picture(Widget):
    """Shows a `Raster` in the middle of its room."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._blocks: list[Strip] = []
        self._stand_ins: list[Strip] = []
        """Cells in whose place the terminal shows the image that it holds."""
        self._number = 0

    @property
    def pixels(self) -> Pixels | None:
        """What holds images at a terminal that draws pixels."""
        return getattr(self.app, "pixels", None)

    def show(self, raster: Raster | None, detail: Detail | None = None) -> None:
        """Show an image already scaled to this widget's room, or nothing."""
        self._let_go()
        self._blocks = _blocks(raster) if raster is not None else []
        if detail is not None and self.pixels is not None:
            self._number = self.pixels.send(detail)
            self._stand_ins = _stand_ins(self._number, detail)
        self.refresh()

    def on_unmount(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._number and self.pixels is not None:
            self.pixels.drop(self._number)
        self._number, self._stand_ins = 0, []

    def render_lines(self, crop: Region) -> list[Strip]:
        """The image's lines with the ground around them.

        Under a dialog, which tints what is behind it, they are half-blocks: a tint would name another image.
        """
        own = bool(self._stand_ins) and self.app.screen is self.screen
        image = self._stand_ins if own else self._blocks
        width, height = self.size
        ground = Style(bgcolor=palette(self.app).ground)
        left = max((width - (image[0].cell_length if image else 0)) // 2, 0)
        blank, margin = Strip.blank(width, ground), Strip.blank(left, ground)
        lines = [
            Strip.join([margin, line]).extend_cell_length(width, ground).crop(0, width) for line in image
        ]
        ready = cropped if own else finished  # filters would change the colours that name the image
        return ready(self, (lines + [blank] * height)[:height], crop)


def _blocks(raster: Raster) -> list[Strip]:
    return [_block_row(raster, row) for row in range(0, raster.height, 2)]


def _block_row(raster: Raster, row: int) -> Strip:
    segments = []
    for column in range(raster.width):
        above, below = raster.pixel(column, row), raster.pixel(column, row + 1)
        style = Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below))
        segments.append(Segment(UPPER, style))
    return Strip(segments, raster.width)


def _stand_ins(number: int, detail: Detail) -> list[Strip]:
    from runmon.render.kitty import cell, colour

    style = Style(color=Color("of an image", ColorType.EIGHT_BIT, colour(number)))
    return [
        Strip([Segment(cell(number, row, column), style) for column in range(detail.columns)], detail.columns)
        for row in range(detail.rows)
    ]
