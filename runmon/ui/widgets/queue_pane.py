"""The request queue: how much is done, what comes next, and every request with what became of it.

Nothing here takes a lock, and every call carries this client's key.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult

from runmon.model.requests import HeadRequest, QueuedRequest, RequestState
from runmon.model.storages import RequestQueue
from runmon.model.units import grouped
from runmon.ui.commands import bindings
from runmon.ui.widgets.data_pane import DataPane, Notice
from runmon.ui.widgets.request_rows import RequestRows
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.words import Words
from runmon.watch.events import Pane as Watched
from runmon.watch.events import QueueCounted

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.watch.watch import Watch

HEAD = 100
PAGE = 1000
MOST = 100_000
"""Requests read at most when all are listed."""
READ_EVERY_S = 3.0
"""The head of a queue that changes all the time is read no more often."""


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
    BINDINGS = bindings("queue")

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(api, watch, id="queue")
        self.rows = RequestRows()
        self.shows = Shows.HEAD
        self._chosen = False
        self._queue: RequestQueue | None = None
        self._modified: datetime | None = None
        self._stale = True
        self._read_at = float("-inf")
        self._all: list[QueuedRequest] = []
        self._scanning = False

    def compose(self) -> ComposeResult:
        yield Words(id="queue-line")
        yield Table(id="queue-table", columns=False)
        yield Notice()

    @property
    def table(self) -> Table:
        """The requests."""
        return self.query_one(Table)

    def on_mount(self) -> None:
        self.table.empty = Text("Reading the queue…")
        self.table.show(self.rows)
        self._write_line()

    def counted(self, event: QueueCounted) -> None:
        """The queue was looked at: show its counts, and read it again if it changed."""
        self._queue = event.queue.view
        if not self._chosen and not pending_of(self._queue) and self._queue.total_request_count:
            self.shows, self._stale, self._read_at = Shows.ALL, True, float("-inf")
        if self._queue.modified_at is None or self._queue.modified_at != self._modified:
            self._modified, self._stale = self._queue.modified_at, True
        self._write_line()
        self.counts = Text.assemble((grouped(max(self._queue.total_request_count or 0, 0)), "quiet"))
        self.read_again()

    def tick(self) -> None:
        super().tick()
        self.read_again()

    def read_again(self) -> None:
        """Read the requests that are listed if the queue changed since."""
        if (
            self.visible_now
            and self._queue is not None
            and self._stale
            and time.monotonic() - self._read_at >= READ_EVERY_S
        ):
            self._stale, self._read_at = False, time.monotonic()
            self.read("requests", self._read_head if self.shows is Shows.HEAD else self._read_all)

    def action_next_view(self) -> None:
        """Show the head, all requests, or those that failed."""
        order = list(Shows)
        self.shows = order[(order.index(self.shows) + 1) % len(order)]
        self._chosen = self._stale = True
        self._read_at = float("-inf")
        self.rows.requests = ()
        self.table.empty = Text("Reading the queue…")
        self.table.show(self.rows)
        self._write_line()
        self.read_again()

    @on(Table.Chosen)
    def open_request(self, message: Table.Chosen) -> None:
        """Show the whole request."""
        from runmon.ui.screens.request import RequestScreen

        message.stop()
        self.app.push_screen(RequestScreen(self.api, self.place, self.rows.requests[message.row].id))

    async def _read_head(self) -> None:
        head = await self.api.head(self.place, limit=HEAD)
        self._take(head.items)

    async def _read_all(self) -> None:
        """Page after page; the list on screen is replaced when the first page is there, then grows."""
        found: list[QueuedRequest] = []
        self._scanning = True
        try:
            cursor: str | None = None
            while len(found) < MOST:
                page = await self.api.requests(self.place, limit=PAGE, cursor=cursor)
                found += page.items
                cursor = page.next_cursor
                self._all = found
                self._show_all()
                if cursor is None:
                    break
        finally:
            self._scanning = False
            self._write_line()

    def _show_all(self) -> None:
        failed_only = self.shows is Shows.FAILED
        self._take([r for r in self._all if r.state is RequestState.FAILED] if failed_only else self._all)
        self._write_line()

    def _take(self, requests: Sequence[HeadRequest | QueuedRequest]) -> None:
        cursor = self.table.cursor
        under = self.rows.requests[cursor].id if 0 <= cursor < len(self.rows.requests) else None
        self.rows.requests = requests
        self.table.empty = Text(EMPTY[self.shows])
        self.table.rows_changed(cursor=None if under is None else self.rows.place_of(under))

    def _write_line(self) -> None:
        """Counts in words, and which requests are listed."""
        line = Text()
        if self._queue is not None:
            line.append_text(counts_line(self._queue))
        if self._all and self.shows is not Shows.HEAD:
            failed = sum(1 for request in self._all if request.state is RequestState.FAILED)
            line.append("   ✖ ", "bad" if failed else "faint").append(f"{grouped(failed)} failed", "quiet")
        line.append("   showing ", "faint").append(self.shows.value, "accent")
        if self._scanning:
            line.append(f"   {grouped(len(self._all))} scanned", "faint")
        self.query_one("#queue-line", Words).say(line)


def pending_of(queue: RequestQueue) -> int:
    """Requests that wait; the server's own count lags, and can be negative."""
    if queue.pending_request_count is not None:
        return max(queue.pending_request_count, 0)
    return max((queue.total_request_count or 0) - (queue.handled_request_count or 0), 0)


def counts_line(queue: RequestQueue) -> Text:
    """`612 requests   148 handled   464 pending`."""
    total, handled = max(queue.total_request_count or 0, 0), max(queue.handled_request_count or 0, 0)
    line = Text()
    for count, word in (
        (handled, "handled"),
        (pending_of(queue), "pending"),
        (max(total, handled), "in all"),
    ):
        line.append("   " if line.plain else "").append(grouped(count), "text").append(f" {word}", "quiet")
    return line
