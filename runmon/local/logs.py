"""A run's log: bytes in one file, appended here, followed by as many readers as there are."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path

from runmon.local.bell import Bell
from runmon.model.units import byte_size


class LogFile:
    """The raw log. Appends ring `bell`; the file may also grow by another program's hand.

    Where its disk is full it goes on in a temporary file of this process, so that readers lose nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bell = Bell()
        self.cap = 0
        """Bytes after which the log goes no further; 0 is no cap."""
        self.fault = ""
        """Why the file does not hold all of the log, as a sentence; empty while it does."""
        self._handle: int | None = None
        self._rest: int | None = None
        """The temporary file, which has no name."""
        self._split = 0
        """Bytes of the log before those in the temporary file."""
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes in the file now; 0 while there is none."""
        try:
            size = (
                self.path.stat().st_size if self._rest is None else self._split + os.fstat(self._rest).st_size
            )
        except OSError:
            return 0
        return min(size, self.cap) if self.cap else size

    def append(self, data: bytes) -> None:
        """Add bytes at the end and wake every follower; from any thread. `fault` tells what went wrong."""
        with self._lock:
            view = memoryview(data)
            if self._rest is None:
                view = self._append(view)
            if view:
                self._append_rest(view)
        self.bell.ring()

    def _append(self, view: memoryview) -> memoryview:
        """Write to the file; what it did not take."""
        try:
            if self._handle is None:
                self._handle = os.open(
                    self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644
                )
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            if not self.fault:
                reason = (error.strerror or str(error)).lower()
                self.fault = f"The log could not be written beyond {byte_size(self.size)}: {reason}."
        return view

    def _append_rest(self, view: memoryview) -> None:
        """Write to the temporary file; what it does not take either is lost."""
        try:
            if self._rest is None:
                size = self.size
                with tempfile.TemporaryFile() as file:
                    file.write(view)
                    file.flush()
                    self._split, self._rest = size, os.dup(file.fileno())
                return
            while view:
                view = view[os.write(self._rest, view) :]
        except OSError:
            return

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, fewer at the end of the file."""
        end = min(end, self.cap) if self.cap else end
        try:
            if self._rest is not None and start >= self._split:
                return os.pread(self._rest, max(0, end - start), start - self._split)
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(max(0, end - start))
        except OSError:
            return b""

    def close(self) -> None:
        """Give the file back; a later append opens it again."""
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None
            if self._rest is not None:
                os.close(self._rest)
                self._rest = None
