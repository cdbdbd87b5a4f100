"""Items in a folder: one numbered JSON file each, as both Crawlees write them, given back byte for byte."""

from __future__ import annotations

import os
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from runmon.local import item_census
from runmon.local.field_statistics import Statistics
from runmon.local.item_census import Census, Numbers
from runmon.local.raw_json import fields, readable, tidy
from runmon.local.recent import Recent
from runmon.local.storage import Storage, folder_ns, now, read_file

EXAMINE_S = 0.02
"""How long one look at the dataset object may spend on reading items that other programs wrote."""
HALF_WRITTEN_S = 5.0
"""How long a broken last item is taken to be one that is still being written."""
CARD_EVERY_S = 1.0
PAGE = 1000
"""Scans of no more items than this keep them for the next one."""
UNREADABLE = b'{"#unreadable":'


class DatasetStore(Storage):
    """The items of one dataset, in the order they were stored."""

    kind = "datasets"

    def __init__(
        self, folder: Path, *, id: str, read_only: bool = False, facts: Mapping[str, Any] | None = None
    ) -> None:
        self._count = 0
        self._gaps: array[int] | None = None
        self._census: Census | None = None
        self._renumbered = False
        self._last = 0
        self._card_due = 0.0
        self._statistics = Statistics()
        self._recent = Recent()
        self._counting = threading.Lock()
        self._forget_examined()
        super().__init__(folder, id=id, read_only=read_only, facts=facts)

    @property
    def count(self) -> int:
        """How many items there are, as far as was looked: of very many, where their numbers end."""
        self.load()
        return self._count

    @property
    def numbering(self) -> str:
        """`counting` while items are taken to stand by their files' numbers; `anew` where that was wrong."""
        return "counting" if self._census is not None else "anew" if self._renumbered else ""

    def count_all(self) -> int:
        """How many items there are. Waits until very many are counted, up to some seconds a million."""
        self.load()
        while census := self._census:
            census.wait()
            self.refresh()
        return self._count

    def _forget_examined(self) -> None:
        self._examined = self._empty = self._bytes = 0
        self._fields: dict[str, None] = {}

    def _forget(self) -> None:
        super()._forget()
        self._count = self._last = 0
        self._gaps = self._census = None
        self._renumbered = False
        self._recent.clear()
        self._forget_examined()

    # Reading

    def scan(
        self, offset: int = 0, limit: int | None = None, desc: bool = False, *, total: int | None = None
    ) -> Iterator[bytes]:
        """Up to `limit` items from the `offset`-th on (from the end when `desc`), each as the bytes stored.

        `total` says how many items there were when the caller looked, so that pages from the end stay put.
        A file that is no JSON comes as `{"#unreadable": "000000007.json", …}`, so offsets stay true.
        """
        if total is None:
            self.refresh()
            total = self.count_all() if limit is None else self._count
        end = total if limit is None else min(total, offset + limit)
        read = self.item if end - offset > PAGE or self.read_only else self._recent_item
        for position in range(offset, end):
            yield read(total - 1 - position if desc else position)

    def _recent_item(self, position: int) -> bytes:
        number = self._number(position)
        item = self._recent.get(number)
        if item is None:
            item = self.item(position)
            if not item.startswith(UNREADABLE):
                self._recent.keep(self._number(position), item)
        return item

    def item(self, position: int) -> bytes:
        """The item at a position from 0, as stored."""
        name = f"{self._number(position):09}.json"
        raw = read_file(self._prefix + name)
        if raw is None and self._census is not None and position < self.count_all():
            return self.item(position)
        item = tidy(raw)
        return item if item is not None else UNREADABLE + msgspec.json.encode(name) + b',"#error":true}'

    def _number(self, position: int) -> int:
        return position + 1 if self._gaps is None else self._gaps[position]

    # Writing

    def append(self, items: Sequence[bytes | dict[str, Any]]) -> None:
        """Store items behind the others, each at once and whole. Raises ApiFault 403 on a read-only store."""
        self.writable()
        self.count_all()
        with self.lock:
            self._catch_up()
            for item in items:
                raw = item if isinstance(item, bytes) else msgspec.json.encode(item)
                self.write(f"{self._last + 1:09}.json", raw)
                self._took(raw)
            self.writes += len(items)
            self.modified = now()
            if time.monotonic() >= self._card_due:
                self._card_due = time.monotonic() + CARD_EVERY_S
                self.save_card()
            self.settle()

    def _took(self, raw: bytes) -> None:
        self._last += 1
        if self._gaps is not None:
            self._gaps.append(self._last)
        if self._examined == self._count:
            self._examine(raw)
        self._count += 1

    def _catch_up(self) -> None:
        self.refresh()
        self._probe(lambda number: True)

    # The folder

    def stale(self) -> bool:
        """Whether the folder changed since it was last read, or is now counted."""
        return (self._census is not None and self._census.over) or super().stale()

    def _read_folder(self) -> bool:
        self._recent.clear()
        if self._census is not None and self._census.over:
            return self._settle_count(self._census)
        if self._count == 0 or self._gaps is not None or not self._exists(self._last):
            return self._take(self._numbers())
        return self._probe(self._whole)

    def _numbers(self) -> Numbers:
        """The items' numbers; of more than can be counted at once, those up to where they seem to end."""
        self._census = None
        found, highest, all_seen = item_census.glance(self.folder, item_census.LOOK_S)
        if all_seen and highest == found:
            return range(1, found + 1)
        end = 0 if all_seen or self._gaps is not None else item_census.end_of(self._exists)
        if highest > end:
            return item_census.counted(self.folder)
        self._census = Census(self.folder, end)
        return range(1, end + 1)

    def _settle_count(self, census: Census) -> bool:
        self._census = None
        whole = self._probe(self._whole)
        if census.found == census.end and census.highest <= self._last + 1:
            return whole
        self._forget_examined()
        self._renumbered = True
        return self._take(item_census.counted(self.folder))

    def _take(self, numbers: Numbers) -> bool:
        if len(numbers) < self._count:
            self._forget_examined()
        whole = not numbers or self._whole(numbers[-1])
        if not whole:
            numbers = numbers[:-1]
        self._gaps = numbers if isinstance(numbers, array) else None
        self._count = len(numbers)
        self._last = numbers[-1] if numbers else 0
        return whole

    def _probe(self, accept: Callable[[int], bool]) -> bool:
        while self._exists(self._last + 1):
            if not accept(self._last + 1):
                return False
            self._last += 1
            self._count += 1
            if self._gaps is not None:
                self._gaps.append(self._last)
        return True

    def _exists(self, number: int) -> bool:
        return os.path.lexists(f"{self._prefix}{number:09}.json")

    def _whole(self, number: int) -> bool:
        path = f"{self._prefix}{number:09}.json"
        return tidy(read_file(path)) is not None or time.time() - folder_ns(path) / 1e9 > HALF_WRITTEN_S

    # Facts

    def metadata(self) -> dict[str, Any]:
        """The dataset object of the API, without the addresses that only a server knows."""
        self.refresh()
        self.examine(EXAMINE_S)
        return super().metadata() | {
            "itemCount": self._count,
            "cleanItemCount": self._count - self._empty,
            "fields": [readable(name) for name in self._fields],
            "schema": self.card.get("schema"),
            "stats": {
                "readCount": self.reads,
                "writeCount": self.writes,
                "storageBytes": self._bytes,
                "inflatedBytes": self._bytes,
            },
        }

    def examine(self, seconds: float) -> bool:
        """Learn fields and empty items of what others wrote, for at most `seconds`; True when done."""
        end = time.monotonic() + seconds
        with self.lock:
            while self._examined < self._count and time.monotonic() < end:
                self._examine(self.item(self._examined))
            return self._examined >= self._count

    def _examine(self, raw: bytes) -> None:
        self._examined += 1
        self._bytes += len(raw)
        found = fields(raw) or {}
        clean = [name for name in found if not name.startswith("#")]
        self._empty += not clean
        if len(self._fields) < 2000:
            self._fields.update(dict.fromkeys(found))

    def statistics(self) -> dict[str, Any]:
        """`{field: {min, max, nullCount, emptyCount}}` over all items; reads those not covered yet."""
        self.refresh()
        self.count_all()
        with self._counting:
            if self._statistics.covered > self._count:
                self._statistics = Statistics()
            for position in range(self._statistics.covered, self._count):
                self._statistics.take(self.item(position))
            return self._statistics.told()

    def _counts(self) -> dict[str, Any]:
        return {"item_count": self.count, "itemCount": self.count}
