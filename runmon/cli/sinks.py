"""Where the bytes of a log go: to a file or pipe as they are, to a terminal as text that commands nothing."""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
from typing import Protocol

PIPE_PIECE = 4096
"""A pipe that can be written at all takes this much without blocking."""
FILE_PIECE = 1024 * 1024


class Sink(Protocol):
    """Takes bytes in order."""

    async def write(self, data: bytes) -> None:
        """Take the next bytes. BrokenPipeError where nobody reads any more."""

    async def finish(self) -> None:
        """Nothing follows."""

    def rewind(self, size: int) -> bool:
        """Forget all but the first `size` bytes; False where they are gone already."""


class FileSink:
    """A regular file: what turned out wrong can be corrected in it."""

    def __init__(self, descriptor: int) -> None:
        self._fd = descriptor
        appending = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
        self._start = os.lseek(descriptor, 0, os.SEEK_END if appending else os.SEEK_CUR)
        self._written = 0

    async def write(self, data: bytes) -> None:
        """Take the next bytes."""
        view = memoryview(data)
        while view:
            done = os.write(self._fd, view[:FILE_PIECE])
            self._written += done
            view = view[done:]

    async def finish(self) -> None:
        """Nothing follows."""

    def rewind(self, size: int) -> bool:
        """Cut the file, unless somebody else has written to it too."""
        if os.fstat(self._fd).st_size != self._start + self._written:
            return False
        os.ftruncate(self._fd, self._start + size)
        os.lseek(self._fd, self._start + size, os.SEEK_SET)
        self._written = size
        return True


class PipeSink:
    """A pipe or a terminal: the loop goes on while a slow reader lets us wait."""

    def __init__(self, descriptor: int) -> None:
        self._fd = descriptor

    async def write(self, data: bytes) -> None:
        """Take the next bytes, as fast as they are read."""
        view = memoryview(data)
        while view:
            await self._writable()
            view = view[os.write(self._fd, view[:PIPE_PIECE]) :]

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        try:
            loop.add_writer(self._fd, _done, ready)
        except PermissionError:
            return  # a device that nobody can wait for, such as /dev/null, takes all at once
        try:
            await ready
        finally:
            loop.remove_writer(self._fd)

    async def finish(self) -> None:
        """Nothing follows."""

    def rewind(self, size: int) -> bool:
        """What was written is read already."""
        return False


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class TerminalSink:
    """A terminal: whole lines, colours kept, everything else made visible."""

    def __init__(self, descriptor: int, *, colour: bool) -> None:
        self._out = PipeSink(descriptor)
        self._colour = colour
        self._rest = b""

    async def write(self, data: bytes) -> None:
        """Show the lines that are whole now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines:
            await self._out.write(
                "".join(f"{self._shown(one)}\n" for one in lines).encode("utf-8", "replace")
            )

    async def finish(self) -> None:
        """Show a last line that has no end."""
        if self._rest:
            await self.write(b"\n")

    def rewind(self, size: int) -> bool:
        """What was shown was seen."""
        self._rest = b""
        return False

    def _shown(self, raw: bytes) -> str:
        from runmon.render import untrusted

        if not self._colour or b"\x1b" not in raw:
            return untrusted.clean(raw.removesuffix(b"\r"), limit=65_536)
        return _ansi(raw)


def _ansi(raw: bytes) -> str:
    """A line with its colours written anew by us."""
    from rich.console import Console

    from runmon.render import untrusted

    console = Console(
        color_system="truecolor", force_terminal=True, width=10**9, markup=False, highlight=False
    )
    with console.capture() as captured:
        console.print(untrusted.line(raw, limit=65_536), end="", soft_wrap=True)
    return captured.get()


def sink_of(descriptor: int, *, raw: bool, colour: bool) -> Sink:
    """The sink that a descriptor calls for; `raw` gives even a terminal the bytes as they are."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return FileSink(descriptor)
    if os.isatty(descriptor) and not raw:
        return TerminalSink(descriptor, colour=colour)
    return PipeSink(descriptor)
