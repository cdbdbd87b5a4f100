"""Where the characters of lines stand sideways. A line of megabytes is measured between frames."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from runmon.render.long_line import LongLine, width_of
from runmon.ui.widgets.line_rows import STRIDE, LineRows
from runmon.ui.widgets.strips import char_at, in_window

SLICE_S = 0.015
"""Lines are measured for so long; then whatever else is due has its turn."""
PAUSE_S = 0.001


class LineMeasures(LineRows):
    """Rows whose cells are known. A place in a line: see `STRIDE`."""

    _measures = 0
    _measuring_shown = False

    def width_of_line(self, n: int) -> int:
        """Cells of line `n`; about so many where it is long and not measured."""
        text, long, first = self._line(n)
        return first + long.cells if long is not None else width_of(text.plain)

    def cell_of(self, n: int, place: int) -> int:
        """The cell with which the character at a place of line `n` begins; what is before it is measured."""
        piece, char = divmod(place, STRIDE)
        return self._begins(n, piece) + width_of(self.piece_of(n, piece).plain[:char])

    def place_at(self, n: int, cell: int) -> int:
        """The place of the character that covers a cell of line `n`."""
        piece = self._piece_at(n, cell)
        return piece * STRIDE + char_at(self.piece_of(n, piece).plain, cell - self._begins(n, piece))

    def in_cells(self, n: int, left: int, room: int) -> tuple[list[tuple[int, int, int]], int]:
        """What of line `n` stands in `room` cells from cell `left` on: (piece, first character, last + 1).

        The number is how many cells before that the half of a character takes which begins further left.
        Nothing, where that is not yet measured.
        """
        if (long := self.long_of(n)) is not None and not self._is_known(n, long, left + room):
            return [], 0
        piece = self._piece_at(n, left)
        left -= self._begins(n, piece)
        found, half = [], 0
        for each in range(piece, self.pieces_of(n)):
            plain = self.piece_of(n, each).plain
            first, after, cut = in_window(plain, left, room)
            first, after, half = min(first, len(plain)), min(after, len(plain)), half + cut
            found.append((each, first, after))
            room -= cut + width_of(plain[first:after])
            if after < len(plain) or not room:
                break
            left = 0
        return found, half

    def _begins(self, n: int, piece: int) -> int:
        """The cell with which a piece that is known begins."""
        _, long, first = self._line(n)
        return first + long.cells_before(piece) if piece and long is not None else 0

    def _piece_at(self, n: int, cell: int) -> int:
        _, long, first = self._line(n)
        return long.piece_at(cell - first) if cell and long is not None else 0

    def _is_known(self, n: int, long: LongLine, cell: int) -> bool:
        """Whether a long line is measured up to a cell."""
        return long.measured or cell <= self._line(n)[2] + long.cells_known

    # Measuring

    def measured(self, lines: Sequence[int], then: Callable[[], object]) -> None:
        """Measure some lines whole, and then go on; at once where that is soon done. The last wish counts."""
        self._measures += 1
        longs = [long for n in lines if (long := self.long_of(n)) is not None]
        self._measure(self._measures, longs, then)

    def _measure(self, measures: int, longs: Sequence[LongLine], then: Callable[[], object]) -> None:
        if measures != self._measures:
            return
        until = time.monotonic() + SLICE_S
        for long in longs:
            while not long.measured:
                if time.monotonic() >= until:
                    self.set_timer(PAUSE_S, partial(self._measure, measures, longs, then))
                    return
                long.measure()
        then()

    def measure_shown(self) -> None:
        """Measure the long lines on the screen as far as it takes to show them, now or between frames."""
        until = time.monotonic() + SLICE_S
        while (long := self._unknown()) is not None:
            long.measure()
            if time.monotonic() >= until:
                if not self._measuring_shown:
                    self._measuring_shown = True
                    self.set_timer(PAUSE_S, self._measure_on)
                return

    def _measure_on(self) -> None:
        self._measuring_shown = False
        self.measure_shown()
        if not self._measuring_shown:
            self.shown_measured()

    def shown_measured(self) -> None:
        """What shows of long lines is known now."""

    def _unknown(self) -> LongLine | None:
        """A long line of which something that shows is not known."""
        left = round(self.scroll_x)
        for n, sub in self._visible():
            long = self.long_of(n)
            if long is None or long.measured:
                continue
            if self.wrap:
                known = long.knows(sub // STRIDE)
            else:
                known = not left and self._is_known(n, long, self.text_width)
            if not known:
                return long
        return None
