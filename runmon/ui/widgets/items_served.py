"""The dataset as its server gives it when asked: newest first, in part, unwound, or by a view."""

from __future__ import annotations

import msgspec
from rich.text import Text
from textual import on

from runmon.model.row_pages import RowPages
from runmon.model.served import Served, nameable, why_not_alone
from runmon.model.units import grouped
from runmon.render.untrusted import clean
from runmon.ui.widgets.items_arranged import FEW, LOADED_ONLY, ArrangedItems
from runmon.ui.widgets.table import Table

MOST_UNWOUND = 4
NOT_SENT = msgspec.Raw(b'"not sent"')
AT_THE_TOP = "Newest first: the newest item stands in the first row by itself."
DROPPED = "Filter and order are off: the items come in another way now. & [ ] set them anew."
NO_END = (
    "Nobody knows yet how many rows follow: all are read now. esc stops; newest first (V) begins at the end."
)
NUMBERED_ANEW = (
    "Files are missing between the items of this folder: now that all are counted, rows are numbered anew."
)
NO_LAST = "How many rows there are is known when all were read: follow newest first instead (V)."


class ServedItems(ArrangedItems):
    """A pane over items that a person can have in another way. Needs `rows` and a table."""

    counting = False
    """Whether rows may have other numbers once a folder is counted."""
    _end_row = -1
    """The last row known so far, from where `G` goes on; -1: it does not."""
    views: dict[str, bool]
    """Views that the dataset's schema has, each with whether it makes one row of each item."""

    def counted_rows(self) -> None:
        """Rows were read, or counted anew."""
        raise NotImplementedError

    def action_serve(self) -> None:
        """Ask how the items shall come; where they come in some way, have them as they are stored."""
        from runmon.ui.screens.serving import Offer, ServingScreen

        if not self.rows.served.plain:
            self.serve(Served())
            return

        def chosen(served: Served | None) -> None:
            if served is not None and not served.plain:
                self.serve(served)

        columns = self.shown_fields()
        offer = Offer(self._askable(), self._lists(), self.views, why_not_alone(columns))
        self.app.push_screen(ServingScreen(offer), chosen)

    def serve(self, served: Served) -> None:
        """Have the items in this way, the cursor on the same item where it shows, else on the first."""
        rows, table = self.rows, self.table
        kept = table.cursor >= 0 and not (served.remade or rows.served.remade)
        offset = rows.offset_of(table.cursor) if kept and served.newest == rows.served.newest else None
        table.set_follow(False)
        self._end_row = -1
        self.workers.cancel_group(self, f"{self.id}-pages")
        self.workers.cancel_group(self, "items-arrange")
        remade = served.remade or rows.served.remade
        wish, stays = self.wish, self._stays(served)
        rows.serve(served)
        if remade:
            table.marks.clear()
        table.show(rows)
        self.view_changed(rows.offset_of(0) if offset is None and rows.row_count() else offset)
        self.call_after_refresh(self.read_again)
        if stays and not wish.plain:
            self.choose_items(wish)
        elif not wish.plain:
            self.notify(DROPPED, timeout=6, markup=False)

    def _stays(self, served: Served) -> bool:
        """Whether filter and order can be applied at once to items that come so."""
        before = self.rows.served
        same = not (before.partial or served.partial)
        near = self.api.address.loopback and self.rows.item_count <= FEW
        return same or (near and not (before.view or before.unwind or served.view or served.unwind))

    def follow_served(self) -> bool:
        """Say how the newest is followed where it is not the last row; gives whether that is so."""
        served = self.rows.served
        if served.newest:
            self.table.move_to(0)
        if served.newest or served.remade:
            self.notify(AT_THE_TOP if served.newest else NO_LAST, timeout=4, markup=False)
        return served.newest or served.remade

    def number_anew(self, total: int | None) -> None:
        """Files are missing between those of a folder, which came out late: read all again."""
        rows, wish = self.rows, self.wish
        rows.forget()
        rows.pages.grew(total)
        self.table.marks.clear()
        self.view_changed()
        self.call_after_refresh(self.read_again)
        if not wish.plain:
            self.choose_items(wish)
        self.notify(NUMBERED_ANEW, timeout=8, markup=False)

    @property
    def seeking_end(self) -> bool:
        """Whether rows are read on until the last one is there."""
        return self._end_row >= 0 and self.rows.view is None

    @on(Table.WentToEnd)
    def seek_end(self) -> None:
        """Where a server makes rows of items, and tells only how many items, read on to the last row."""
        if not self.rows.served.remade or self.rows.all_known or self.seeking_end:
            return
        self.notify(LOADED_ONLY if self.rows.view is not None else NO_END, timeout=4, markup=False)
        self._end_row = self.table.cursor
        self.counted_rows()
        self.read_again()

    def sought_end(self) -> None:
        """More rows are there: go to the last of them, unless somebody went elsewhere meanwhile."""
        if not self.seeking_end:
            return
        went_on = self.table.cursor == self._end_row
        if went_on:
            self.table.move_to(self.table.row_count - 1)
        goes_on = went_on and not self.rows.all_known
        self._end_row = self.table.cursor if goes_on else -1
        if not goes_on:
            self.counted_rows()

    def action_end_filter(self) -> None:
        """Stop going to the end; else what a filter does."""
        if not self.seeking_end:
            super().action_end_filter()
            return
        self._end_row = -1
        self.counted_rows()

    def columns_chosen(self) -> None:
        """Where only the shown columns are read, read those that came to be shown."""
        served = self.rows.served
        if served.fields and not set(self.shown_fields()) <= set(served.fields):
            self.serve(msgspec.structs.replace(served, fields=self._askable()))
            if refused := why_not_alone(self.shown_fields()):
                self.notify(clean(refused, limit=200), timeout=6, markup=False)

    def served_words(self) -> Text:
        """In which way the items come; empty where as they are stored."""
        served, words = self.rows.served, []
        if served.newest:
            words.append("newest first")
        if served.fields:
            words.append("shown columns only")
        if served.clean:
            words.append("clean")
        if served.unwind:
            words.append(f"unwound by {clean(served.unwind, limit=30)}")
        if served.view:
            words.append(f"view {clean(served.view, limit=30)}")
        if not words:
            return Text()
        return Text.assemble(("  ", "faint"), (", ".join(words), "accent"), (", V ends it", "faint"))

    def made_words(self) -> Text:
        """How many rows were made of how many items."""
        pages = self.rows.pages
        if not isinstance(pages, RowPages):
            return Text()
        rows, items = grouped(pages.count), grouped(pages.items)
        part = f"{rows} rows from {items} items" if pages.complete else ""
        part = part or f"{rows} rows from {grouped(pages.read)} of {items} items"
        return Text.assemble((part, "quiet"), (", esc stops" if self.seeking_end else "", "accent"))

    async def read_made(self, row: int) -> None:
        """Read a row that the server made once more, with what it takes."""
        spot, filters = self.rows.where(row)
        page = await self.api.items(self.place, offset=spot.offset, limit=spot.limit, **filters)
        raw = page.items[spot.index].copy() if spot.index < len(page.items) else NOT_SENT
        self.rows.kept.put(row, raw)

    def shown_fields(self) -> tuple[str, ...]:
        """The top-level fields that show, left to right."""
        return tuple(dict.fromkeys(column.path[0] for column in self.rows.columns.shown() if column.path))

    def _askable(self) -> tuple[str, ...]:
        """The fields to ask for, that what shows is there; none where a name cannot be told to a server."""
        fields = self.shown_fields()
        return () if why_not_alone(fields) else tuple(dict.fromkeys((*fields, "#error")))

    def _lists(self) -> list[str]:
        """Top-level fields on screen that hold lists, that under the cursor first."""
        shown = self.rows.columns.shown()
        here = self.rows.column(self.table.column)
        items = self.rows.values()
        found = [
            column.path[0]
            for column in shown
            if len(column.path) == 1 and nameable(column.path[0])
            if any(isinstance(column.of(item), list) for item in items)
        ]
        return sorted(found, key=lambda name: here is None or here.path != (name,))[:MOST_UNWOUND]

    def unwindable(self) -> str:
        """The top-level field under the cursor, where it holds lists; else nothing."""
        here, found = self.rows.column(self.table.column), self._lists()
        return found[0] if here is not None and found and here.path == (found[0],) else ""
