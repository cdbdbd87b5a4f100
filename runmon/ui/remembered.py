"""What a person set on the screen by hand, kept for the next time: the theme, the sizes of panes.

A file that cannot be read is as none; one that cannot be written costs the remembering only.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec


class Screen(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sizes and colours; None: as runmon has it."""

    theme: str | None = None
    side: int | None = None
    """Cells of the column of status and usage."""
    log: float | None = None
    """The log's share, 0 … 1, of the height that it shares with the storages."""


class Remembered:
    """Reads once, writes what changes. Without a file it forgets everything at the end."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self.screen = Screen()
        if file is not None:
            with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError, RecursionError):
                self.screen = msgspec.json.decode(file.read_bytes(), type=Screen)

    def keep(self, **changes: object) -> None:
        """Remember these too."""
        self.screen = msgspec.structs.replace(self.screen, **changes)
        if self._file is None:
            return
        beside = self._file.with_suffix(f".{os.getpid()}.new")
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.write_bytes(msgspec.json.encode(self.screen))
            beside.replace(self._file)
