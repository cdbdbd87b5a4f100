"""The dataset: a table over as many items as there are, read page by page as it is scrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult

from runmon.errors import TooLarge
from runmon.model.pages import Span
from runmon.model.storages import ItemsPage
from runmon.model.units import grouped
from runmon.ui.commands import bindings
from runmon.ui.widgets.data_pane import DataPane, Notice
from runmon.ui.widgets.item_rows import ItemRows
from runmon.ui.widgets.table import Table
from runmon.watch.events import Condition, ItemsCounted
from runmon.watch.events import Pane as Watched

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.watch.watch import Watch

NONE_YET = "No items yet.\nThe run has pushed nothing to its dataset. New items appear here by themselves."
NONE_EVER = "No items.\nThe run ended and its dataset is empty."
READING = "Reading the dataset…"


class ItemsPane(DataPane):
    """Items of the run's default dataset."""

    pane = Watched.ITEMS
    SCOPE: ClassVar[str] = "items"
    NUMBER: ClassVar[str] = "3"
    NAME: ClassVar[str] = "Dataset"
    BINDINGS = bindings("items")

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(api, watch, id="items")
        self.rows = ItemRows(self._ask)
        self._counted = False
        self._reading = False

    def compose(self) -> ComposeResult:
        yield Table(id="items-table")
        yield Notice()

    @property
    def table(self) -> Table:
        """The table of items."""
        return self.query_one(Table)

    def on_mount(self) -> None:
        self.table.show(self.rows)
        self._say_empty()

    def counted(self, event: ItemsCounted) -> None:
        """Take a newer count of items."""
        self._counted = True
        before = self.rows.pages.count
        self.rows.pages.grew(event.dataset.view.item_count)
        if self.rows.pages.count != before or not before:
            self._rows_changed()

    def read_again(self) -> None:
        """Read the rows on screen that are not in hand."""
        self._ask(*self.rows.window)

    def tick(self) -> None:
        super().tick()
        self._say_empty()

    def action_follow(self) -> None:
        """Keep the newest item in sight, or stop."""
        self.table.set_follow(not self.table.follow)

    def action_toggle_debug(self) -> None:
        """Show or hide fields whose names start with #."""
        self.rows.columns.show_debug = not self.rows.columns.show_debug
        self.table.columns_changed()

    def action_expand(self) -> None:
        """Show the fields of the objects under the cursor as columns."""
        column = self.rows.column(self.table.column)
        if column is not None and self.rows.columns.open(column, self.rows.values()):
            self.table.columns_changed()

    def action_contract(self) -> None:
        """Fold the fields under the cursor back into one column."""
        column = self.rows.column(self.table.column)
        folded = self.rows.columns.close(column) if column is not None else None
        if folded is not None:
            self.table.columns_changed()
            self.table.go_to_column(self.rows.place_of(folded))

    @on(Table.Chosen)
    def open_item(self, message: Table.Chosen) -> None:
        """Show the whole item."""
        from runmon.ui.screens.item import ItemScreen

        message.stop()
        self.app.push_screen(ItemScreen(self.api, self.place, self.rows.pages, message.row), self._came_back)

    @on(Table.FollowChanged)
    def retitle(self) -> None:
        """Say in the title whether the newest item is followed."""
        self._write_counts()

    def _came_back(self, row: int | None) -> None:
        """The detail was closed on this row."""
        if row is not None:
            self.table.move_to(row)

    def _rows_changed(self) -> None:
        self.table.rows_changed()
        self._write_counts()
        self._say_empty()

    def _write_counts(self) -> None:
        pages = self.rows.pages
        words = Text.assemble((grouped(pages.count), "quiet")) if self._counted or pages.count else Text()
        if pages.settling and self._counted:
            words.append(" settling", "faint")
        if self.table.follow:
            words.append("  following", "accent")
        self.counts = words

    def _say_empty(self) -> None:
        ended = self.state.condition in {Condition.COMPLETE, Condition.SETTLING}
        known = NONE_EVER if ended else NONE_YET
        self.table.empty = Text(known if self._counted else READING)

    def _ask(self, first: int, last: int) -> None:
        """Rows come onto the screen: read what is missing of them, unless that is under way."""
        if self.visible_now and not self._reading and self._missing() is not None:
            self._reading = True
            self.read("pages", self._read_missing)

    def _missing(self) -> Span | None:
        first, last = self.rows.window
        height = last - first + 1
        return self.rows.pages.want(first, last, ahead=2 * height)

    async def _read_missing(self) -> None:
        """Page after page, until what shows is in hand."""
        self._reading = True
        try:
            while self.visible_now and (span := self._missing()) is not None:
                await self._read_span(span)
                self._rows_changed()
        finally:
            self._reading = False

    async def _read_span(self, span: Span) -> None:
        pages = self.rows.pages
        pages.asked(span)
        try:
            page = await self.api.items(self.place, offset=span.first, limit=span.length)
        except TooLarge:
            pages.gave_up(span, too_large=True)
            if span.length == 1:
                pages.answered(span, ItemsPage([], span.first, 1, None))
        except BaseException:
            pages.gave_up(span)
            raise
        else:
            pages.answered(span, page)
