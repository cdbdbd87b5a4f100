"""One item of the dataset, whole, as its server sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work

from runmon.errors import RunmonError
from runmon.insight.failures import Subject
from runmon.model.item_links import Inline, RecordLink, linked
from runmon.model.storages import Place, Record
from runmon.model.units import byte_size, grouped
from runmon.model.values import decode
from runmon.render.preview import json_preview
from runmon.ui.commands import bindings
from runmon.ui.jumps import jump
from runmon.ui.screens.detail import DetailScreen
from runmon.ui.widgets.item_rows import ItemRows

if TYPE_CHECKING:
    from runmon.api.client import Api


MOST_RECORD = 10 * 1024 * 1024


class ItemScreen(DetailScreen):
    """Shows a row of the dataset; rows before and behind it are a key away."""

    SCOPE: ClassVar[str] = "item"
    BINDINGS = bindings("item")

    def __init__(self, api: Api, place: Place, rows: ItemRows, row: int, *, store: Place) -> None:
        """`store` is where records are that an item names by their keys alone."""
        super().__init__()
        self._store = store
        self._api, self._place, self._rows = api, place, rows
        self.row = row
        self.raw = b""

    def on_mount(self) -> None:
        self.show_row(self.row)

    @work(group="item", exclusive=True)
    async def show_row(self, row: int) -> None:
        """Show another row, read by itself where it is not in hand."""
        self.row = row
        offset = self._rows.offset_of(row)
        remade = self._rows.served.remade
        title = Text.assemble(("Row " if remade else "Item ", "strong"), (grouped(offset + 1), "strong"))
        held = self._rows.whole(offset)
        if not held:
            self.put_waiting(title)
            try:
                held = await self._read(offset)
            except RunmonError as error:
                self.put_trouble(title, error)
                return
        self.raw = held
        place = "" if remade else f"  offset {offset}"
        size = f"of {grouped(self._rows.pages.count)}{place}  {byte_size(len(held))}"
        self.put(title, Text.assemble((size, "quiet")), json_preview(held))

    async def _read(self, offset: int) -> bytes:
        spot, filters = self._rows.where(offset)
        page = await self._api.items(self._place, offset=spot.offset, limit=spot.limit, **filters)
        return bytes(page.items[spot.index]) if spot.index < len(page.items) else b""

    def action_step(self, rows: int) -> None:
        """Go to the next or previous item."""
        row = max(0, min(self.row + rows, self._rows.row_count() - 1))
        if row != self.row:
            self.show_row(row)

    def action_attachment(self) -> None:
        """Show the image or the record that the current line holds or names."""
        from runmon.ui.screens.attachment import AttachmentScreen

        value = self.frame.view.value()
        found = linked(value, self._api.address.origin)
        if found is None:
            said = "There is no image in this line, and no record of this server."
            self.notify(said, severity="warning", timeout=3, markup=False)
        elif isinstance(found, Inline):
            size = len(found.body)
            record = Record("", found.content_type, found.body, size, False)
            self.app.push_screen(AttachmentScreen(found.content_type, lambda: _at_once(record)))
        else:
            self.app.push_screen(AttachmentScreen(found.key, lambda: self._record(found)))

    async def _record(self, link: RecordLink) -> Record:
        place = Place.by_id(link.store) if link.store else self._store
        return await self._api.record(place, link.key, max_bytes=MOST_RECORD)

    def action_jump(self, where: str) -> None:
        """Go to the request that made the item, or to its log."""
        jump(self.app, where, Subject.of_item(decode(self.raw)))

    def action_copy_item(self) -> None:
        """Copy the item as it was sent."""
        self.frame.view.put_on_clipboard(self.raw.decode("utf-8", "replace"), "The item is copied.")

    def action_back(self) -> None:
        """Close, and leave the table's cursor on this item."""
        self.dismiss(self.row)


async def _at_once(record: Record) -> Record:
    return record
