"""The items a person asked for, by filter and order: their offsets, and as many of them as fit a budget."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from runmon.model.columns import Path
from runmon.model.item_filter import ItemFilter, lookup
from runmon.model.item_order import order_key, ordered

KEPT: Final = 12 * 1024 * 1024
"""Bytes of chosen items kept in hand."""


class Arrangement(msgspec.Struct, frozen=True):
    """What a person wants to see: a filter, an order, both, or neither."""

    filter: ItemFilter | None = None
    by: Path | None = None
    """The field that orders the items; None: as they are stored."""
    descending: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is every item as it is stored."""
        return self.filter is None and self.by is None


class ItemView:
    """Offsets of the chosen items. `take` may be called from another thread, one call at a time."""

    def __init__(self, wish: Arrangement) -> None:
        self.wish = wish
        self.examined = 0
        """Items looked at."""
        self.scanned = False
        """Whether these are the first ones of the dataset, without a hole, and not those that were loaded."""
        self.offsets = array("q")
        """The chosen items, in the order wanted as of the last `settle`."""
        self._found = array("q")
        self._keys: list[bytes | None] = []
        self._name = ".".join(wish.by) if wish.by else ""
        self._settled = 0

    def __len__(self) -> int:
        return len(self.offsets)

    def take(self, items: Iterable[tuple[int, Any]]) -> list[int]:
        """Look at decoded items with their offsets, which rise; gives the offsets of those chosen."""
        chosen: list[int] = []
        keep = self.wish.filter
        for offset, item in items:
            self.examined += 1
            if keep is None or keep(item):
                chosen.append(offset)
                if self.wish.by is not None:
                    self._keys.append(order_key(lookup(item, self._name) if self._name else item))
        self._found.extend(chosen)
        return chosen

    def settle(self, *, final: bool = True) -> bool:
        """Put what was taken into order; while more comes (not `final`) only now and then. Gives whether."""
        if len(self._found) == self._settled or (self.wish.by and not final and not self._due()):
            return False
        self._settled = len(self._found)
        if self.wish.by is None:
            self.offsets = self._found[:]
        else:
            self.offsets = ordered(self._found, self._keys, descending=self.wish.descending)
        return True

    def row_of(self, offset: int) -> int | None:
        """Where an item stands; None where it was not chosen."""
        if self.wish.by is None:
            place = bisect_left(self.offsets, offset)
            return place if place < len(self.offsets) and self.offsets[place] == offset else None
        try:
            return self.offsets.index(offset)
        except ValueError:
            return None

    def _due(self) -> bool:
        return len(self._found) >= 2 * self._settled


class Kept:
    """Items by offset, the least recently used let go beyond a budget of bytes."""

    def __init__(self, budget: int = KEPT) -> None:
        self._held: OrderedDict[int, msgspec.Raw] = OrderedDict()
        self._budget, self._bytes = budget, 0

    @property
    def full(self) -> bool:
        """Whether one more would push one out."""
        return self._bytes >= self._budget

    def put(self, offset: int, raw: msgspec.Raw) -> None:
        """Keep an item."""
        if offset not in self._held:
            self._held[offset] = raw
            self._bytes += len(memoryview(raw)) + 120
        while self._bytes > self._budget and len(self._held) > 1:
            _, gone = self._held.popitem(last=False)
            self._bytes -= len(memoryview(gone)) + 120

    def get(self, offset: int) -> msgspec.Raw | None:
        """An item, or None where it is not here."""
        if offset in self._held:
            self._held.move_to_end(offset)
        return self._held.get(offset)
