"""Where items end in bytes that are still coming: a broken answer is gone on with behind the last one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import msgspec

from runmon.errors import CutShort

PIECE: Final = 256 * 1024
"""Bytes that are gathered before an end is looked for."""
MOST: Final = 64 * 1024 * 1024
"""Bytes held at most while no end is found."""
BOM: Final = b"\xef\xbb\xbf"
_TRIES: Final = 4
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class NoSeamError(Exception):
    """It cannot be told where an item ends: it is huge, or not JSON."""


class Seams(Protocol):
    """Whole items out of chunks."""

    def feed(self, data: bytes) -> tuple[bytes, int]:
        """What is whole by now, and how many items that is; NoSeamError."""

    def rescue(self) -> tuple[bytes, int]:
        """What is whole of an answer that broke off."""

    def finish(self) -> tuple[bytes, int]:
        """The rest of an answer that came to its end; CutShort where it did not, NoSeamError."""


class LineSeams:
    """Of items on lines: an item is what ends with a newline."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._begun = False

    def feed(self, data: bytes) -> tuple[bytes, int]:
        """Whole lines."""
        self._held += data
        return self.rescue() if len(self._held) >= PIECE else (b"", 0)

    def rescue(self) -> tuple[bytes, int]:
        """Whole lines, however few."""
        return self._taken(self._held.rfind(b"\n") + 1)

    def finish(self) -> tuple[bytes, int]:
        """The last lines, with a newline in any case."""
        if self._held and not self._held.endswith(b"\n"):
            self._held += b"\n"
        return self._taken(len(self._held))

    def _taken(self, end: int) -> tuple[bytes, int]:
        body = bytes(self._held[:end])
        del self._held[:end]
        if body and not self._begun:
            self._begun, body = True, body.removeprefix(BOM)
        return body, sum(1 for line in body.split(b"\n") if line and not line.isspace())


class ListSeams:
    """Of a JSON list, without its brackets; what stands between items stays as it was sent.

    An end is a guess until all before it is a valid list: half an item never is.
    """

    def __init__(self, piece: int | None = None) -> None:
        """`piece` are the bytes that are gathered; PIECE unless told."""
        self._held = bytearray()
        self._piece = self._due = piece or PIECE
        self._opened = False

    def feed(self, data: bytes) -> tuple[bytes, int]:
        """Whole items; all but the first of an answer with the comma before them."""
        self._held += data
        if len(self._held) < self._due:
            return b"", 0
        self._open()
        for end in self._ends():
            if count := self._count(end):
                self._due = self._piece
                return self._taken(end), count
        if len(self._held) > MOST:
            raise NoSeamError
        self._due = 2 * len(self._held)
        return b"", 0

    def rescue(self) -> tuple[bytes, int]:
        """Whole items, however few."""
        self._due = 0
        return self.feed(b"")

    def finish(self) -> tuple[bytes, int]:
        """The last items."""
        self._open()
        text = self._held.rstrip()
        if not text.endswith(b"]"):
            raise CutShort("The list of items broke off before its end.")
        end = len(text[:-1].rstrip(b"\r\n"))
        count = self._count(end)
        if count is None:
            raise NoSeamError
        return self._taken(end), count

    def _open(self) -> None:
        if self._opened:
            return
        text = self._held.removeprefix(BOM).lstrip()
        if not text.startswith(b"["):
            raise CutShort("The list of items broke off before its end.")
        self._held, self._opened = text[1:].lstrip(b"\r\n"), True

    def _ends(self) -> Iterator[int]:
        """Where an item may end: as servers part them first, then as compact JSON does."""
        for mark in (b"},\n{", b"},{"):
            at = len(self._held)
            for _ in range(_TRIES):
                at = self._held.rfind(mark, 0, at)
                if at < 0:
                    break
                yield at + 1

    def _count(self, end: int) -> int | None:
        """How many items end there; None where it is in the midst of one."""
        inner = bytes(self._held[:end]).lstrip()
        try:
            return len(_LIST.decode(b"[" + inner.removeprefix(b",") + b"]"))
        except (msgspec.MsgspecError, RecursionError):
            return None

    def _taken(self, end: int) -> bytes:
        body = bytes(self._held[:end])
        del self._held[:end]
        return body


def seams(format: str) -> Seams:
    """For an answer in json or jsonl."""
    return LineSeams() if format == "jsonl" else ListSeams()
