"""A run's log: bytes in one file, appended here, followed by as many readers as there are."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from runmon.local.bell import Bell


class LogFile:
    """The raw log. Appends ring `bell`; the file may also grow by another program's hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bell = Bell()
        self.cap = 0
        """Bytes after which the log goes no further; 0 is no cap."""
        self._handle: int | None = None
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes in the file now; 0 while there is none."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return 0
        return min(size, self.cap) if self.cap else size

    def append(self, data: bytes) -> None:
        """Add bytes at the end and wake every follower; from any thread. Raises OSError on a full disk."""
        with self._lock:
            if self._handle is None:
                self._handle = os.open(
                    self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644
                )
            view = memoryview(data)
            while view:
                view = view[os.write(self._handle, view) :]
        self.bell.ring()

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, fewer at the end of the file."""
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(max(0, (min(end, self.cap) if self.cap else end) - start))
        except OSError:
            return b""

    def close(self) -> None:
        """Give the file back; a later append opens it again."""
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None
