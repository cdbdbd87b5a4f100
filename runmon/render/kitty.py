"""Kitty's graphics protocol: an image is sent once, then shown wherever cells of text stand for its parts.

https://sw.kovidgoyal.net/kitty/graphics-protocol/, with its Unicode placeholders: what is drawn over such a
cell, moved or cut off moves and hides the image as it does with text.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

PLACEHOLDER = "\U0010eeee"
CHUNK = 4096
"""Characters of base64 that one sequence may carry."""
_MARKS = """
305 30d 30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 59c-5a1 5a8 5a9 5ab
5ac 5af 5c4 610-617 657-65b 65d 65e 6d6-6dc 6df-6e2 6e4 6e7 6e8 6eb 6ec 730 732 733 735 736 73a 73d 73f-741
743 745 747 749 74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951 953 954 f82 f83 f86 f87 135d-135f 17dd
193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda 1cdb 1ce0 1dc0 1dc1 1dc3-1dc9 1dcb 1dcc 1dd1-1de6 1dfe
20d0 20d1 20d4-20d7 20db 20dc 20e1 20e7 20e9 20f0 2cef-2cf1 2de0-2dff a66f a67c a67d a6f0 a6f1 a8e0-a8f1
aab0 aab2 aab3 aab7 aab8 aabe aabf aac1 fe20-fe26 10a0f 10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244
"""


def _marks() -> Iterator[str]:
    for span in _MARKS.split():
        first, _, last = span.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


MARKS = tuple(_marks())
"""The combining marks that mean 0, 1, 2 …; an image has at most so many rows and columns of cells."""


def cell(number: int, row: int, column: int) -> str:
    """The text of one cell of the image; its colour must be `colour(number)`."""
    return PLACEHOLDER + MARKS[row] + MARKS[column] + MARKS[number >> 24]


def colour(number: int) -> int:
    """Which of the 256 colours of terminals names the image, together with the marks."""
    return number & 0xFF


def numbers(seed: int) -> Iterator[int]:
    """Numbers for images, endless: a colour past the first sixteen, and in the top byte what `seed` says."""
    while True:
        yield from (1 + seed % 255 << 24 | low for low in range(16, 256))


def sent(number: int, png: bytes, columns: int, rows: int) -> Iterator[str]:
    """Gives the terminal an image for `columns` × `rows` cells, to show where they stand; no answer comes."""
    data = base64.standard_b64encode(png).decode()
    head = f"a=T,U=1,q=2,f=100,t=d,i={number},c={columns},r={rows},"
    for at in range(0, len(data), CHUNK):
        more = int(at + CHUNK < len(data))
        yield f"\x1b_G{head}m={more};{data[at : at + CHUNK]}\x1b\\"
        head = ""


def dropped(number: int) -> str:
    """Lets the terminal forget an image and its memory."""
    return f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\"
