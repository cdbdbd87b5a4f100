"""Search in a line view: every match marked, counted, walked through, found while the search still runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol, runtime_checkable

from textual.message import Message
from textual.worker import get_current_worker

from runmon.model.search import Hits, Query
from runmon.ui.widgets.line_matches import LineMatches, Places
from runmon.ui.widgets.line_rows import LineSource

AT_ONCE = 2000
"""Lines that are searched without a thread."""
AT_ONCE_BYTES = 512 * 1024
OVERLAP = 64 * 1024
"""Bytes that are searched once more where a line goes on: more than a pattern has, with colours in it."""
SLICE = 1 << 20
"""Bytes searched between two looks at whether to stop."""


@runtime_checkable
class Searchable(Protocol):
    """A source that gives its lines as bytes, much faster than as texts."""

    def blocks(self, first_line: int, skip: int = 0) -> Iterator[tuple[int, bytes]]:
        """(number of the first line, bytes) from the block that holds `first_line` on; used in a thread.

        The first `skip` bytes of that line may be left out.
        """

    def size_from(self, n: int) -> int:
        """Bytes of line `n` and all behind it."""


class LineSearch(LineMatches):
    """A view that looks for what is wanted, and goes from match to match."""

    class Found(Message):
        """What is looked for, or what has been found of it, changed."""

        def __init__(self, view: LineSearch) -> None:
            super().__init__()
            self.view = view

        def can_replace(self, message: Message) -> bool:
            """Only the last state counts."""
            return isinstance(message, LineSearch.Found) and message.view is self.view

    def __init__(
        self, source: LineSource | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(source, id=id, classes=classes)
        self.hits = Hits()
        """Numbers of the lines that match, hidden ones too."""
        self._looked_at = (0, 0)
        """The last line that was searched, and how many bytes of it: it may become longer."""
        self._span: Places | None = None
        self._origin = 0
        self._searches = 0
        self._searching = False
        self._shown = True

    @property
    def searching(self) -> bool:
        """Whether there may be more matches than are known."""
        return self._searching

    @property
    def query_text(self) -> str:
        """What is looked for, or empty."""
        return self.sought.as_typed if self.sought is not None else ""

    @property
    def searched(self) -> LineSource:
        """All lines, the hidden ones too."""
        return self.source

    def search(self, text: str) -> None:
        """Look for a text from the current line on; an empty text ends the search. Raises BadInput."""
        query = Query.typed(text) if text else None
        if query == self.sought:
            return
        if self.sought is None:
            self._origin = self.number(self._first()[0] if self.cursor < 0 else self.cursor)
        self.sought = query
        self._shown = query is None
        self.search_again()

    def search_again(self) -> None:
        """Forget what was found, and look again for what is looked for."""
        self._searches += 1
        self.hits = Hits()
        self._looked_at = 0, 0
        self.forget_paint()
        self.changed()
        self.post_message(self.Found(self))

    def current(self) -> int:
        """The current line if it shows, else the one nearest to it that does; -1 where there are no lines."""
        shown = [n for n, _ in self._visible()]
        if not shown:
            return -1
        return shown[-1] if self.cursor < 0 else min(max(self.cursor, shown[0]), shown[-1])

    def changed(self) -> None:
        """Search what was added."""
        if self.sought is None:
            return
        count, query = self.all_lines(), self.sought
        if self.hits.scanned > count:
            self.hits, self._looked_at = Hits(), (0, 0)
        first = max(self.hits.scanned - 1, 0)
        skip = self._known_of(first, query)
        known = [first] if skip and first in self.hits else []
        if count - first <= AT_ONCE and self._size_from(first) - skip <= AT_ONCE_BYTES:
            for after, found, looked_at in _matches(query, self.searched, first, count, skip):
                self._take(self._searches, first, [*known, *found], after, looked_at)
                first, known = after, []
        elif not self._searching:
            self._searching = True
            work = partial(self._scan, self._searches, query, first, count, skip, known)
            self.run_worker(work, thread=True, group="search")

    def _known_of(self, line: int, query: Query) -> int:
        """Bytes of a line that need not be searched again; an expression may match from anywhere on."""
        looked_at, size = self._looked_at
        return max(size - OVERLAP, 0) if looked_at == line and not query.regular else 0

    def _size_from(self, line: int) -> int:
        return self.searched.size_from(line) if isinstance(self.searched, Searchable) else 0

    def _scan(self, search: int, query: Query, first: int, count: int, skip: int, known: list[int]) -> None:
        worker = get_current_worker()
        for after, found, looked_at in _matches(query, self.searched, first, count, skip):
            if worker.is_cancelled or search != self._searches:
                break
            self.app.call_from_thread(self._take, search, first, [*known, *found], after, looked_at)
            first, known = after, []
        self.app.call_from_thread(self._rest, search)

    def _rest(self, search: int) -> None:
        self._searching = False
        if search != self._searches or self.hits.scanned < self.all_lines():
            self.changed()
        self.post_message(self.Found(self))

    def _take(
        self, search: int, first: int, found: list[int], scanned: int, looked_at: tuple[int, int]
    ) -> None:
        if search != self._searches:
            return
        self._looked_at = looked_at
        self.hits.extend(first, dict.fromkeys(found), scanned)
        if not self._shown:
            self._show_first(over=scanned >= self.all_lines())
        self.post_message(self.Found(self))

    def _show_first(self, *, over: bool) -> None:
        """Show the first match from where the search began, or, once all is searched, the last one before."""
        number = self.next_shown(self.hits, self._origin - 1, 1)
        if number is None and over:
            number = self.next_shown(self.hits, self._origin, -1)
        self._shown = over or number is not None
        if number is not None:
            self.go_to_match(number)
        elif over:
            self.return_from_search()

    def return_from_search(self) -> None:
        """Nothing was found: show again what was shown before."""

    def next_shown(self, hits: Hits, number: int, step: int) -> int | None:
        """The number of the next of some lines, or of the one before, that is not hidden."""
        near = hits.after(number) if step > 0 else hits.before(number)
        while near is not None:
            place = self.place(near)
            if place < self._count and self.number(place) == near:
                return near
            if step > 0:
                near = hits.after(self.number(place) - 1) if place < self._count else None
            else:
                near = hits.before(self.number(place - 1) + 1) if place else None
        return None

    def hits_shown(self, before: int | None = None) -> int:
        """How many of the matching lines are not hidden; of those before a number, where one is given."""
        return len(self.hits) if before is None else self.hits.place(before)

    def go_to_match(self, number: int, step: int = 1) -> None:
        """Make the matching line with this number the current one, with its first or last match in sight."""
        self.following = False
        self.cursor = line = self.place(number)
        self._show_span(line, self.next_span(line, None, step))

    def _show_span(self, line: int, span: Places | None) -> None:
        self._span = span
        self.reveal(line, span)

    def _span_out_of_sight(self, line: int, step: int) -> Places | None:
        """The next match in a current line that is longer than the screen; None where all have been seen."""
        if line != self.cursor or self._span is None:
            return None
        span = self.next_span(line, self._span, step)
        while span is not None and self.in_sight(line, span):
            span = self.next_span(line, span, step)
        return span

    def action_next_match(self, step: int) -> None:
        """Go to the next match, or the one before; round at the end."""
        if not len(self.hits) or (line := self.current()) < 0:
            return
        span = self._span_out_of_sight(line, step)
        if span is not None:
            self._show_span(line, span)
            return
        near = self.next_shown(self.hits, self.number(line), step)
        if near is None:
            near = self.next_shown(self.hits, -1 if step > 0 else self.all_lines(), step)
            if near is None:
                return
            self.notify("Search went round.", timeout=2, markup=False)
        self.go_to_match(near, step)
        self.post_message(self.Found(self))


_Found = tuple[int, list[int], tuple[int, int]]
"""The line after the last one searched, lines that match, and the last line with how many bytes of it."""


def _matches(query: Query, source: LineSource, first: int, count: int, skip: int) -> Iterator[_Found]:
    """What is found, slice by slice; of line `first` the first `skip` bytes may be left out."""
    found: list[int] = []
    searched, looked_at = 0, (first, skip)
    for start, block in _blocks(source, first, count, skip):
        found += [start + n for n in query.lines_in(block) if start + n >= first]
        searched += len(block)
        newline = block.rfind(b"\n")
        begun = looked_at[1] if newline < 0 and start == looked_at[0] else 0
        looked_at = start + block.count(b"\n"), begun + len(block) - newline - 1
        if searched >= SLICE:
            after = min(start + block.count(b"\n"), count)
            yield after, found, looked_at
            found, searched, first = [], 0, after
    yield count, found, looked_at


def _blocks(source: LineSource, first: int, count: int, skip: int) -> Iterator[tuple[int, bytes]]:
    if isinstance(source, Searchable):
        yield from source.blocks(first, skip)
        return
    for start in range(first, count, 256):
        texts = (source.text(n).plain for n in range(start, min(start + 256, count)))
        yield start, "\n".join(texts).encode("utf-8", "replace") + b"\n"
