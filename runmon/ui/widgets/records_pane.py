"""The key-value store: its keys, and beside or below them what the key under the cursor holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from runmon.model.key_list import Group, Order, Sought
from runmon.ui.commands import bindings
from runmon.ui.widgets.data_pane import Notice
from runmon.ui.widgets.key_listing import KeyListing
from runmon.ui.widgets.prompt import ask
from runmon.ui.widgets.table import Table
from runmon.watch.events import Pane as Watched

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.widgets.record_view import RecordView, Shown
    from runmon.watch.watch import Watch

RESTS_S = 0.12
"""The cursor must rest this long on a key before its record is read."""
WHOLE = 10 * 1024 * 1024
"""Records up to this size are read whole, larger ones by their start."""
START = 256 * 1024
BESIDE, BELOW = 72, 14
"""Cells of width that put the preview beside the keys, of height that put it below them."""


class RecordsPane(KeyListing):
    """Records of the run's default key-value store."""

    pane = Watched.RECORDS
    SCOPE: ClassVar[str] = "records"
    NUMBER: ClassVar[str] = "4"
    NAME: ClassVar[str] = "Records"
    HOLDS: ClassVar[str] = "The records"
    BINDINGS = bindings("records")

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(api, watch, id="records")
        self._view: RecordView | None = None
        self._previews = False

    def compose(self) -> ComposeResult:
        with Container(id="records-split"):
            yield Table(id="records-table", numbers=False, columns=False)
        yield Notice()

    @property
    def view(self) -> RecordView:
        """What the key under the cursor holds; made when it first has room: most people never look here."""
        from runmon.ui.widgets.record_view import RecordView

        if self._view is None:
            self._view = RecordView(id="record-view")
            self.query_one("#records-split").mount(self._view)
        return self._view

    def _shown_now(self) -> Shown | None:
        return self._view.shown_now if self._view is not None else None

    def on_mount(self) -> None:
        self.table.empty = Text("Reading the keys…")
        self.table.show(self.rows)

    def on_resize(self) -> None:
        super().on_resize()
        beside = self.size.width >= BESIDE
        below = not beside and self.size.height >= BELOW
        self.set_class(beside, "-beside")
        self.set_class(below, "-below")
        self._previews = beside or below
        if self._previews or self._view is not None:
            self.view.display = self._previews
        self._read_record()

    # What a person does

    def action_filter(self) -> None:
        """Ask which keys to show, and show them while it is typed."""
        before = self.rows.list.sought

        def done(text: str | None) -> None:
            self.table.focus(scroll_visible=False)
            if text is None:
                self._seek(before)

        ask(
            self, "filter", typed=lambda text: self._seek(Sought(text)), done=done,
            value=" ".join(before.words), hint="words, or letters in order; ^start, !not",
        )  # fmt: skip

    def action_clear(self) -> None:
        """Show all keys again, or take the marks away."""
        if self.rows.list.sought:
            self._seek(Sought())
        else:
            self.table.action_unmark()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Clear only what is filtered or marked: else the key is somebody else's."""
        return bool(self.rows.list.sought or self.table.marks) if action == "clear" else True

    def action_sort(self) -> None:
        """Sort by name, or by size."""
        keys = self.rows.list
        keys.sort(Order.SIZE if keys.order is Order.NAME else Order.NAME)
        self._rows_changed(self._under())
        self.notify(f"Sorted by {keys.order.value}.", timeout=2, markup=False)

    def action_next_view(self) -> None:
        """Show the record another way."""
        if self._view is not None:
            self._view.next_view()

    def action_save(self) -> None:
        """Save the marked records, or the one under the cursor."""
        from runmon.ui.screens.save_records import save_records

        save_records(self, self.api, self.place, self._chosen(), self._shown_now())

    def action_save_all(self) -> None:
        """Save every record."""
        self.read("save", self._save_all)

    def action_film(self) -> None:
        """Show the images of the store side by side."""
        from runmon.ui.screens.film import FilmScreen, pictures

        keys = pictures(self.rows.list.names())
        if keys:
            self.app.push_screen(FilmScreen(self.api, self.place, keys), self._go_to)
        else:
            self.notify("No key here ends like an image's.", timeout=3, markup=False)

    def action_jump(self, where: str) -> None:
        """Go to the request, or its log, that the snapshot under the cursor shows."""
        from runmon.insight.failures import Subject
        from runmon.ui.jumps import jump

        if (key := self._under()) is not None:
            jump(self.app, where, Subject.of_record(key))

    async def action_hand(self, to: str) -> None:
        """Give the record under the cursor to a pager, an editor or a browser."""
        from runmon.ui.handing import hand

        if (shown := self._shown_now()) is not None:
            hand(self, to, shown)

    async def action_copy_url(self) -> None:
        """Copy the record's address."""
        from runmon.ui.handing import copy_url

        if (key := self._under()) is not None:
            copy_url(self, self.api, self.place, key)

    @on(Table.Moved)
    def key_changed(self, message: Table.Moved) -> None:
        """Another key is under the cursor: read it once the cursor rests."""
        message.stop()
        self._read_record()

    @on(Table.MarksChanged)
    def marked(self, message: Table.MarksChanged) -> None:
        """Say how many are marked."""
        message.stop()
        self._write_counts()
        self.refresh_bindings()

    @on(Table.Chosen)
    def open_row(self, message: Table.Chosen) -> None:
        """Fold or unfold a group; show a record on the whole screen."""
        from runmon.ui.screens.record import RecordScreen

        message.stop()
        row = self.rows.list[message.row]
        if isinstance(row, Group):
            self.rows.list.fold(row.family)
            self.table.rows_changed(cursor=message.row)
            return
        keys, shown = self.rows.list.names(), self._shown_now()
        at = keys.index(row.key)
        self.app.push_screen(RecordScreen(self.api, self.place, keys, at, shown=shown), self._go_to)

    def _go_to(self, key: str | None) -> None:
        row = self.rows.list.place_of(key) if key is not None else None
        if row is not None:
            self.table.move_to(row)

    def _chosen(self) -> list[str]:
        """The marked keys; else the one under the cursor, or all of its group."""
        marks = self.table.marks
        if marks:
            return [key for key in self.rows.list.names() if key in marks]
        row = self.table.cursor
        found = self.rows.list[row] if 0 <= row < len(self.rows.list) else None
        if isinstance(found, Group):
            return self.rows.list.of(found.family)
        return [found.key] if found is not None else []

    async def _save_all(self) -> None:
        """Ask where to save, once every key is known."""
        while self._more:
            await self._list_more()
        from runmon.ui.screens.save_records import save_records

        keys = [key.key for key in self.rows.list.keys]
        save_records(self, self.api, self.place, keys, None, everything=True)

    # The record

    def _read_record(self) -> None:
        if self.visible_now and self._previews and self.table.cursor >= 0:
            self.read("record", self._show_record)

    async def _show_record(self) -> None:
        await asyncio.sleep(RESTS_S)
        row = self.table.cursor
        found = self.rows.list[row] if 0 <= row < len(self.rows.list) else None
        if isinstance(found, Group):
            self.view.say("enter folds and unfolds")
        elif found is not None:
            limit = limit_for(found.size)
            await self.view.show(await self.api.record(self.place, found.key, max_bytes=limit))


def limit_for(size: int | None) -> int:
    """How many bytes of a record of this size are read."""
    return WHOLE if size is None or size <= WHOLE else START
