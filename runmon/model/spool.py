"""Where the bytes of a log are kept: in an unlinked file, or in the file that they came from."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import msgspec

from runmon.errors import LocalFault

STEP = 1_048_576


class FileSeen(msgspec.Struct, frozen=True):
    """A file as it was when it was looked at: while that holds, its bytes need no copy."""

    path: str
    device: int
    inode: int
    size: int
    changed_ns: int
    """When its bytes were changed last, since 1970."""

    @classmethod
    def at(cls, path: Path) -> Self | None:
        """The file at a path as it is now; None where there is no regular file."""
        try:
            told = path.stat()
        except OSError:
            return None
        return cls.told(str(path), told) if stat.S_ISREG(told.st_mode) else None

    @classmethod
    def told(cls, path: str, told: os.stat_result) -> Self:
        """What the system told of a file."""
        return cls(path, told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)


class Spool:
    """Bytes by their offsets. Read by any thread, written by one. LocalFault where the disk takes no more.

    They can be lent by a file, once: then nothing is written, until the file is left.
    """

    def __init__(self) -> None:
        self._own = tempfile.TemporaryFile(prefix="runmon-log-", buffering=0)  # noqa: SIM115 closed by close()
        self._from = self._own
        self._lender: FileSeen | None = None
        self._left = False

    @property
    def lender(self) -> FileSeen | None:
        """The file that lends the bytes; None where they are our own."""
        return self._lender

    @property
    def intact(self) -> bool:
        """Whether all bytes still are what was written: the lender has neither changed nor been replaced.

        A file that was deleted still has its bytes.
        """
        lender = self._lender
        if lender is None:
            return True
        try:
            same = FileSeen.told(lender.path, os.fstat(self._from.fileno())) == lender
        except OSError:
            return False
        return same and FileSeen.at(Path(lender.path)) in {lender, None}

    def borrow(self, lender: FileSeen) -> None:
        """Let a file lend what is written from now on, where it can be read and is as it was seen."""
        if self._left or self._lender is not None:
            return
        try:
            file = Path(lender.path).open("rb", buffering=0)  # noqa: SIM115 closed by close()
        except OSError:
            return
        if FileSeen.told(lender.path, os.fstat(file.fileno())) != lender:
            file.close()
            return
        self._from, self._lender = file, lender

    def take_over(self, spans: Iterable[tuple[int, int]]) -> bool:
        """Copy what the file lent and leave it; False where it changed meanwhile."""
        intact = self.intact
        for first, last in spans if intact else ():
            for at in range(first, last, STEP):
                self._write(self.read(at, min(at + STEP, last)), at)
        intact = intact and self.intact
        self.leave()
        return intact

    def leave(self) -> None:
        """Borrow no longer, and never again. Threads may still read in the file."""
        self._lent_by, self._left = self._from, True
        self._from, self._lender = self._own, None

    def write(self, data: bytes, at: int) -> None:
        """Keep bytes; lent ones are where they belong."""
        if self._lender is None:
            self._write(data, at)

    def _write(self, data: bytes, at: int) -> None:
        view, written = memoryview(data), 0
        try:
            while written < len(view):
                written += os.pwrite(self._own.fileno(), view[written:], at + written)
        except OSError as error:
            raise LocalFault(f"The log cannot be kept on disk: {error.strerror}.") from error

    def read(self, first: int, last: int) -> bytes:
        """Bytes `first` … `last` - 1; fewer where there are no more, or the lender cannot be read."""
        pieces: list[bytes] = []
        while first < last:
            file = self._from
            try:
                piece = os.pread(file.fileno(), last - first, first)
            except OSError:
                if file is self._own:
                    raise
                break
            if not piece:
                break
            pieces.append(piece)
            first += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def cut(self, size: int) -> None:
        """Forget our own bytes from `size` on."""
        os.ftruncate(self._own.fileno(), size)

    def close(self) -> None:
        """Give the files back. Nothing can be read afterwards."""
        self._own.close()
        self._from.close()
        if self._left:
            self._lent_by.close()
