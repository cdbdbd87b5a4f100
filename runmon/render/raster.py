"""An image file as few pixels: its header is read first, what is too large or odd is refused in words."""

from __future__ import annotations

import io
import warnings

import msgspec

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 25_000_000


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


def raster(body: bytes, width: int, height: int, *, ground: str) -> Raster:
    """The image made to fit `width` × `height` pixels, transparent parts on `ground` (`#rrggbb`).

    Raises BadPicture.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return _scaled(body, max(width, 1), max(height, 1), ground)
        except BadPicture:
            raise
        except Exception as error:
            raise BadPicture(f"not a readable image ({type(error).__name__})") from error


def _scaled(body: bytes, width: int, height: int, ground: str) -> Raster:
    from PIL import Image  # 13 ms that the first screen never needs

    with Image.open(io.BytesIO(body), formats=FORMATS) as image:
        true_width, true_height = image.size
        if true_width * true_height > MOST_PIXELS:
            raise BadPicture(f"{true_width} × {true_height} pixels are more than are decoded here")
        image.draft("RGB", (width * 2, height * 2))
        whole = image.convert("RGBA")
    share = min(width / true_width, height / true_height, 1.0)
    size = (max(1, round(true_width * share)), max(1, round(true_height * share)))
    small = whole if share == 1 else whole.resize(size, Image.Resampling.LANCZOS)
    on_ground = Image.new("RGBA", size, ground)
    on_ground.alpha_composite(small)
    return Raster(*size, on_ground.convert("RGB").tobytes(), true_width, true_height)
