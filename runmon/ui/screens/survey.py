"""A table of what the items are like, over those in hand at once and over the whole dataset when asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from runmon.errors import RunmonError
from runmon.model.item_filter import ItemFilter
from runmon.model.storages import Place
from runmon.model.units import grouped
from runmon.model.values import decode
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.data_pane import Notice
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.item_rows import ItemRows
from runmon.ui.widgets.items_arranged import FEW
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.table_source import TableSource

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.api.datasets import ItemFilters
    from runmon.watch.item_scan import Slice

R = TypeVar("R")
Numbered = tuple[int, Any]
EVERY_S = 0.25


class SurveyFrame(Pane):
    """The frame around a table of results."""

    def compose(self) -> ComposeResult:
        yield Table(numbers=False, columns=False)
        yield Notice()


class SurveyScreen(GivesOnce, Screen[R], Generic[R], inherit_bindings=False):
    """Looks at items by `take`, shows what came of it by `results`. Closing it ends a scan."""

    SCOPE: ClassVar[str] = "survey"
    BINDINGS = bindings("survey")

    def __init__(self, api: Api, place: Place, rows: ItemRows) -> None:
        super().__init__()
        self._api, self._place, self._rows = api, place, rows
        self.frame = SurveyFrame()
        self.scanning = False
        self.whole = False
        """Whether every item was looked at."""
        self.looked = 0
        """Items looked at."""
        self._turn = 0

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeyFooter()

    @property
    def table(self) -> Table:
        """The results."""
        return self.query_one(Table)

    @property
    def filter(self) -> ItemFilter | None:
        """What the items must be like, as in the pane below."""
        return self._rows.view.wish.filter if self._rows.view is not None else None

    def name_it(self) -> Text:
        """The title."""
        raise NotImplementedError

    def begin(self) -> None:
        """Forget what was counted."""
        raise NotImplementedError

    def take(self, items: Sequence[Numbered]) -> None:
        """Count decoded items with their offsets; called from a thread."""
        raise NotImplementedError

    def results(self) -> TableSource:
        """What has been counted, as rows."""
        raise NotImplementedError

    def fields(self) -> Sequence[str]:
        """The only fields that matter, for the server to send; empty: all do."""
        return ()

    def on_mount(self) -> None:
        self.query_one(Notice).say(None)
        self.frame.title_text = self.name_it()
        self.table.focus()
        self.run_worker(self._look_at_loaded(), group="survey", exclusive=True)

    async def _look_at_loaded(self) -> None:
        held = self._rows.in_hand()
        await asyncio.to_thread(self._take_raw, held)
        self.whole = self.looked >= self._rows.pages.count and self._rows.all_known
        self.show_results()
        rest = self._rows.pages.count - self.looked
        asked = self._rows.view is not None and self._rows.view.scanned
        if rest > 0 and (asked or (rest <= FEW and self._api.address.loopback)):
            await self._scan()

    def action_scan(self) -> None:
        """Look at all items, or stop doing so."""
        if self.scanning:
            self.workers.cancel_group(self, "survey")
        elif not self.whole:
            self.run_worker(self._scan(), group="survey", exclusive=True)

    async def _scan(self) -> None:
        from runmon.watch.item_scan import scan

        self.begin()
        self._turn += 1
        turn = self._turn
        self.looked, self.scanning, shown = 0, True, time.monotonic()
        try:
            async for part in scan(self._api, self._place, filters=self._filters()):
                await asyncio.to_thread(self._take_slice, part, turn)
                self.looked = self.looked + len(part.raws) if self._remade else part.end
                if time.monotonic() - shown > EVERY_S:
                    shown = time.monotonic()
                    self.show_results()
            self.whole = True
        except RunmonError as error:
            self.query_one(Notice).say(error)
        finally:
            self.scanning = False
            if self.is_attached:
                self.show_results()

    @property
    def _remade(self) -> bool:
        return self._rows.served.remade

    def _filters(self) -> ItemFilters:
        """What the server is asked for: as in the pane below, of a far one no more than what matters."""
        wanted = self._rows.filters()
        narrow = not (self._api.address.loopback or self.filter is not None or self._rows.served.shaped)
        if narrow and (fields := self.fields()):
            wanted["fields"] = fields
        return wanted

    def _take_raw(self, held: list[tuple[int, msgspec.Raw]]) -> None:
        for at in range(0, len(held), 500):
            part = held[at : at + 500]
            self._take([(offset, decode(raw)) for offset, raw in part])
            self.looked += len(part)

    def _take_slice(self, part: Slice, turn: int) -> None:
        """Count a slice; one of a scan that was stopped is no part of the next."""
        items = part.decoded()
        if turn == self._turn:
            self._take(items)

    def _take(self, items: list[Numbered]) -> None:
        keep = self.filter
        self.take(items if keep is None else [one for one in items if keep(one[1])])

    def show_results(self) -> None:
        """Write the table and the title anew; the cursor keeps its row."""
        cursor = max(self.table.cursor, 0)
        self.table.show(self.results(), cursor=cursor)
        total = max(self._rows.pages.count, self.looked)
        words = Text.assemble((self._extent(total), "quiet"))
        if self.filter is not None:
            words.append("  & ", "faint").append(clean(self.filter.text, limit=60), "accent")
        self.frame.counts = words

    def _extent(self, total: int) -> str:
        if self._remade:
            end = "" if self.whole else ", a stops" if self.scanning else ", a reads on to the end"
            return f"{'all ' if self.whole else ''}{grouped(self.looked)} rows{end}"
        if self.whole:
            return f"all {grouped(total)} items"
        if self.scanning:
            share = self.looked * 100 // max(total, 1)
            return f"{grouped(self.looked)} of {grouped(total)} items, {share} %, a stops"
        return f"{grouped(self.looked)} of {grouped(total)} items, a scans all"

    @on(Table.Chosen)
    def choose(self, message: Table.Chosen) -> None:
        """Take the row that was chosen."""
        message.stop()
        self.chosen(message.row)

    def chosen(self, row: int) -> None:
        """What choosing a row does."""
        raise NotImplementedError

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)
