"""The key-value store: its keys, and beside or below them what the key under the cursor holds."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from runmon.model.storages import KeyItem
from runmon.model.units import grouped
from runmon.ui.commands import bindings
from runmon.ui.widgets.data_pane import DataPane, Notice
from runmon.ui.widgets.key_rows import KeyRows
from runmon.ui.widgets.record_view import RecordView
from runmon.ui.widgets.table import Table
from runmon.watch.events import Pane as Watched
from runmon.watch.events import RecordsCounted

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.watch.watch import Watch

RESTS_S = 0.12
"""The cursor must rest this long on a key before its record is read."""
LIST_EVERY_S = 5.0
"""A store that changes all the time is listed no more often; listings are metered."""
WHOLE = 10 * 1024 * 1024
"""Records up to this size are read whole, larger ones by their start."""
START = 256 * 1024
PAGE = 1000
BESIDE, BELOW = 72, 14
"""Cells of width that put the preview beside the keys, of height that put it below them."""
NONE_YET = "No records yet.\nINPUT, OUTPUT, screenshots and whatever the run stores appear here."


class RecordsPane(DataPane):
    """Records of the run's default key-value store."""

    pane = Watched.RECORDS
    SCOPE: ClassVar[str] = "records"
    NUMBER: ClassVar[str] = "4"
    NAME: ClassVar[str] = "Records"
    BINDINGS = bindings("records")

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(api, watch, id="records")
        self.rows = KeyRows(self._near_end)
        self._modified: datetime | None = None
        self._listed: datetime | None = None
        self._listed_at = float("-inf")
        self._stale = False
        self._more: str | None = None

    def compose(self) -> ComposeResult:
        with Container(id="records-split"):
            yield Table(id="records-table", numbers=False, columns=False)
            yield RecordView(id="record-view")
        yield Notice()

    @property
    def table(self) -> Table:
        """The keys."""
        return self.query_one(Table)

    @property
    def view(self) -> RecordView:
        """What the key under the cursor holds."""
        return self.query_one(RecordView)

    def on_mount(self) -> None:
        self.table.empty = Text("Reading the keys…")
        self.table.show(self.rows)

    def on_resize(self) -> None:
        beside = self.size.width >= BESIDE
        below = not beside and self.size.height >= BELOW
        self.set_class(beside, "-beside")
        self.set_class(below, "-below")
        self.view.display = beside or below
        self._read_record()

    def counted(self, event: RecordsCounted) -> None:
        """The store was looked at: list its keys if it changed."""
        self._modified = event.store.view.modified_at
        self._stale = self._stale or self._modified is None or self._modified != self._listed
        if self._listed is None:
            self._listed_at = float("-inf")
        self.read_again()

    def read_again(self) -> None:
        """List the keys if the store changed since they were listed."""
        if self.visible_now and self._stale and time.monotonic() - self._listed_at >= LIST_EVERY_S:
            self._stale, self._listed, self._listed_at = False, self._modified, time.monotonic()
            self.read("keys", self._list)

    def tick(self) -> None:
        super().tick()
        self.read_again()

    @on(Table.Moved)
    def key_changed(self, message: Table.Moved) -> None:
        """Another key is under the cursor: read it once the cursor rests."""
        message.stop()
        self._read_record()

    @on(Table.Chosen)
    def open_record(self, message: Table.Chosen) -> None:
        """Show the record on the whole screen."""
        from runmon.ui.screens.record import RecordScreen

        message.stop()
        keys = [item.key for item in self.rows.keys]
        self.app.push_screen(RecordScreen(self.api, self.place, keys, message.row), self._came_back)

    def _came_back(self, row: int | None) -> None:
        if row is not None:
            self.table.move_to(row)

    async def _list(self) -> None:
        page = await self.api.keys(self.place, limit=PAGE)
        keys = list(page.items)
        while (after := page.next_exclusive_start_key) and len(keys) < max(len(self.rows.keys), 5 * PAGE):
            page = await self.api.keys(self.place, limit=PAGE, after=after)
            keys += page.items
        self._more = page.next_exclusive_start_key
        self._take(keys)

    def _near_end(self) -> None:
        if self._more and self.visible_now:
            self.read("keys", self._list_more)

    async def _list_more(self) -> None:
        after, self._more = self._more, None
        page = await self.api.keys(self.place, limit=PAGE, after=after)
        self._more = page.next_exclusive_start_key
        self._take([*self.rows.keys, *page.items])

    def _take(self, keys: list[KeyItem]) -> None:
        under = (
            self.rows.keys[self.table.cursor].key if 0 <= self.table.cursor < len(self.rows.keys) else None
        )
        self.rows.take(keys)
        self.table.empty = Text(NONE_YET)
        self.table.rows_changed(cursor=None if under is None else self.rows.place_of(under))
        more = "+" if self._more else ""
        self.counts = Text.assemble((f"{grouped(len(keys))}{more}", "quiet"))

    def _read_record(self) -> None:
        if self.visible_now and self.view.display and self.table.cursor >= 0:
            self.read("record", self._show_record)

    async def _show_record(self) -> None:
        await asyncio.sleep(RESTS_S)
        row = self.table.cursor
        if not 0 <= row < len(self.rows.keys):
            return
        item = self.rows.keys[row]
        record = await self.api.record(self.place, item.key, max_bytes=limit_for(item.size))
        await self.view.show(record)


def limit_for(size: int | None) -> int:
    """How many bytes of a record of this size are read."""
    return WHOLE if size is None or size <= WHOLE else START
