"""An image file as few pixels: its header is read first, what is too large or odd is refused in words."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 25_000_000
MOST_SENT = 2_000_000
"""Pixels that a terminal is given at most; it makes more of them where it needs more."""
MOST_CELLS = 297
"""Cells across or down that a terminal can be told to fill."""


class BadPicture(Exception):
    """The bytes are no image that can be shown; the text says why, in our own words."""


class Raster(msgspec.Struct, frozen=True):
    """Pixels in rows, three bytes each, and the size of the image that they came from."""

    width: int
    height: int
    pixels: bytes
    true_width: int
    true_height: int

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green, blue; below the last row its colour again."""
        at = (min(y, self.height - 1) * self.width + x) * 3
        red, green, blue = self.pixels[at : at + 3]
        return red, green, blue


class Detail(msgspec.Struct, frozen=True):
    """An image for a terminal that draws pixels: a PNG made here, and the cells that it fills."""

    png: bytes
    columns: int
    rows: int


def raster(body: bytes, width: int, height: int, *, ground: str) -> Raster:
    """The image made to fit `width` × `height` pixels, transparent parts on `ground` (`#rrggbb`).

    Raises BadPicture.
    """
    with _refusing():
        whole = _decoded(body, width, height)
        return _raster(whole, _fitted(whole, width, height, ground))


def detailed(
    body: bytes, columns: int, rows: int, cell: tuple[int, int], *, ground: str
) -> tuple[Raster, Detail]:
    """The image made to fit so many cells of `cell` pixels: in half-blocks, and as large in pixels.

    Nothing of the file gets into the PNG but colours. Raises BadPicture.
    """
    width, height = min(columns, MOST_CELLS) * cell[0], min(rows, MOST_CELLS) * cell[1]
    with _refusing():
        whole = _decoded(body, width, height)
        room = _in_cells(_fitted(whole, width, height, ground), cell, ground)
        across, down = room.width // cell[0], room.height // cell[1]
        return _raster(whole, room.resize((across, down * 2))), Detail(_png(room), across, down)


@contextmanager
def _refusing() -> Iterator[None]:
    """Everything that goes wrong with an image, and every warning, is a BadPicture."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except BadPicture:
            raise
        except Exception as error:
            raise BadPicture(f"not a readable image ({type(error).__name__})") from error


class _Whole(NamedTuple):
    image: Image
    """With its transparency; not always as large as it was, but no smaller than asked for."""
    width: int
    height: int


def _decoded(body: bytes, width: int, height: int) -> _Whole:
    from PIL import Image  # 13 ms that the first screen never needs

    with Image.open(io.BytesIO(body), formats=FORMATS) as image:
        size = image.size
        if size[0] * size[1] > MOST_PIXELS:
            raise BadPicture(f"{size[0]} × {size[1]} pixels are more than are decoded here")
        image.draft("RGB", (max(width, 1) * 2, max(height, 1) * 2))
        return _Whole(image.convert("RGBA"), *size)


def _fitted(whole: _Whole, width: int, height: int, ground: str) -> Image:
    """The image on its ground, no larger than it is."""
    from PIL import Image

    share = min(max(width, 1) / whole.width, max(height, 1) / whole.height, 1.0)
    size = (max(1, round(whole.width * share)), max(1, round(whole.height * share)))
    small = whole.image if share == 1 else whole.image.resize(size, Image.Resampling.LANCZOS)
    on_ground = Image.new("RGBA", size, ground)
    on_ground.alpha_composite(small)
    return on_ground.convert("RGB")


def _raster(whole: _Whole, image: Image) -> Raster:
    return Raster(*image.size, image.tobytes(), whole.width, whole.height)


def _in_cells(image: Image, cell: tuple[int, int], ground: str) -> Image:
    """The image in the middle of whole cells, so that the terminal need not scale it to them."""
    from PIL import Image

    columns, rows = -(-image.width // cell[0]), -(-image.height // cell[1])
    room = Image.new("RGB", (columns * cell[0], rows * cell[1]), ground)
    room.paste(image, ((room.width - image.width) // 2, (room.height - image.height) // 2))
    return room


def _png(image: Image) -> bytes:
    share = (MOST_SENT / (image.width * image.height)) ** 0.5
    if share < 1:
        image = image.resize((round(image.width * share), round(image.height * share)))
    image.save(png := io.BytesIO(), "PNG", compress_level=1)
    return png.getvalue()
