"""A line of megabytes as pieces, each read, made visible and measured when it is looked at.

Pieces are cut at every PIECE bytes, or a little before, so that one is found without those before it. What a
piece has to know of them (colour, place of tabs, cells) is found by going through them once, step by step.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable

from rich.cells import get_character_cell_size
from rich.text import Text

from runmon.render.untrusted import Carry, is_mark, stretch

PIECE = 8192
"""Bytes of a piece, but for a few that stay together."""
SLACK = 128
"""Bytes by which a cut may move so that what belongs together stays so, and that it looks ahead."""
LONGEST = PIECE + SLACK
"""Bytes of a line that is one piece."""
AT_ONCE = 32
"""Pieces measured in one step where every byte is a cell."""
KEPT = 4
_SEQUENCE = re.compile(rb"\x1b\[[0-9;:]{0,64}m")
_JOINER = "\u200d"


class LongLine:
    """A line longer than LONGEST. `read` gives its bytes from one place to another."""

    def __init__(
        self, size: int, read: Callable[[int, int], bytes], *, style: str = "", coloured: bool = True
    ) -> None:
        self.size = size
        self.read = read
        self.style = style
        self.coloured = coloured
        self._before = array("Q", [0])
        """Cells before each piece that are known, those of the first piece not counted."""
        self._carries: dict[int, Carry] = {}
        self._made: dict[int, Text] = {}

    @property
    def pieces(self) -> int:
        """How many there are."""
        return max((self.size - SLACK) // PIECE, 0) + 1

    def grow(self, size: int) -> None:
        """The line has become longer: only its last piece is another."""
        last = self.pieces - 1
        del self._before[last + 1 :]
        self._carries.pop(last + 1, None)
        self._made.pop(last, None)
        self.size = size

    def start(self, piece: int) -> int:
        """The byte with which a piece begins; the size of the line for the one after the last."""
        if not 0 < piece < self.pieces:
            return 0 if piece <= 0 else self.size
        at = piece * PIECE
        return at - SLACK + cut_before(self.read(at - SLACK, at + SLACK), SLACK)

    def text(self, piece: int) -> Text:
        """A piece as it is shown. Its colours may be others once the pieces before it are measured."""
        made = self._made.get(piece)
        if made is None:
            made = self._stretch(piece)[0]
            made.style = self.style
            if len(self._made) >= KEPT:
                del self._made[next(iter(self._made))]
            self._made[piece] = made
        return made

    # Cells

    def knows(self, piece: int) -> bool:
        """Whether all before a piece is measured; the one after the last: whether the whole line is."""
        return piece < len(self._before)

    @property
    def measured(self) -> bool:
        """Whether the whole line is measured."""
        return self.knows(self.pieces)

    def measure(self) -> None:
        """Measure one step further, a millisecond or two."""
        piece = len(self._before) - 1
        if piece >= self.pieces:
            return
        carry, cells = self._carries.get(piece, NOTHING), self._before[piece]
        many = min(piece + AT_ONCE, self.pieces - 1)
        if 0 < piece < many and not carry.column and self._is_plain(piece, many):
            self._before.extend(cells + n * PIECE for n in range(1, many - piece + 1))
            if carry.state != NOTHING.state:
                for each in range(piece + 1, many + 1):
                    self._carry(each, Carry(carry.state))
            return
        text, after = self._stretch(piece)
        if after != NOTHING:
            self._carry(piece + 1, after)
        self._before.append(cells + width_of(text.plain) if piece else 0)

    def cells_before(self, piece: int) -> int:
        """Cells of the pieces before one that is known, without those of the first."""
        return self._before[piece]

    def piece_at(self, cell: int) -> int:
        """The known piece that holds a cell, counted from the end of the first piece; 0 for negative ones."""
        return (
            bisect_right(self._before, cell, 1, min(len(self._before), self.pieces)) - 1 if cell >= 0 else 0
        )

    @property
    def cells_known(self) -> int:
        """Cells behind the first piece that are measured."""
        return self._before[-1]

    @property
    def cells(self) -> int:
        """Cells behind the first piece; about so many until all is measured."""
        known = self._before[-1]
        return known if self.measured else known + self.size - max(len(self._before) - 1, 1) * PIECE

    def _carry(self, piece: int, carry: Carry) -> None:
        """Take note of what a piece has to know; as it was made before, it did not."""
        self._carries[piece] = carry
        self._made.pop(piece, None)

    def _is_plain(self, first: int, after: int) -> bool:
        """Whether every byte of some pieces, and around them, is a character of one cell."""
        raw = self.read(first * PIECE - SLACK, after * PIECE + SLACK)
        return raw.isascii() and not any(sign in raw for sign in (b"\x1b", b"\t", b"\r"))

    def _stretch(self, piece: int) -> tuple[Text, Carry]:
        raw = self.read(self.start(piece), self.start(piece + 1))
        return stretch(raw, self._carries.get(piece, NOTHING), coloured=self.coloured)


NOTHING = Carry()


def cut_before(raw: bytes, at: int) -> int:
    """The last place up to `at`, and not far before it, where a line can be cut.

    Neither a character is cut, nor a colour code, nor combining marks from their letter, nor what joins
    emoji from the second of them. `raw` is what stands around, SLACK bytes on either side.
    """
    calm = at = _whole_before(raw, min(at, len(raw)))
    while calm > 0:
        last = _whole_before(raw, calm - 1)
        colour = raw.rfind(b"\x1b", 0, calm)
        code = _SEQUENCE.match(raw, colour) if colour >= 0 else None
        if code is not None and code.end() > calm:
            last = colour
        elif not _torn(_char(raw[last:calm])[-1:], _char(raw[calm : calm + 4])[:1]):
            return calm
        calm = last
    return at


def _torn(before: str, behind: str) -> bool:
    """Whether two characters must stay together."""
    return before == _JOINER != behind or before + behind == "\r\n" or (bool(behind) and is_mark(behind))


def _whole_before(raw: bytes, at: int) -> int:
    """The place up to three bytes before where the character that holds a byte begins."""
    for begin in range(at, max(at - 4, -1), -1):
        if raw[begin : begin + 1] < b"\x80" or raw[begin : begin + 1] >= b"\xc0":
            return begin
    return at


def _char(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def width_of(plain: str) -> int:
    """Cells of a text without line breaks."""
    if plain.isascii():
        return len(plain)
    return sum(get_character_cell_size(char) * times for char, times in Counter(plain).items())
