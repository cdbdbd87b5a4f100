"""The request queue: how much is done, what comes next, and every request with what became of it.

Nothing here takes a lock, and every call carries this client's key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult

from runmon.errors import TooLarge
from runmon.model.request_list import Listed, RequestList, Wanted, listed, listed_head
from runmon.model.requests import QueuedRequest, RequestState
from runmon.model.storages import RequestQueue
from runmon.model.units import grouped
from runmon.render.requests import counts_line, failed_count, pending_of, total_of
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.widgets.data_pane import DataPane, Notice
from runmon.ui.widgets.prompt import ask
from runmon.ui.widgets.request_rows import RequestRows
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.words import Words
from runmon.watch.events import Pane as Watched
from runmon.watch.events import QueueCounted

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
HINT = "words, !not, state:failed, label:…, error:…"


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


class QueuePane(DataPane):
    """Requests of the run's default request queue."""

    pane = Watched.QUEUE
    SCOPE: ClassVar[str] = "queue"
    NUMBER: ClassVar[str] = "5"
    NAME: ClassVar[str] = "Queue"
    HOLDS: ClassVar[str] = "The requests"
    BINDINGS = bindings("queue")

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(api, watch, id="queue")
        self.rows = RequestRows(watch.clock.zone)
        self.shows = Shows.HEAD
        self.wanted = Wanted()
        self.failed_first = False
        self._chosen = False
        self._queue: RequestQueue | None = None
        self._modified: datetime | None = None
        self._stale = True
        self._wait_until = float("-inf")
        self._found = RequestList()
        self._scanned: int | None = None

    def compose(self) -> ComposeResult:
        yield Words(id="queue-line")
        yield Table(id="queue-table", columns=False)
        yield Notice()

    def on_mount(self) -> None:
        self.table.empty = Text("Reading the queue…")
        self.table.show(self.rows)
        self._write_line()

    def on_resize(self) -> None:
        super().on_resize()
        self._write_line()

    def counted(self, event: QueueCounted) -> None:
        """The queue was looked at: show its counts, and read it again if it changed."""
        self._queue = event.queue.view
        if not self._chosen and not pending_of(self._queue) and self._queue.total_request_count:
            self._chosen = True
            self._show(Shows.ALL)
        if self._queue.modified_at is None or self._queue.modified_at != self._modified:
            self._modified, self._stale = self._queue.modified_at, True
        self._write_line()
        self.counts = Text.assemble((grouped(total_of(self._queue)), "quiet"))
        self.read_again()

    def tick(self) -> None:
        super().tick()
        self.read_again()

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

    # What a person does

    def action_next_view(self) -> None:
        """Show the head, all requests, or those that failed."""
        order = list(Shows)
        self._chosen = True
        self._show(order[(order.index(self.shows) + 1) % len(order)])
        self.read_again()

    def action_failed_first(self) -> None:
        """Put failed requests before all others, or back into the order of the queue."""
        self.failed_first = not self.failed_first
        self._chosen = True
        if self.shows is not Shows.ALL:
            self._show(Shows.ALL)
        self._arrange()
        self.read_again()

    def action_filter(self) -> None:
        """Ask which requests to show, and show them while it is typed."""
        before = self.wanted

        def done(text: str | None) -> None:
            self.table.focus(scroll_visible=False)
            if text is None:
                self._filter(before)

        if self.shows is Shows.HEAD:
            self._chosen = True
            self._show(Shows.ALL)
            self.read_again()
        ask(
            self, "filter", typed=lambda text: self._filter(Wanted.typed(text)), done=done,
            value=" ".join(before.words), hint=HINT,
        )  # fmt: skip

    def action_clear(self) -> None:
        """Show all requests again."""
        self._filter(Wanted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Clear only what is filtered: else the key is somebody else's."""
        return bool(self.wanted) if action == "clear" else True

    def action_copy_url(self) -> None:
        """Copy the url of the request under the cursor."""
        from runmon.ui.outside import copy

        if (request := self._under()) is not None:
            copy(self.app, clean(request.url, limit=4096), "the url")

    def action_jump(self, where: str) -> None:
        """Go to the log, the snapshot or the items of the request under the cursor."""
        from runmon.insight.failures import Mention, Subject
        from runmon.ui.jumps import jump

        if (request := self._under()) is not None:
            jump(self.app, where, Subject(Mention(request.url, request.id)))

    @on(Table.Chosen)
    def open_request(self, message: Table.Chosen) -> None:
        """Show the whole request."""
        from runmon.ui.screens.request import RequestScreen

        message.stop()
        ids = [request.id for request in self.rows.requests]
        self.app.push_screen(RequestScreen(self.api, self.place, ids, message.row), self._came_back)

    def _came_back(self, row: int | None) -> None:
        if row is not None:
            self.table.move_to(row)

    def _under(self) -> Listed | None:
        row = self.table.cursor
        return self.rows.requests[row] if 0 <= row < len(self.rows.requests) else None

    # What is shown

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

    # Reading

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

    def _write_line(self) -> None:
        """Counts in words, and which requests are listed."""
        if not self.query("#queue-line"):
            return  # the screen is closing
        line = Text()
        if self._queue is not None:
            line.append_text(counts_line(self._queue))
        if self._found.all and self.shows is not Shows.HEAD:
            line.append_text(failed_count(self._found.counts))
        line.append("   showing ", "faint").append(self.shows.value, "accent")
        if self.failed_first and self.shows is Shows.ALL:
            line.append(", failed first", "accent")
        if self.wanted and self.shows is not Shows.HEAD:
            line.append("   filter ", "faint").append(clean(" ".join(self.wanted.words), limit=60), "accent")
            line.append(f"  {grouped(len(self._found))} of {grouped(len(self._found.all))}", "quiet")
        if self._scanned is not None:
            most = total_of(self._queue) if self._queue is not None else 0
            of = f" of {grouped(max(most, self._scanned))}" if most else ""
            line.append(f"   {grouped(self._scanned)}{of} scanned", "faint")
        self.query_one("#queue-line", Words).say(line)
