"""The dataset: a table over as many items as there are, read page by page as it is scrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult

from runmon.errors import TooLarge
from runmon.model.asked import Span
from runmon.model.columns import Path
from runmon.model.storages import ItemsPage, views_of
from runmon.model.units import grouped
from runmon.model.values import decode
from runmon.ui.commands import bindings
from runmon.ui.widgets.data_pane import Notice
from runmon.ui.widgets.item_rows import ItemRows
from runmon.ui.widgets.items_columns import ItemColumns
from runmon.ui.widgets.items_served import ServedItems
from runmon.ui.widgets.pane import barred
from runmon.ui.widgets.table import Table
from runmon.watch.events import Condition, ItemsCounted
from runmon.watch.events import Pane as Watched

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.screens.export import Exportable
    from runmon.watch.watch import Watch

NONE_YET = "No items yet.\nThe run has pushed nothing to its dataset. New items appear here by themselves."
NONE_EVER = "No items.\nThe run ended and its dataset is empty."
NONE_CHOSEN = "No item is like that.\nesc shows all items again."
NONE_LOADED = "No loaded item is like that.\na scans all items of the dataset, esc shows them again."
PARTIAL = "Only a part of each item was read: Enter shows it whole, V shows all items whole."
READING = "Reading the dataset…"
COUNTING = "counting"
COUNT_EVERY_S = 1.0


class ItemsPane(ServedItems, ItemColumns):
    """Items of the run's default dataset."""

    pane = Watched.ITEMS
    SCOPE: ClassVar[str] = "items"
    NUMBER: ClassVar[str] = "3"
    NAME: ClassVar[str] = "Dataset"
    HOLDS: ClassVar[str] = "The items"
    BINDINGS = bindings("items")

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(api, watch, id="items")
        self.rows = ItemRows(self._ask)
        self._counted = False
        self.views = {}
        self._reading = False

    def compose(self) -> ComposeResult:
        yield Table(id="items-table")
        yield Notice()

    def on_mount(self) -> None:
        self.table.show(self.rows)
        self._say_empty()

    def counted(self, event: ItemsCounted) -> None:
        """Take a newer count of items."""
        first, self._counted = not self._counted, True
        self.views = views_of(event.dataset.raw)
        before = self.rows.item_count
        self.rows.pages.grew(event.dataset.view.item_count)
        if self.rows.item_count != before or first:
            self.counted_rows()
            self.grown()
            self.read_again()

    def read_again(self) -> None:
        """Read the rows on screen that are not in hand."""
        self._ask(*self.rows.window)

    def tick(self) -> None:
        super().tick()
        self._say_empty()

    def action_follow(self) -> None:
        """Keep the newest item in sight, or stop."""
        if self.follow_served():
            return
        self.table.set_follow(not self.table.follow)

    def action_frequency(self) -> None:
        """Count the values of the column under the cursor."""
        column = self.rows.column(self.table.column)
        if column is not None:
            self.show_frequency(column.path)

    def show_frequency(self, path: Path) -> None:
        """Count the values of a field; a value chosen there becomes the filter."""
        from runmon.ui.screens.frequency import FrequencyScreen

        self.app.push_screen(FrequencyScreen(self.api, self.place, self.rows, path), self._filter_to)

    def _filter_to(self, text: str | None) -> None:
        if text is not None:
            self.filter_by(text)

    def action_describe(self) -> None:
        """Tell of every field what its values are like; a field chosen there is counted by value."""
        from runmon.ui.screens.describe import DescribeScreen

        def chosen(path: Path | None) -> None:
            if path is not None:
                self.show_frequency(path)

        self.app.push_screen(DescribeScreen(self.api, self.place, self.rows), chosen)

    def action_export(self) -> None:
        """Save all, the shown or the marked items to a file."""
        from runmon.ui.screens.export import ExportScreen

        def closed(said: str | None) -> None:
            if said is not None:
                self.notify(said, markup=False, timeout=8)

        self.app.push_screen(ExportScreen(self._exportable()), closed)

    def _exportable(self) -> Exportable:
        from runmon.ui.screens.export import Exportable

        rows = self.rows
        places = range(rows.row_count()) if rows.view is not None and not rows.served.remade else ()
        marks = () if rows.served.remade else self.table.marks
        return Exportable(
            self.api,
            self.place,
            rows,
            [rows.offset_of(row) for row in places],
            sorted(each for each in marks if isinstance(each, int)),
            f"items-{self._watch.run_id}",
            columns=self.shown_fields(),
            unwind=rows.served.unwind or self.unwindable(),
            views=list(self.views),
        )

    def action_jump(self, where: str) -> None:
        """Go to the request that made the item under the cursor, or to its log."""
        from runmon.insight.failures import Subject
        from runmon.ui.jumps import jump

        row = self.table.cursor
        if row >= 0 and (text := self.rows.whole(self.rows.offset_of(row))):
            jump(self.app, where, Subject.of_item(decode(msgspec.Raw(text))))
        elif row >= 0 and self.rows.served.partial:
            self.notify(PARTIAL, timeout=4, markup=False)

    @on(Table.Chosen)
    def open_item(self, message: Table.Chosen) -> None:
        """Show the whole item."""
        from runmon.ui.screens.item import ItemScreen

        message.stop()
        self.app.push_screen(
            ItemScreen(
                self.api, self.place, self.rows, message.row, store=self._watch.place(Watched.RECORDS)
            ),
            self._came_back,
        )

    @on(Table.FollowChanged)
    @on(Table.MarksChanged)
    def retitle(self) -> None:
        """Say in the title whether the newest item is followed."""
        self._write_counts()

    def _came_back(self, row: int | None) -> None:
        """The detail was closed on this row."""
        if row is not None:
            self.table.move_to(row)

    def view_changed(self, offset: int | None = None) -> None:
        self.rows.take_count()
        row = None if offset is None else self.rows.row_of(offset) or 0
        self.table.rows_changed(cursor=row, most=self.rows.pages.count)
        self._write_counts()
        self._say_empty()

    def counted_rows(self) -> None:
        """Rows were read, or counted anew."""
        above = self.rows.take_count()
        self.table.rows_changed(most=self.rows.pages.count, above=above)
        self._write_counts()
        self._say_empty()

    def _write_counts(self) -> None:
        pages = self.rows.pages
        words = Text.assemble((grouped(pages.count), "quiet")) if self._counted or pages.count else Text()
        if self.rows.served.remade:
            words = self.made_words()
        if self.rows.view is not None:
            words = self.view_words()
        words.append_text(self.served_words())
        if self.counting:
            words.append(" counting…", "faint")
        elif pages.settling and self._counted:
            words.append(" settling", "faint")
        if self.table.follow:
            words.append("  following", "accent")
        if self.table.marks:
            words.append(f"  {grouped(len(self.table.marks))} marked", "accent")
        self.counts = words

    def _say_empty(self) -> None:
        ended = self._watch.facts.final or self.state.condition in {Condition.COMPLETE, Condition.SETTLING}
        known = NONE_EVER if ended else NONE_YET
        if self.rows.view is not None and self.rows.pages.count:
            known = NONE_CHOSEN if self.whole or self.scanning else NONE_LOADED
        why = barred(self.state, self.HOLDS)
        self.table.empty = Text(why or (known if self._counted else READING))

    def _ask(self, first: int, last: int) -> None:
        """Rows come onto the screen: read what is missing of them, unless that is under way."""
        if not self.visible_now or self._reading:
            return
        if self.rows.missing() if self.rows.view is not None else self._missing():
            self._reading = True
            self.read("pages", self._read_missing)

    def _missing(self) -> Span | None:
        first, last = self.rows.window
        if self.seeking_end:
            return self.rows.pages.want(first, last, ahead=self.rows.pages.count)
        return self.rows.want(first, last)

    async def _read_missing(self) -> None:
        """Page after page, until what shows is in hand."""
        self._reading = True
        try:
            while self.visible_now:
                if self.rows.view is not None:
                    if (wanted := self.rows.missing()) is None:
                        return
                    await self._read_chosen(*wanted)
                elif (span := self._missing()) is not None:
                    await self._read_span(span)
                else:
                    return
                self.counted_rows()
                self.sought_end()
        finally:
            self._reading = False

    async def _read_chosen(self, first: int, length: int) -> None:
        """Items of the view that no page holds; where they are too large together, one by itself."""
        if self.rows.served.remade:
            await self.read_made(first)
            return
        try:
            page = await self.api.items(self.place, offset=first, limit=length, **self.rows.filters())
        except TooLarge:
            length = 1
            page = ItemsPage([], first, 1, None)
        self.rows.took(first, length, page)

    async def _read_span(self, span: Span) -> None:
        pages = self.rows.pages
        pages.asked(span)
        offset, limit = pages.place(span)
        try:
            page = await self.api.items(self.place, offset=offset, limit=limit, **self.rows.filters())
        except TooLarge:
            pages.gave_up(span, too_large=True)
            if span.length == 1:
                pages.answered(span, ItemsPage([], offset, 1, None))
        except BaseException:
            pages.gave_up(span)
            raise
        else:
            pages.answered(span, page)
            if page.numbering == COUNTING and not self.counting:
                self.counting = True
                self.read("count", self._await_count)

    async def _await_count(self) -> None:
        """Until a large folder is counted: where a number is missing in it, rows stand elsewhere then."""
        while (page := await self.api.items(self.place, offset=0, limit=1)).numbering == COUNTING:
            await self._watch.clock.sleep(COUNT_EVERY_S)
        self.counting = False
        if page.numbering:
            self.number_anew(page.total)
        self._write_counts()
