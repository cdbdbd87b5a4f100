"""Items as an Excel workbook, written to a temporary file row by row and then sent: never held in memory."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from runmon.local.raw_json import Raw, readable, scalar, text
from runmon.local.tables import Source, cells, columns

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576
LONGEST_TEXT = 32_767
EXACT = 2**53
"""Integers from here on lose digits in a spreadsheet, so they are written as text."""
PIECE = 262_144
TURN = 2000
"""Rows written without giving the reader a chance to leave."""


def pieces(source: Source, order: tuple[str, ...], *, header: bool = True) -> Iterator[bytes]:
    """The bytes of a workbook; empty pieces come while it is being written."""
    import xlsxwriter  # type: ignore[import-untyped]  # 30 ms that most platforms never need

    with tempfile.TemporaryFile() as out, tempfile.TemporaryDirectory() as space:
        options = {"constant_memory": True, "tmpdir": space, "strings_to_urls": False}
        book = xlsxwriter.Workbook(out, options)
        try:
            yield from _rows(book, source, order, header)
        finally:
            book.close()
        yield from _sent(out)


def _rows(book: Any, source: Source, order: tuple[str, ...], header: bool) -> Iterator[bytes]:
    names = columns(source(), order)
    sheet, row = _sheet(book, list(names.values()), header)
    for position, item in enumerate(source()):
        if row == MOST_ROWS:
            sheet, row = _sheet(book, list(names.values()), header)
        found = cells(item)
        for column, name in enumerate(names):
            if name in found:
                write(sheet, row, column, found[name])
        row += 1
        if position % TURN == 0:
            yield b""


def _sheet(book: Any, headings: list[str], header: bool) -> tuple[Any, int]:
    sheet = book.add_worksheet()
    if not header:
        return sheet, 0
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading)
    return sheet, 1


def write(sheet: Any, row: int, column: int, raw: Raw) -> None:
    """Put a JSON scalar into a cell as its type; never as a formula or a link."""
    value = None if bytes(raw)[:1] in (b"{", b"[") else scalar(raw)
    if value is None:
        shown = text(raw)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
        return
    elif isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < EXACT:
        sheet.write_number(row, column, value)
        return
    else:
        shown = text(raw)
    if shown:
        sheet.write_string(row, column, readable(shown)[:LONGEST_TEXT])


def _sent(out: IO[bytes]) -> Iterator[bytes]:
    out.seek(0)
    while piece := out.read(PIECE):
        yield piece
