"""A line view of a log of which a sieve keeps some entries; the first are read while others are found."""

from __future__ import annotations

from functools import partial

from textual.message import Message
from textual.worker import get_current_worker

from runmon.insight.sieve import Sieve, Sifted, backward, head_after, onward
from runmon.model.kept import Stretch
from runmon.model.search import Hits
from runmon.render.kept_lines import KeptLines
from runmon.render.log_lines import LogLines
from runmon.ui.widgets.line_rows import LineSource
from runmon.ui.widgets.lines import LineView

AT_ONCE = 2000
"""Lines that are sifted without a thread."""
AT_ONCE_BYTES = 512 * 1024
NEAR = 64 * 1024
"""Bytes at the end of a followed log that are sifted first."""


class SiftedView(LineView):
    """Shows a log, or what `sieve` keeps of it. Places are among the lines shown, numbers among all."""

    class Sieved(Message):
        """Another sieve is in force, or more is known of what it keeps."""

        def __init__(self, view: SiftedView) -> None:
            super().__init__()
            self.view = view

        def can_replace(self, message: Message) -> bool:
            """Only the last state counts."""
            return isinstance(message, SiftedView.Sieved) and message.view is self.view

    def __init__(self, lines: LogLines, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(lines, id=id, classes=classes)
        self.lines = lines
        self.sieve = Sieve()
        self.sifting = False
        """Whether there may be more to keep than is known."""
        self._kept = KeptLines(lines)
        self._sifts = 0
        self._first_sifted = self._settled = self._sifted = 0
        self._sought_number = 0
        self._late: tuple[int, int] | None = None
        """A number that was asked for before what is near it was sifted, and the one gone to instead."""
        self._counted_for: tuple[int | None, ...] = ()
        self._hits_counted = 0

    # Places and numbers

    @property
    def searched(self) -> LineSource:
        """The whole log."""
        return self.lines

    def all_lines(self) -> int:
        """Lines of the whole log."""
        return self.lines.line_count()

    @property
    def hidden(self) -> int:
        """Lines that the sieve does not keep, as far as it has come."""
        return max(self._sifted - self._first_sifted - self._kept.line_count(), 0) if self.sieve else 0

    def number(self, n: int) -> int:
        """The number of the line at a place; where nothing is shown, of the one after the last."""
        if not self.sieve:
            return n
        return self._kept.shown.number(n) if n < len(self._kept.shown) else self.all_lines()

    def place(self, number: int) -> int:
        """The place of a line, or of the next one that is kept."""
        return self._kept.shown.place(number) if self.sieve else number

    def hits_shown(self, before: int | None = None) -> int:
        """How many of the matching lines are kept."""
        if not self.sieve:
            return super().hits_shown(before)
        shown = self._kept.shown
        state = (id(shown), len(shown), id(self.hits), len(self.hits), before)
        if state != self._counted_for:
            self._counted_for, self._hits_counted = state, shown.count(self.hits, before)
        return self._hits_counted

    def stretches(self) -> list[Stretch]:
        """The lines that are kept, as far as is known."""
        return list(self._kept.shown.stretches())

    # Sifting

    def sift(self, sieve: Sieve) -> None:
        """Show what another sieve keeps, from where one is now; an empty one keeps everything."""
        if sieve == self.sieve:
            return
        line = self.current()
        self._sought_number = self.number(line) if line >= 0 else 0
        self.screen.clear_selection()
        with self.holding():
            self.sieve = sieve
            self.sift_again()
        self.back_from_aside()
        self._aim()

    def sift_again(self) -> None:
        """Forget what was kept; sift all, that around the current line first."""
        self._sifts += 1
        self.sifting = False
        self._kept = KeptLines(self.lines, self._kept.context)
        self._source = self._kept if self.sieve else self.lines
        self._first_sifted = self._settled = self._sifted = 0
        count = self.all_lines()
        if self.sieve and self._soon_done(count):
            self._sift_new(count)
        elif self.sieve:
            start = self._sought_number
            if self.following:
                start = self.lines.buffer.line_before(count, NEAR)
            self._sift_in_thread(start, count, whole=True)
        self.post_message(self.Sieved(self))

    def surround(self, lines: int) -> None:
        """Show so many lines around what is kept."""
        with self.holding():
            self._kept.surround(lines)

    @property
    def context(self) -> int:
        """Lines shown around what is kept."""
        return self._kept.context

    def take_in(self) -> None:
        """Sift what was added to the log."""
        count = self.all_lines()
        if not self.sieve or self.sifting:
            return
        if not self._soon_done(count):
            self._sift_in_thread(self._settled, count, whole=False)
            return
        before = self.place(self._settled)
        self._sift_new(count)
        for place in range(before, self._count):
            self._forget(place)

    def _soon_done(self, count: int) -> bool:
        """Whether what is to be sifted takes less than a frame."""
        if count - self._settled > AT_ONCE:
            return False
        buffer = self.lines.buffer
        return buffer.size - buffer.line_start(min(self._settled, buffer.lines)) <= AT_ONCE_BYTES

    def _sift_new(self, count: int) -> None:
        for part in onward(self.sieve, self.lines.buffer, self._settled, count):
            self._take_onward(part)

    def _sift_in_thread(self, start: int, count: int, *, whole: bool) -> None:
        self.sifting = True
        work = partial(self._sift_all, self._sifts, self.sieve, start, count, whole)
        self.run_worker(work, thread=True, group="sift")

    def _sift_all(self, sift: int, sieve: Sieve, start: int, count: int, whole: bool) -> None:
        log, worker, call = self.lines.buffer, get_current_worker(), self.app.call_from_thread
        first = start if not whole else _beginning(self.lines, start, count)
        if whole:
            call(self._begin, sift, first)
        for part in onward(sieve, log, first, count):
            if worker.is_cancelled or sift != self._sifts:
                return
            call(self._show_onward, sift, part)
        for part in backward(sieve, log, first) if whole else ():
            if worker.is_cancelled or sift != self._sifts:
                return
            call(self._show_before, sift, part)
        call(self._sift_rest, sift)

    def _begin(self, sift: int, first: int) -> None:
        if sift == self._sifts:
            self._first_sifted = self._settled = self._sifted = first

    def _take_onward(self, part: Sifted) -> None:
        self._kept.onward(part.first, part.stretches)
        self._settled, self._sifted = part.settled, part.after

    def _show_onward(self, sift: int, part: Sifted) -> None:
        if sift != self._sifts:
            return
        before = self.place(part.first)
        self._take_onward(part)
        for place in range(before, self._count):
            self._forget(place)
        self.lengthen()
        self._aim()
        self.post_message(self.Sieved(self))

    def _show_before(self, sift: int, part: Sifted) -> None:
        if sift != self._sifts:
            return
        with self.holding():
            self._kept.before(part.stretches)
            self._first_sifted = part.first
        self._aim()
        self._go_late()
        self.post_message(self.Sieved(self))

    def _sift_rest(self, sift: int) -> None:
        if sift != self._sifts:
            return
        self.sifting = False
        if self._sifted < self.all_lines():
            self.grown()
        self.post_message(self.Sieved(self))

    def _aim(self) -> None:
        """Have a current line again, where nothing was kept for a while."""
        if not self.following and self.cursor < 0 and self._count:
            self.cursor = min(self.place(self._sought_number), self._count - 1)
            self.reveal(self.cursor)

    def go_to_number(self, number: int) -> None:
        """Go to a line or the next that is kept; once more when those are known, if one is still there."""
        super().go_to_number(number)
        late = self.sieve and self.sifting and number < self._first_sifted
        self._late = (number, self.number(self.cursor)) if late else None

    def _go_late(self) -> None:
        if self._late is None or self._late[0] < self._first_sifted:
            return
        (number, stood), self._late = self._late, None
        if self.cursor >= 0 and self.number(self.cursor) == stood:
            self.go_to_number(number)

    def go_to_next(self, hits: Hits, step: int) -> bool:
        """Go to the next of some lines, or the one before; False where there is none."""
        number = self.next_shown(hits, self._from(step), step)
        if number is not None:
            self.go_to_number(number)
        return number is not None

    def _from(self, step: int) -> int:
        """Where walking begins without a current line: at the end when following, else at the top row."""
        if self.cursor >= 0:
            return self.number(self.cursor)
        if self.following or not self._count:
            return self.all_lines() if step < 0 else -1
        return self.number(self._first()[0]) - (step > 0)


def _beginning(lines: LogLines, start: int, count: int) -> int:
    """A line near `start` that begins an entry."""
    size = NEAR
    while (found := head_after(lines.buffer, start, count)) is None and start:
        start, size = lines.buffer.line_before(start, size), size * 2
    return found or 0
