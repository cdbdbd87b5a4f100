"""CSV that a spreadsheet only shows: cells that it would run as formulas get an apostrophe before them."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_START: Final = rb"[=+\-@\t\r]"
_SUSPECT: Final = re.compile(rb'(?:\A|[,\n\r])"?(?=' + _START + rb")")
_CELL: Final = re.compile(
    rb'(?P<quoted>"(?:[^"]|"")*")|(?P<harmless>'
    + _NUMBER
    + rb'(?=[,\r\n]|\Z))|(?P<cell>(?:\r(?!\n|\Z)|[^,\r\n"])[^,\r\n]*)'
)
MOST: Final = 16 * 1024 * 1024
"""Bytes of a single record held at most."""


class FormulaGuard:
    """Passes CSV on in whole records. Plain numbers, be they negative, and all else stay as they came."""

    def __init__(self) -> None:
        self._held = bytearray()
        self.guarded = 0
        """Cells that were changed."""

    def feed(self, data: bytes) -> bytes:
        """What can be passed on now."""
        self._held += data
        end = _whole(self._held)
        if not end and len(self._held) > MOST:
            end = len(self._held)
        ready = bytes(self._held[:end])
        del self._held[:end]
        return self._safe(ready)

    def finish(self) -> bytes:
        """The rest."""
        ready, self._held = bytes(self._held), bytearray()
        return self._safe(ready)

    def _safe(self, records: bytes) -> bytes:
        mark = b"\xef\xbb\xbf" if records.startswith(b"\xef\xbb\xbf") else b""
        body = records[len(mark) :]
        return mark + _CELL.sub(self._cell, body) if _SUSPECT.search(body) else records

    def _cell(self, found: re.Match[bytes]) -> bytes:
        whole = found[0]
        inner = whole[1:-1] if found["quoted"] is not None else whole
        if found["harmless"] is not None or not re.match(_START, inner) or re.fullmatch(_NUMBER, inner):
            return whole
        self.guarded += 1
        return b"\"'" + inner + b'"' if found["quoted"] is not None else b"'" + whole


def _whole(held: bytearray) -> int:
    """The length of the whole records at the start: up to the last line break that no quotes hold."""
    quotes = held.count(b'"')
    end = held.rfind(b"\n")
    after = len(held)
    while end >= 0:
        quotes -= held.count(b'"', end, after)
        if quotes % 2 == 0:
            return end + 1
        after, end = end, held.rfind(b"\n", 0, end)
    return 0
