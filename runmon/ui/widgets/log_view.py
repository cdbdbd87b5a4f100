"""The line view of the log: gutter and ground by level, and where its errors and warnings are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from textual.message import Message
from textual.worker import get_current_worker

from runmon.insight.entries import Level
from runmon.model.search import Hits
from runmon.render.log_line import LEVEL_WIDTH
from runmon.render.log_lines import LogLines
from runmon.ui.widgets.timed_view import TimedView
from runmon.ui.widgets.walk import WalkView

AT_ONCE = 2000
"""Lines looked at for levels without a thread."""
AT_ONCE_BYTES = 512 * 1024
SLICE = 4 << 20
TONES = {Level.DEBUG: "line", Level.INFO: "line", Level.WARN: "warn", Level.ERROR: "bad"}


class LogView(WalkView, TimedView):
    """Shows a log. Call `more` when its buffer has grown."""

    FOLLOWS: ClassVar[bool] = True
    MARGIN: ClassVar[int] = 1

    class Counted(Message):
        """More is known about errors and warnings."""

        def __init__(self, view: LogView) -> None:
            super().__init__()
            self.view = view

        def can_replace(self, message: Message) -> bool:
            """Only the last count matters."""
            return isinstance(message, LogView.Counted) and message.view is self.view

    def __init__(self, lines: LogLines, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(lines, id=id, classes=classes)
        self.errors = Hits()
        self.warnings = Hits()
        self._counting = False
        self._generation = 0
        self._seen_bytes = 0

    @property
    def counting(self) -> bool:
        """Whether there may be more errors and warnings than are known."""
        return self._counting

    def more(self) -> None:
        """The buffer has grown, or was rewritten; a head that is still being filled shows nowhere."""
        if self.lines.changed():
            self._rewritten()
        elif self._seen_bytes != self.lines.buffer.size:
            self.grown()
        self._seen_bytes = self.lines.buffer.size

    def _rewritten(self) -> None:
        """Lines have changed, or others came in front of them: all is read again, the place is kept."""
        self.errors, self.warnings = Hits(), Hits()
        self._generation += 1
        self.marks.move(self.lines.moved)
        self._sought_number += self.lines.moved
        with self.holding(self.lines.moved):
            self.sift_again()
        self.search_again()

    def in_view(self) -> tuple[int, int]:
        """The numbers of the first and the last line that show; -1 where none does."""
        if not self._count:
            return -1, -1
        return self.number(self._first()[0]), self.number(self._count - 1 - self.lines_below)

    def show_from(self, number: int) -> None:
        """Make the line with a number, or the next that is kept, the current one and the first that shows."""
        self.following = False
        self.cursor = min(self.place(number), self._count - 1)
        self._place(self.cursor)

    def margin(self, n: int) -> tuple[str, str]:
        """A bar in the colour of the entry's level, over all lines of the entry."""
        tone = TONES.get(self.lines.level(self.number(n)))
        return ("▎", tone) if tone is not None else (" ", "")

    def hang(self, n: int) -> int:
        """Folded rows stand under the message."""
        stamp = self.lines.clock.width()
        return stamp + (stamp > 0) + LEVEL_WIDTH + 1

    def ground(self, n: int) -> str:
        """Errors stand on a tinted ground."""
        return "error_ground" if self.lines.level(self.number(n)) is Level.ERROR else ""

    def changed(self) -> None:
        """Look for errors and warnings, and for what is searched, in what was added."""
        super().changed()
        first, count = max(self.errors.scanned - 1, 0), self.all_lines()
        if count - first <= AT_ONCE and self.lines.size_told_from(first) <= AT_ONCE_BYTES:
            for after, errors, warnings in _levels(self.lines, first, count):
                self._counted(self._generation, first, after, errors, warnings)
                first = after
        elif not self._counting:
            self._counting = True
            self.call_after_refresh(self._begin_counting, first, count)

    def _begin_counting(self, first: int, count: int) -> None:
        """Once the lines have been painted: their count can wait, they cannot."""
        self.run_worker(partial(self._count_levels, first, count), thread=True, group="levels")

    def _count_levels(self, first: int, count: int) -> None:
        generation, worker = self._generation, get_current_worker()
        for after, errors, warnings in _levels(self.lines, first, count):
            if worker.is_cancelled or generation != self._generation:
                break
            self.app.call_from_thread(self._counted, generation, first, after, errors, warnings)
            first = after
        self.app.call_from_thread(self._levels_counted)

    def _levels_counted(self) -> None:
        self._counting = False
        if self.errors.scanned < self.all_lines():
            self.changed()
        self.post_message(self.Counted(self))

    def _counted(
        self, generation: int, first: int, after: int, errors: list[int], warnings: list[int]
    ) -> None:
        if generation == self._generation:
            self.errors.extend(first, errors, after)
            self.warnings.extend(first, warnings, after)
            self.post_message(self.Counted(self))


def _levels(lines: LogLines, first: int, count: int) -> Iterator[tuple[int, list[int], list[int]]]:
    """(line after the last one looked at, errors, warnings), slice by slice."""
    errors: list[int] = []
    warnings: list[int] = []
    size = 0
    for start, block, told in lines.telling.blocks(first):
        errors += [start + line for line in told.errors]
        warnings += [start + line for line in told.warnings]
        size += len(block)
        if size >= SLICE:
            after = min(start + block.count(b"\n"), count)
            yield after, errors, warnings
            errors, warnings, size = [], [], 0
    yield count, errors, warnings
