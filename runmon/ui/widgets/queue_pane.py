"""The request queue: how much is done, what comes next, and every request with what became of it.

Nothing here takes a lock, and every call carries this client's key.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult

from runmon.model.request_list import Wanted
from runmon.model.units import grouped
from runmon.render.requests import counts_line, failed_count, pending_of, total_of
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.widgets.data_pane import Notice
from runmon.ui.widgets.prompt import ask
from runmon.ui.widgets.request_listing import RequestListing, Shows
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.words import Words
from runmon.watch.events import Pane as Watched
from runmon.watch.events import QueueCounted

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.watch.watch import Watch

HINT = "words, !not, state:failed, label:…, error:…"


class QueuePane(RequestListing):
    """Requests of the run's default request queue."""

    pane = Watched.QUEUE
    SCOPE: ClassVar[str] = "queue"
    NUMBER: ClassVar[str] = "5"
    NAME: ClassVar[str] = "Queue"
    HOLDS: ClassVar[str] = "The requests"
    BINDINGS = bindings("queue")

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(api, watch, id="queue")
        self._chosen = False
        self._modified: datetime | None = None

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
