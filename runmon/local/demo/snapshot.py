"""What the demo Actor keeps of a page that failed: its HTML, and a picture drawn from its text."""

from __future__ import annotations

import hashlib
import io
import re
import traceback
import unicodedata
from pathlib import PurePath

from runmon.local.demo.parsing import Element, parse

FORBIDDEN = re.compile(r"[^A-Za-z0-9!\-_.]")
WIDTH, HEIGHT, MARGIN = 720, 450, 28
PAPER, INK, SOFT, BAR, ACCENT = "#fbf7ef", "#2b2622", "#8a7f73", "#1f4e5f", "#c8553d"
SIZES = {"h1": 34, "h2": 22, "p": 17, "li": 16, "tr": 16, "footer": 13}
PAINT = re.compile(r"background: (#[0-9a-f]{6})")
SWATCH = (WIDTH - MARGIN - 150, 64, WIDTH - MARGIN, 214)


def place_of(error: BaseException) -> str:
    """`file.py:line` of the innermost frame, empty for an error that was never raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def first_line(error: BaseException) -> str:
    """The message as Crawlee groups by it."""
    return (str(error.args[0]) if error.args else type(error).__name__).split("\n")[0]


def snapshot_key(error: BaseException) -> str:
    """The name Crawlee for Python gives a snapshot, without its extension."""
    digest = hashlib.sha1(place_of(error).encode(), usedforsecurity=False).hexdigest()[:30]
    message = first_line(error) or "An error occurred"
    return FORBIDDEN.sub("", f"ERROR_SNAPSHOT_{digest}_{message[:30]}")


def picture(html: str, url: str) -> bytes:
    """A PNG of what the page shows: address bar, swatch, headings, paragraphs, rows."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 44), fill=BAR)
    draw.rounded_rectangle((MARGIN, 9, WIDTH - MARGIN, 35), 8, fill=PAPER)
    draw.text((MARGIN + 12, 22), url, fill=SOFT, font=ImageFont.load_default(15), anchor="lm")
    page, top = parse(html), 64
    for paint in PAINT.findall(" ".join(one.attributes.get("style", "") for one in page.walk())):
        draw.rounded_rectangle(SWATCH, 16, fill=paint)
    for tag, text in blocks(page):
        size = SIZES[tag]
        if top + size > HEIGHT - MARGIN:
            break
        mark = "- " if tag == "li" else ""
        colour = ACCENT if tag in {"h1", "h2"} else SOFT if tag == "footer" else INK
        draw.text((MARGIN, top), mark + drawable(text)[:90], fill=colour, font=ImageFont.load_default(size))
        top += round(size * 1.6)
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def drawable(text: str) -> str:
    """Text in the letters that Pillow's own font has: accents go, other scripts become dots."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return "".join(char if char.isascii() else "·" for char in plain)


def blocks(page: Element) -> list[tuple[str, str]]:
    """The elements that make a line of their own, with their text."""
    return [(one.tag, one.text()) for one in page.walk() if one.tag in SIZES and one.text()]
