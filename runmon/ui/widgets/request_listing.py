"""Requests of a queue as they are wished to be seen: its head, all or the failed ones, filtered, in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text

from runmon.errors import TooLarge
from runmon.model.request_list import Listed, RequestList, Wanted, listed, listed_head
from runmon.model.requests import QueuedRequest, RequestState
from runmon.model.storages import RequestQueue
from runmon.ui.widgets.data_pane import DataPane
from runmon.ui.widgets.request_rows import RequestRows
from runmon.ui.widgets.table import Table

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.watch.watch import Watch

HEAD = 100
FIRST_PAGE, PAGE = 250, 2000
"""Requests of the first page, which is to show at once, and of those behind it."""
MOST = 200_000
"""Requests read at most when all are listed."""
READ_EVERY_S = 3.0
"""The head of a queue that changes all the time is read no more often."""
PAGE_COSTS_S = 5.0
"""Seconds that a page of all requests earns before all are read again: reads are metered."""


class Shows(Enum):
    """Which requests are listed."""

    HEAD = "next"
    ALL = "all"
    FAILED = "failed"


EMPTY = {
    Shows.HEAD: "Nothing waits in the queue.\nPress v to see all requests, and again for those that failed.",
    Shows.ALL: "No requests.\nThe run has put nothing into its request queue.",
    Shows.FAILED: "No failed requests.",
}


class RequestListing(DataPane):
    """A pane over a request queue whose table has a row for each request that is wished for."""

    SCOPE: ClassVar[str] = ""

    def __init__(self, api: Api, watch: Watch, *, id: str) -> None:
        super().__init__(api, watch, id=id)
        self.rows = RequestRows(watch.clock.zone)
        self.shows = Shows.HEAD
        self.wanted = Wanted()
        self.failed_first = False
        self._queue: RequestQueue | None = None
        self._stale = True
        self._wait_until = float("-inf")
        self._found = RequestList()
        self._scanned: int | None = None

    def _write_line(self) -> None:
        """Told when another line of counts is due."""

    def read_again(self) -> None:
        """Read the requests that are listed if the queue changed since."""
        due = self._stale and self._scanned is None and time.monotonic() >= self._wait_until
        if self.visible_now and self._queue is not None and due:
            self._stale, self._wait_until = False, time.monotonic() + READ_EVERY_S
            self.read("requests", self._read_head if self.shows is Shows.HEAD else self._read_all)

    def shown(self, visible: bool) -> None:
        super().shown(visible)
        if not visible and self._scanned is not None:
            self.workers.cancel_group(self, f"{self.id}-requests")

    def refresh_now(self) -> None:
        """Read again at once."""
        self._stale, self._wait_until = True, float("-inf")
        self.read_again()

    def _under(self) -> Listed | None:
        row = self.table.cursor
        return self.rows.requests[row] if 0 <= row < len(self.rows.requests) else None

    def _show(self, shows: Shows) -> None:
        """Show another kind of requests, those in hand at once."""
        self.shows = shows
        self.rows.told = shows is not Shows.HEAD
        self._stale, self._wait_until = True, float("-inf")
        if shows is Shows.HEAD:
            self.rows.requests = ()
        self.table.empty = Text("Reading the queue…")
        self.table.show(self.rows)
        if shows is not Shows.HEAD and self._found.all:
            self._stale = False
            self._arrange()
        self._write_line()

    def _filter(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._arrange()
        self.refresh_bindings()

    def _arrange(self) -> None:
        """Show what was read as it is wished now, slice by slice; the cursor keeps its place."""
        if self.shows is Shows.HEAD:
            return
        under, found = self._under() if self.table.cursor > 0 else None, self._found
        found.show(self._wish, failed_first=self.failed_first)
        more = found.sort()
        self._take(found, self._place_of(under))
        self.workers.cancel_group(self, "queue-sort")
        if more:
            self.run_worker(self._sort(found, under), group="queue-sort")

    @property
    def _wish(self) -> Wanted:
        """What is to show, the view that was chosen included."""
        words = self.wanted.words
        return Wanted((*words, "state:failed") if self.shows is Shows.FAILED else words)

    async def _sort(self, found: RequestList, under: Listed | None) -> None:
        while found is self._found and found.sort():
            self._take(found)
            await asyncio.sleep(0)
        self._take(self._found, self._place_of(under))

    def _place_of(self, request: Listed | None) -> int | None:
        """Where the cursor goes for this request; None where it can stay."""
        row = None if request is None else self._found.place_of(request.id)
        return None if row == self.table.cursor else row

    def _take(self, requests: Sequence[Listed], row: int | None = None) -> None:
        """Show these requests."""
        if not self.query(Table):
            return  # the screen is closing
        self.rows.requests = requests
        self.table.empty = Text(self._emptiness())
        self.table.rows_changed(cursor=row)
        self._write_line()

    def _emptiness(self) -> str:
        if self.wanted:
            return "No request matches the filter.\nPress Esc to show all again."
        if self._scanned is not None and self.shows is Shows.FAILED:
            return "No failed request yet. Reading on…"
        return EMPTY[self.shows]

    async def _read_head(self) -> None:
        head = await self.api.head(self.place, limit=HEAD)
        if self.shows is Shows.HEAD:
            under = self._under()
            self._take([listed_head(request) for request in head.items])
            if under is not None and (row := self.rows.place_of(under.id)) is not None:
                self.table.move_to(row)

    async def _read_all(self) -> None:
        """Page after page. The first reading grows on the screen, a later one takes its place when whole."""
        growing = not self._found.all
        found = self._found if growing else RequestList()
        self._scanned, pages = 0, 0
        try:
            async for page in self._pages():
                pages += 1
                now = self._watch.clock.wall()
                self._scanned += len(page)
                in_front = found.front
                found.extend(listed(request, now, self._error(request)) for request in page)
                if growing:
                    self._grown(in_front)
                else:
                    self._write_line()
        finally:
            self._scanned = None
            self._wait_until = time.monotonic() + max(READ_EVERY_S, PAGE_COSTS_S * pages)
        self._found = found
        self._arrange()
        self._write_line()

    async def _pages(self) -> AsyncIterator[list[QueuedRequest]]:
        """Requests page by page, the first page small; pages that are too large are halved."""
        cursor: str | None = None
        limit, read = FIRST_PAGE, 0
        while read < MOST:
            try:
                page = await self.api.requests(self.place, limit=limit, cursor=cursor)
            except TooLarge:
                if limit == 1:
                    raise
                limit = max(limit // 4, 1)
                continue
            yield page.items
            read += len(page.items)
            limit = PAGE if limit == FIRST_PAGE else limit
            if (cursor := page.next_cursor) is None:
                return

    @staticmethod
    def _error(request: QueuedRequest) -> str:
        from runmon.insight.failures import reason

        return reason(request) if request.state is RequestState.FAILED else ""

    def _grown(self, front: int) -> None:
        """More was read: show it, the cursor on its request; `front` is where failed ones ended before."""
        if self.shows is Shows.HEAD:
            return
        found, cursor = self._found, self.table.cursor
        while found.sort():
            pass
        more = found.front - front
        self._take(found, cursor + more if more and cursor >= max(front, 1) else None)
