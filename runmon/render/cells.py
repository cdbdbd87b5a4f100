"""A JSON value as a table cell: one line of visible text, a tone that tells the type, a side to stand on."""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.cells import cell_len, chop_cells

from runmon.model.columns import MISSING
from runmon.model.values import Broken, is_number
from runmon.render.untrusted import clean

LONGEST = 240
"""Characters of a text that a cell can show at most; the whole is in the detail."""


class Cell(NamedTuple):
    """What a table draws in one place: `text` went through `untrusted`, `tone` is a name of the theme."""

    text: str
    tone: str = "text"
    right: bool = False


NOTHING = Cell("")
NULL = Cell("·", "faint")
EMPTY_TEXT = Cell('""', "faint")
YES, NO = Cell("true"), Cell("false", "quiet")


def cell(value: Any) -> Cell:
    """The cell of a decoded value, or of `MISSING`."""
    if isinstance(value, Broken):
        return Cell(clean(value, limit=LONGEST), "bad")
    if is_number(value):
        return Cell(clean(str(value), limit=LONGEST), "number", True)
    if isinstance(value, str):
        return Cell(clean(value, limit=LONGEST)) if value else EMPTY_TEXT
    return _without_text(value)


def width(value: Any) -> int:
    """Cells the value takes in a table, uncut."""
    return text_width(cell(value).text)


def text_width(text: str) -> int:
    """Cells a clean text takes."""
    return len(text) if text.isascii() else cell_len(text)


def fitted(text: str, room: int, *, right: bool = False) -> str:
    """The text in exactly `room` cells: cut with `…`, or filled with blanks at its left or right."""
    used = text_width(text)
    if used > room:
        text = cut(text, room)
        used = text_width(text)
    blanks = " " * (room - used)
    return blanks + text if right else text + blanks


def cut(text: str, room: int) -> str:
    """The start of a text that is too long, `…` included, in at most `room` cells."""
    if room <= 1:
        return "…"[:room]
    if text.isascii():
        return text[: room - 1] + "…"
    return (chop_cells(text, room - 1) or [""])[0] + "…"


def middle_cut(text: str, room: int) -> str:
    """Both ends of a text that is too long with `…` between them, for ids and keys that differ at the end."""
    if text_width(text) <= room:
        return text
    if room < 8 or not text.isascii():
        return cut(text, room)
    tail = (room - 1) // 3
    return f"{text[: room - 1 - tail]}…{text[-tail:]}"


def _without_text(value: Any) -> Cell:
    if value is MISSING:
        return NOTHING
    if value is None:
        return NULL
    if isinstance(value, bool):
        return YES if value else NO
    return Cell(f"[{len(value)}]" if isinstance(value, list) else f"{{{len(value)}}}", "quiet")
