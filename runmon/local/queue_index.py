"""The order of a queue in memory: who waits where, what is handled, who holds a lock. No files here."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Mapping

import msgspec

FOREVER_US = 1 << 62


class Entry(msgspec.Struct, frozen=True):
    """Where a request lies and what it waits for."""

    name: str
    order_us: int
    handled: bool


class Lock(msgspec.Struct, frozen=True):
    """Who holds a request, and until when (µs since 1970)."""

    client: str
    until_us: int


class QueueIndex:
    """The requests of a queue by id, by file name and by place."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.names: dict[str, str] = {}
        self.ids: list[str] = []
        self.pending: list[tuple[int, str]] = []
        self.locks: dict[str, Lock] = {}
        self.handled = 0
        self._last_us = 0
        self._noted: set[str] = set()

    def enter(self, id: str, entry: Entry) -> None:
        """Add a request or move it to where the entry says."""
        before = self.entries.get(id)
        if before is None:
            insort(self.ids, id)
        else:
            self._take_out(id, before)
        self.entries[id] = entry
        self.names[entry.name] = id
        if entry.handled:
            self.handled += 1
            self.locks.pop(id, None)
        else:
            insort(self.pending, (entry.order_us, id))

    def _take_out(self, id: str, entry: Entry) -> None:
        self.names.pop(entry.name, None)
        if entry.handled:
            self.handled -= 1
        else:
            del self.pending[bisect_left(self.pending, (entry.order_us, id))]

    def leave(self, id: str) -> None:
        """Forget a request."""
        self._take_out(id, self.entries.pop(id))
        del self.ids[bisect_left(self.ids, id)]
        self.locks.pop(id, None)

    def place(self, forefront: bool) -> int:
        """A sort key behind all others, or (negative) before all others."""
        self._last_us = max(self._last_us + 1, time.time_ns() // 1000)
        return -self._last_us if forefront else self._last_us

    def free(self, limit: int) -> list[str]:
        """The first ids that are neither handled nor locked."""
        self.expire()
        found: list[str] = []
        for _, id in self.pending:
            if len(found) == limit:
                break
            if id not in self.locks:
                found.append(id)
        return found

    def page(self, limit: int, after: str | None, states: Collection[str]) -> list[str]:
        """Ids behind `after` in their own order, of these states (all when there are none)."""
        self.expire()
        found: list[str] = []
        for position in range(0 if after is None else bisect_right(self.ids, after), len(self.ids)):
            if len(found) == limit:
                break
            if not states or self.state(self.ids[position]) in states:
                found.append(self.ids[position])
        return found

    def state(self, id: str) -> str:
        """`handled`, `locked` or `pending`."""
        if self.entries[id].handled:
            return "handled"
        return "locked" if id in self.locks else "pending"

    def expire(self) -> None:
        """Drop the locks whose time is over."""
        now_us = time.time_ns() // 1000
        for id in [id for id, lock in self.locks.items() if lock.until_us <= now_us]:
            del self.locks[id]

    def note(self, orders: Mapping[str, int], held: Collection[str]) -> None:
        """Take over another program's order and the requests it works on."""
        for id, order_us in orders.items():
            entry = self.entries.get(id)
            if entry is not None and not entry.handled and entry.order_us != order_us:
                self.enter(id, Entry(entry.name, order_us, False))
        for id in self._noted:
            self.locks.pop(id, None)
        self._noted = {id for id in held if id in self.entries and not self.entries[id].handled}
        self.locks |= dict.fromkeys(self._noted, Lock("", FOREVER_US))
