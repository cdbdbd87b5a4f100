"""Time stamps for an Actor's output: one at the start of every physical line, every other byte as it came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

LINE_LIMIT = 32 * 1024 * 1024
"""An unfinished line is held back no further than this many bytes."""


def stamp_now() -> bytes:
    """This moment as the platform writes it: `2026-04-13T08:30:35.633Z` and a space."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3].encode() + b"Z "


class Stamper:
    """Turns chunks of output, cut anywhere, into stamped lines; a line carries the time at which it ended."""

    def __init__(self, stamp: Callable[[], bytes] = stamp_now) -> None:
        self.stamp = stamp
        self.held: list[bytes] = []
        self.held_size = 0
        self.stamped = False
        """Whether the unfinished line has been stamped and its start handed out, for its length."""

    def feed(self, chunk: bytes) -> bytes:
        """The lines that this chunk completes, stamped; empty while a line is unfinished."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            return self.hold(chunk)
        stamp = self.stamp()
        lines = b"".join((*self.held, chunk[: end - 1])).replace(b"\n", b"\n" + stamp)
        first = b"" if self.stamped else stamp
        self.drop()
        return b"".join((first, lines, b"\n", self.hold(chunk[end:])))

    def end(self) -> bytes:
        """The unfinished last line, stamped and ended by a newline of ours; empty when there is none."""
        if not self.held and not self.stamped:
            return b""
        rest = b"".join((b"" if self.stamped else self.stamp(), *self.held, b"\n"))
        self.drop()
        return rest

    def hold(self, part: bytes) -> bytes:
        """Keep the start of a line; hands it out, stamped, when it is too long to be kept."""
        if part:
            self.held.append(part)
            self.held_size += len(part)
        if self.held_size <= LINE_LIMIT:
            return b""
        start = b"".join((b"" if self.stamped else self.stamp(), *self.held))
        self.drop()
        self.stamped = True
        return start

    def drop(self) -> None:
        self.held, self.held_size, self.stamped = [], 0, False
