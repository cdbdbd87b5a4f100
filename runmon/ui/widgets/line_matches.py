"""Where in a line what is looked for stands; a line of megabytes is looked at piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from runmon.model.search import MAX_PATTERN, Query
from runmon.render.long_line import PIECE, LongLine
from runmon.ui.widgets.line_canvas import LineCanvas
from runmon.ui.widgets.line_rows import STRIDE

Places = tuple[int, int]
"""Where a match begins and ends, as places in its line; see `STRIDE`."""
OVERLAP = 64 * 1024
"""Bytes of a long line in which a match is found that reaches from one piece into others."""
MANY = 64
"""Pieces that are looked through in one go for one that may hold a match."""


class LineMatches(LineCanvas):
    """A canvas that marks what is looked for."""

    sought: Query | None = None
    """What is looked for."""
    _whether: tuple[object, bool] = (None, False)

    def has_match(self, line: int) -> bool:
        """Whether a match shows somewhere in a line."""
        long = self.long_of(line)
        asked = (self.sought, self.number(line), self.text_of(line), long and long.size)
        if self._whether[0] != asked:
            self._whether = asked, self.next_span(line, None, 1) is not None
        return self._whether[1]

    def next_span(self, line: int, span: Places | None, step: int) -> Places | None:
        """The match behind another in a line, or the one before; without another the first, or the last."""
        long = self.long_of(line)
        last = self.pieces_of(line) - 1
        piece = span[0] // STRIDE if span is not None else 0 if step > 0 else last
        while 0 <= piece <= last:
            spans = self.spans_of(line, piece)
            if span is not None:
                spans = [each for each in spans if (each[0] - span[0]) * step > 0]
            if spans:
                return spans[0 if step > 0 else -1]
            if long is None or self.sought is None:
                return None
            piece = next(_candidates(long, self.sought, piece, step), -1)
        return None

    def spans_of(self, line: int, piece: int) -> list[Places]:
        """The matches that begin in a piece of a line; those of a whole line that is not long."""
        if self.sought is None:
            return []
        plain = self.piece_of(line, piece).plain
        if (last := self.pieces_of(line) - 1) == 0:
            return self.sought.spans(plain)
        before = self.piece_of(line, piece - 1).plain[-1:] if piece else ""
        behind = self.piece_of(line, piece + 1).plain[:MAX_PATTERN] if piece < last else ""
        edge, end = len(before), len(before) + len(plain)
        found = self.sought.spans(before + plain + behind)
        return [
            (_place(piece, start - edge, len(plain)), _place(piece, stop - edge, len(plain)))
            for start, stop in found
            if edge <= start < end
        ]

    def match_spans(self, line: int, plain: str, piece: int = 0) -> list[tuple[tuple[int, int], str]]:
        """The matches in a piece of a line; those of the current line are the current ones."""
        if self.sought is None:
            return []
        style = "current" if line == self.cursor else "match"
        spans = [*(self.spans_of(line, piece - 1) if piece else ()), *self.spans_of(line, piece)]
        begins, ends = piece * STRIDE, piece * STRIDE + len(plain)
        return [
            ((max(start, begins) - begins, min(end, ends) - begins), style)
            for start, end in spans
            if end > begins
        ]


def _place(piece: int, char: int, length: int) -> int:
    """The place of a character of a piece that is so long, or of the next."""
    return piece * STRIDE + char if char <= length else (piece + 1) * STRIDE + char - length


def _candidates(long: LongLine, query: Query, piece: int, step: int) -> Iterator[int]:
    """The pieces behind one, or before it, in which a match may begin."""
    first, after = (piece + 1, long.pieces) if step > 0 else (0, piece)
    starts = range(first, after, MANY) if step > 0 else range(after - MANY, first - MANY, -MANY)
    for begin in starts:
        some = range(max(begin, first), min(begin + MANY, after))
        if _may_hold(long, query, some):
            each = iter(some) if step > 0 else reversed(some)
            yield from (one for one in each if _may_hold(long, query, range(one, one + 1)))


def _may_hold(long: LongLine, query: Query, pieces: range) -> bool:
    """Whether the bytes of some pieces, with those around them, match."""
    around = OVERLAP if len(pieces) > 1 else PIECE
    return query.matches(
        long.read(max(pieces.start * PIECE - PIECE, 0), min(pieces.stop * PIECE + around, long.size))
    )
