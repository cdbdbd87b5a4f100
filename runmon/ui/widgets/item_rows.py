"""The rows of the dataset table: pages of raw items, or those a person chose, decoded as they show."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from typing import Any

import msgspec

from runmon.api.datasets import ItemFilters
from runmon.model.asked import Span
from runmon.model.columns import MISSING, USUAL_WIDTH, Column, Columns
from runmon.model.item_view import ItemView, Kept
from runmon.model.pages import Pages
from runmon.model.row_pages import RowPages, Spot
from runmon.model.served import Served
from runmon.model.storages import ItemsPage
from runmon.model.units import byte_size
from runmon.model.values import Broken, decode
from runmon.render.cells import NULL, Cell, cell, text_width, width
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

MOST_DECODED = 400
UNREADABLE = "#unreadable"
STANDS_IN = {UNREADABLE, "#error"}
"""The fields of what a local platform serves in the place of a file that is no JSON."""
ERROR_SIGN = Cell("✖", "bad")
FIRST_LEARNED = 100
"""Rows in hand that decide the first columns and their widths."""
MOST_AT_ONCE = 100
"""Chosen items asked for in one request."""


class ItemRows:
    """A `TableSource` over pages. `ask(first, last)` is called when rows come onto the screen."""

    def __init__(self, ask: Callable[[int, int], None]) -> None:
        self.pages: Pages | RowPages = Pages()
        self.served = Served()
        """How the server gives the items."""
        self.columns = Columns(width, text_width)
        self.window = (0, 0)
        self.view: ItemView | None = None
        """The items a person chose; None: all, as they are stored."""
        self.kept = Kept()
        """Items of the view, beside those that the pages hold."""
        self._ask = ask
        self._columns_of_items = self.columns
        self._total = 0
        self._decoded: dict[int, Any] = {}
        self._fresh: list[Any] = []
        self._shown: list[Column] | None = None

    def serve(self, served: Served) -> None:
        """Have the server give the items in another way: what was read in the old way is forgotten."""
        before, self.served = self.served, served
        self.view, self.kept = None, Kept()
        items = self.item_count
        if before.partial or served.partial:
            self.pages = RowPages(items, newest=served.newest) if served.remade else Pages()
            self.pages.grew(items)
            self._decoded, self._fresh, self._shown = {}, [], None
        if before.shaped or served.shaped:
            self.columns = Columns(width, text_width) if served.shaped else self._columns_of_items
        self.take_count()

    def forget(self) -> None:
        """The items have other numbers now: read them anew."""
        items, partial = self.item_count, self.served.partial
        self.serve(self.served)
        if not partial:
            self.pages = Pages()
            self.pages.grew(items)
            self._decoded, self._fresh = {}, []

    def as_stored(self) -> ItemRows:
        """The same dataset with every item, whole, as it is stored."""
        every = copy(self)
        every.view = None
        if not self.served.plain:
            every.serve(Served())
        return every

    @property
    def item_count(self) -> int:
        """Items of the dataset, as far as is known."""
        return self.pages.items if isinstance(self.pages, RowPages) else self.pages.count

    @property
    def all_known(self) -> bool:
        """Whether there are no more rows than are counted."""
        return not isinstance(self.pages, RowPages) or self.pages.complete

    def take_count(self) -> int:
        """Let rows stand by the newest count; gives how many came above all others."""
        before, self._total = self._total, self.pages.count
        turned = self.served.newest and not self.served.remade
        return self._total - before if turned and before and self.view is None else 0

    def row_count(self) -> int:
        if self.view is not None:
            return len(self.view)
        return self._total if self.served.newest else self.pages.count

    def offset_of(self, row: int) -> int:
        """The place in the dataset of the item in a row; of a row that the server made: its number."""
        place = self._turned(row)
        return place if self.view is None else self.view.offsets[place]

    def row_of(self, offset: int) -> int | None:
        """The row of an item of the dataset; None where it does not show."""
        place = offset if self.view is None else self.view.row_of(offset)
        return None if place is None else self._turned(place)

    def _turned(self, place: int) -> int:
        """Places in the order of storing, where the newest shall stand first, count from the end."""
        if not self.served.newest or self.served.remade or (self.view is not None and self.view.wish.by):
            return place
        return (self._total if self.view is None else len(self.view)) - 1 - place

    def filters(self) -> ItemFilters:
        """What the server is asked for beside offset and limit."""
        served = self.served
        return ItemFilters(
            fields=served.fields,
            skip_hidden=served.clean,
            unwind=(served.unwind,) if served.unwind else (),
            view=served.view or None,
        )

    def want(self, first: int, last: int) -> Span | None:
        """The next request for these rows and some behind them."""
        ahead = 2 * (last - first + 1)
        if not self.served.newest or self.served.remade:
            return self.pages.want(first, last, ahead=ahead)
        low, high = self._turned(last), self._turned(first)
        if self.pages.want(low, high) is None:
            return None
        return self.pages.want(max(low - ahead, 0), high)

    def where(self, offset: int) -> tuple[Spot, ItemFilters]:
        """How to read an item, whole, by itself."""
        spot = self.pages.where(offset) if isinstance(self.pages, RowPages) else None
        return (Spot(offset, 1, 0), ItemFilters()) if spot is None else (spot, self.filters())

    def whole(self, offset: int) -> bytes:
        """The text of an item; empty where it, or a part of it, is not in hand."""
        raw = self.raw(offset)
        return b"" if raw is None or (self.served.partial and not self.served.remade) else bytes(raw)

    def raw(self, offset: int) -> msgspec.Raw | None:
        """The text of an item; None where it is not in hand."""
        found = self.pages.get(offset)
        return found if found is not None else self.kept.get(offset)

    def heads(self, room: int) -> Sequence[Head]:
        columns = self._shown = self.columns.shown()
        if not columns and any(self.columns):
            return [Head("value", USUAL_WIDTH)]
        widths = self.columns.widths(columns, room)
        return [self._head(column, cells) for column, cells in zip(columns, widths, strict=True)]

    def row(self, number: int, first: int, last: int) -> Row | None:
        offset = self.offset_of(number)
        if offset in self.pages.heavy:
            said = f"an item of {byte_size(self.pages.heavy[offset])}: Enter reads it"
            return Row([Cell(said, "quiet")], number=offset, across=True)
        item = self.value(number)
        if item is MISSING:
            return None
        if (why := unreadable(item)) is not None:
            said = f"not JSON: {why}" if why else "not JSON"
            return Row([Cell(clean(said, limit=120), "bad")], ERROR_SIGN, "error_ground", offset, across=True)
        columns = self._shown if self._shown is not None else self.columns.shown()
        if self.served.clean and item == {}:
            return Row([Cell("∅", "faint")], number=offset)
        cells = [_placed(cell(column.of(item)), column) for column in columns[first:last]]
        failed = is_error(item)
        return Row(cells, ERROR_SIGN if failed else Cell(" "), "error_ground" if failed else "ground", offset)

    def identity(self, number: int) -> Hashable:
        return self.offset_of(number)

    def prepare(self, first: int, last: int) -> bool:
        self.window = (first, last)
        self._ask(first, last)
        stop = last + 1 if self._shown else max(last + 1, first + FIRST_LEARNED)
        for row in range(first, min(stop, self.row_count())):
            self.value(row)
        fresh, self._fresh = self._fresh, []
        return self.columns.see(fresh) if fresh else False

    def column(self, place: int) -> Column | None:
        """The column at a place on screen."""
        shown = self._shown or []
        return shown[place] if 0 <= place < len(shown) else None

    def place_of(self, column: Column) -> int:
        """Where a column stands; 0 where it is not shown."""
        shown = self.columns.shown()
        return shown.index(column) if column in shown else 0

    def value(self, row: int) -> Any:
        """The decoded item of a row; MISSING where the row is not in hand."""
        offset = self.offset_of(row)
        if offset in self._decoded:
            return self._decoded[offset]
        raw = self.raw(offset)
        if raw is None:
            return MISSING
        if len(self._decoded) > MOST_DECODED:
            self._decoded.clear()
        item = self._decoded[offset] = decode(raw)
        self._fresh.append(item)
        return item

    def values(self) -> list[Any]:
        """The items on screen that are in hand, decoded."""
        return [item for row in self._window() if (item := self.value(row)) is not MISSING]

    def in_hand(self) -> list[tuple[int, msgspec.Raw]]:
        """Offset and text of every item that the pages hold."""
        return [(offset, raw) for offset, raw in self.pages.in_hand() if memoryview(raw).nbytes]

    def missing(self) -> tuple[int, int] | None:
        """Of the chosen items on screen, a stretch that is not in hand: its first offset, and how many."""
        if self.view is None:
            return None
        lacking = sorted(offset for offset in map(self.offset_of, self._window()) if self.raw(offset) is None)
        if not lacking:
            return None
        last = max(offset for offset in lacking if offset < lacking[0] + MOST_AT_ONCE)
        return lacking[0], last - lacking[0] + 1

    def took(self, first: int, length: int, page: ItemsPage) -> None:
        """Keep chosen items that were read by themselves; what did not come is told as such."""
        wanted = {offset for offset in map(self.offset_of, self._window()) if self.raw(offset) is None}
        sent = dict(enumerate(page.items[:length], first))
        for offset in sorted(wanted & set(range(first, first + length))):
            self.kept.put(offset, sent[offset].copy() if offset in sent else msgspec.Raw(b'"not sent"'))

    def _window(self) -> Iterator[int]:
        first, last = self.window
        return iter(range(first, min(last + 1, self.row_count())))

    def _head(self, column: Column, cells: int) -> Head:
        wish = self.view.wish if self.view is not None else None
        sign = "" if wish is None or wish.by != column.path else "↓" if wish.descending else "↑"
        name = clean(column.name, limit=120)
        cells = max(cells, min(text_width(name) + 1, USUAL_WIDTH)) if sign else cells
        return Head(name, cells, column.numeric, frozen=column.frozen, sign=sign)


def _placed(drawn: Cell, column: Column) -> Cell:
    """A null among numbers stands where they do."""
    return Cell(drawn.text, drawn.tone, True) if drawn is NULL and column.numeric else drawn


def unreadable(item: object) -> str | None:
    """What an item that is no JSON tells of itself, such as the name of its file; None of any other."""
    if isinstance(item, Broken):
        return str(item)
    named = item.get(UNREADABLE) if isinstance(item, dict) and item.keys() <= STANDS_IN else None
    return named if isinstance(named, str) else None


def is_error(item: object) -> bool:
    """Whether the item reports a failure: Apify's scrapers set `#error`."""
    return isinstance(item, dict) and item.get("#error") is True
