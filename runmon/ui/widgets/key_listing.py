"""The keys of a store, listed page by page as far as they are looked at, and again when the store changed."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text

from runmon.model.key_list import Key, Sought
from runmon.model.storages import KeyItem
from runmon.model.units import grouped
from runmon.ui.widgets.data_pane import DataPane
from runmon.ui.widgets.key_rows import KeyRows
from runmon.ui.widgets.table import Table
from runmon.watch.events import RecordsCounted

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.watch.watch import Watch

LIST_EVERY_S = 5.0
"""A page of keys of a store that changes all the time is listed no more often; listings are metered."""
PAGE = 1000
AT_ONCE = 5
"""Pages of keys that are listed without being asked for."""
FIRST = ("INPUT", "OUTPUT")
"""Keys that stand first, wherever they are in a store of many pages."""
NONE_YET = "No records yet.\nINPUT, OUTPUT, screenshots and whatever the run stores appear here."
NO_MATCH = "No key matches.\nPress Esc to show all again."


class KeyListing(DataPane):
    """A pane over a key-value store whose table has a row for each key."""

    SCOPE: ClassVar[str] = ""

    def __init__(self, api: Api, watch: Watch, *, id: str) -> None:
        super().__init__(api, watch, id=id)
        self.rows = KeyRows(self._near_end)
        self._modified: datetime | None = None
        self._listed: datetime | None = None
        self._list_after = float("-inf")
        self._stale = False
        self._more: str | None = None
        self._known: set[str] = set()

    def counted(self, event: RecordsCounted) -> None:
        """The store was looked at: list its keys if it changed."""
        self._modified = event.store.view.modified_at
        self._stale = self._stale or self._modified is None or self._modified != self._listed
        if self._listed is None:
            self._list_after = float("-inf")
        self.read_again()

    def read_again(self) -> None:
        """List the keys if the store changed since they were listed."""
        if self.visible_now and self._stale and time.monotonic() >= self._list_after:
            pages = max(1, self.rows.list.total // PAGE)
            self._stale, self._listed = False, self._modified
            self._list_after = time.monotonic() + LIST_EVERY_S * pages
            self.read("keys", self._list)

    def tick(self) -> None:
        super().tick()
        self.read_again()

    def _under(self) -> str | None:
        """The key under the cursor."""
        row = self.table.cursor
        found = self.rows.list[row] if 0 <= row < len(self.rows.list) else None
        return found.key if isinstance(found, Key) else None

    async def _list(self) -> None:
        """List as much as was listed, or the first pages; the first shows at once."""
        wanted = max(self.rows.list.total, AT_ONCE * PAGE)
        first = not self.rows.list.total
        page = await self.api.keys(self.place, limit=PAGE)
        keys, more = list(page.items), page.next_exclusive_start_key
        while more and len(keys) < wanted:
            if first and len(keys) == PAGE:
                self._take(keys, more)
            page = await self.api.keys(self.place, limit=PAGE, after=more)
            keys += page.items
            more = page.next_exclusive_start_key
        if more:
            keys += await self._first_keys({item.key for item in keys})
        self._take(keys, more)

    async def _first_keys(self, known: set[str]) -> list[KeyItem]:
        """What stands first and was not listed yet."""
        pages = [await self.api.keys(self.place, limit=10, prefix=name) for name in FIRST]
        return [item for page in pages for item in page.items if item.key not in known]

    def _near_end(self) -> None:
        if self._more and self.visible_now and not self.rows.list.sought:
            self.read("keys", self._list_more)

    async def _list_more(self) -> None:
        after, self._more = self._more, None
        try:
            page = await self.api.keys(self.place, limit=PAGE, after=after)
        except BaseException:
            self._more = after
            raise
        self._more = page.next_exclusive_start_key
        self._add(page.items)
        self._rows_changed(None)

    def _add(self, items: list[KeyItem]) -> None:
        fresh = [item for item in items if item.key not in self._known]
        self._known.update(item.key for item in fresh)
        self.rows.list.add(fresh)

    def _take(self, keys: list[KeyItem], more: str | None) -> None:
        under, self._more = self._under(), more
        self._known = set()
        self.rows.list.take(())
        self._add(keys)
        if self.rows.list.sought:
            self._seek(self.rows.list.sought)
        else:
            self._rows_changed(under)

    def _seek(self, sought: Sought) -> None:
        """Show what matches; where not every key is listed, list what can match first."""
        self.refresh_bindings()
        if not sought:
            self.workers.cancel_group(self, f"{self.id}-seek")
            under = self._under()
            self.rows.list.show(sought, [])
            self._rows_changed(under)
            return

        async def look() -> None:
            await self._show_matches(sought)
            if self._more and (prefix := sought.prefix):
                page = await self.api.keys(self.place, limit=PAGE, prefix=prefix.upper())
                self._add(page.items)
                await self._show_matches(sought)
            while self._more:
                page = await self.api.keys(self.place, limit=PAGE, after=self._more)
                self._more = page.next_exclusive_start_key
                self._add(page.items)
                if not self._more or not self.rows.list.total % (10 * PAGE):
                    await self._show_matches(sought)

        self.read("seek", look)

    async def _show_matches(self, sought: Sought) -> None:
        keys = self.rows.list
        many = keys.total > AT_ONCE * PAGE
        matching = await asyncio.to_thread(keys.matches, sought) if many else keys.matches(sought)
        keys.show(sought, matching)
        self._rows_changed(None)

    def _rows_changed(self, under: str | None) -> None:
        """The list changed: show it, the cursor on the key that it was on."""
        if not self.query(Table):
            return  # the screen is closing
        row = self.rows.list.place_of(under) if under is not None and self.table.cursor > 0 else None
        self.table.empty = Text(NO_MATCH if self.rows.list.sought else NONE_YET)
        self.table.rows_changed(cursor=None if row == self.table.cursor else row)
        self._write_counts()

    def _write_counts(self) -> None:
        keys, more = self.rows.list, "+" if self._more else ""
        words = Text.assemble((f"{grouped(keys.total)}{more}", "quiet"))
        if keys.sought:
            words.append(f"  {grouped(len(keys))} match", "accent")
        if self.table.marks:
            words.append(f"  {grouped(len(self.table.marks))} marked", "accent")
        self.counts = words
