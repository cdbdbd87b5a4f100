"""Items that were read lately: a page that is asked for again costs no file reads."""

from __future__ import annotations

import threading

LIMIT = 8 << 20
"""Bytes held for one dataset."""


class Recent:
    """Items by number, the ones read last, up to `limit` bytes. May be used from several threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._kept: dict[int, bytes] = {}
        self._size = 0
        self._lock = threading.Lock()
        self.get = self._kept.get
        """The item of a number, or None."""

    def keep(self, number: int, item: bytes) -> None:
        """Hold an item, and let go of the oldest ones where it needs their place."""
        with self._lock:
            if number not in self._kept and len(item) <= self.limit // 8:
                self._kept[number] = item
                self._size += len(item)
                while self._size > self.limit:
                    self._size -= len(self._kept.pop(next(iter(self._kept))))

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()
            self._size = 0
