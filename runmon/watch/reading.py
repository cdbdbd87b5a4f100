"""One read of the log: opened in turn, pumped into the buffer, watched over while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

import msgspec

from runmon.api.logs import LogBody
from runmon.errors import ApiError, NoAccess, NotFound, TooSlow
from runmon.model.log import LogBuffer
from runmon.watch.asking import ORDER, Asking
from runmon.watch.board import Board
from runmon.watch.clock import Pulse
from runmon.watch.events import LogGrew, Pane
from runmon.watch.gathering import Gathering
from runmon.watch.pace import Link
from runmon.watch.replay import Differs, Replay
from runmon.watch.status import RunFacts

TAIL_BYTES = 256 * 1024
"""What is asked for first, so that the end of a big log shows at once."""
OVERLAP = 64 * 1024
"""Known bytes read again on resuming by range, to see that it is the same log."""
SILENT_S = 30.0
"""A read that brings nothing for so long is dead; only a stream has something to wait for."""


class Part(msgspec.Struct, frozen=True):
    """Which bytes of the log to ask for; a server may send everything instead."""

    first_byte: int | None = None
    last_bytes: int | None = None


WHOLE = Part()
LAST = Part(last_bytes=TAIL_BYTES)


class OpenLog(Protocol):
    """Opens the log of the watched run; see `LogCalls.log`."""

    def __call__(
        self, *, stream: bool = False, first_byte: int | None = None, last_bytes: int | None = None
    ) -> AbstractAsyncContextManager[LogBody]:
        """Enter it for the open body."""


Attend = Callable[["asyncio.Task[None]", Replay], Awaitable[None]]
"""Watches over the task that pumps; returns when it is done, raises to end it."""


class LogReader:
    """What every read of the log shares: where it goes, what was learnt about the server, what is told."""

    def __init__(self, open_log: OpenLog, buffer: LogBuffer, board: Board, link: Link) -> None:
        self.buffer = buffer
        self.ranged = False
        """Whether the server honours ranges."""
        self.doubt = False
        """Whether a read differed from what is kept: the next one is whole, and decides."""
        self.framed = False
        """Whether the end of the last read was one that a cut could not have made."""
        self.complete = False
        """Whether the log is known to be whole and final."""
        self.grown = Pulse()
        self.cut = Pulse()
        """Beats where no open connection can be trusted any more."""
        self._told: LogGrew | None = None
        self.when_lost: Callable[[], None] = lambda: None
        """Is called when the file that lent the log has changed, so that all of it must be read anew."""
        self._losses = 0
        self._open = open_log
        self._board = board
        self._link = link

    def rest(self) -> Part:
        """What to ask for to go on: the unknown, and a little before it."""
        first = max(self.buffer.start, self.buffer.size - OVERLAP)
        return WHOLE if self.doubt or first <= 0 else Part(first_byte=first)

    async def read(
        self,
        asking: Asking,
        *,
        part: Part = WHOLE,
        stream: bool = False,
        attend: Attend | None = None,
        enough: Callable[[], bool] = lambda: False,
    ) -> Replay:
        """Read to a clean end, or until `enough`. Raises ApiError, Differs and what `attend` raises.

        Without `attend`, TooSlow where it falls silent.
        """
        losses = self.buffer.losses
        async with AsyncExitStack() as stack:
            async with self._link.turn(ORDER.index(Pane.LOG), asking.waiting):
                opened = self._open(stream=stream, first_byte=part.first_byte, last_bytes=part.last_bytes)
                body = await stack.enter_async_context(opened)
            self.buffer.lend(body.file)
            self._must_hold(losses)
            replay = self._begin(body)
            gathering = Gathering(self._board.clock) if stream else None
            pump = asyncio.ensure_future(self._pump(body, replay, losses, enough, gathering))
            try:
                await (attend or self._while_it_comes)(pump, replay)
                await pump
            finally:
                pump.cancel()
                await asyncio.gather(pump, return_exceptions=True)
        self._must_hold(losses)
        self.framed = body.framed
        self.doubt = self.doubt and not replay.caught_up
        return replay

    def _begin(self, body: LogBody) -> Replay:
        self.ranged = self.ranged or body.start > 0
        if body.start > self.buffer.size > 0:
            self.differs(self.buffer.size)
        replay = Replay(self.buffer, body.start, trusted=self.doubt)
        replay.heard_at = self._board.clock.monotonic()
        return replay

    async def _while_it_comes(self, pump: asyncio.Task[None], replay: Replay) -> None:
        clock, cut = self._board.clock, self.cut.next
        while not cut.done() and (left := replay.heard_at + SILENT_S - clock.monotonic()) > 0:
            if await clock.wait(pump, cut, seconds=left) and pump.done():
                return
        raise TooSlow("The log fell silent before its end.")

    async def _pump(
        self,
        body: LogBody,
        replay: Replay,
        losses: int,
        enough: Callable[[], bool],
        gathering: Gathering | None,
    ) -> None:
        async for chunk in body:
            replay.heard_at = self._board.clock.monotonic()
            self._must_hold(losses)
            try:
                changed = replay.take(chunk)
            except Differs as difference:
                self.differs(difference.at)
            if changed:
                self.tell()
            if enough():
                return
            if gathering is not None:
                await gathering.came(len(chunk))

    def look(self) -> None:
        """Look whether the file that lends the log has changed."""
        self.buffer.lost()
        if self.buffer.losses != self._losses:
            self._losses, self.doubt, self.complete = self.buffer.losses, True, False
            self.tell()
            self.when_lost()

    def _must_hold(self, losses: int) -> None:
        self.look()
        if self.buffer.losses != losses:
            self.differs(0)

    def differs(self, at: int) -> None:
        """Raise Differs, and let the next read be a whole one."""
        self.doubt = True
        self.grown.beat()
        raise Differs(at)

    def tell(self) -> None:
        """Tell the totals of the buffer where they are new; a head on its way changes none of them."""
        buffer = self.buffer
        totals = LogGrew(buffer.size, buffer.lines, buffer.generation, self.complete)
        if totals != self._told:
            self._told = totals
            self._board.tell(totals)
        self.grown.beat()


class HeadFiller:
    """Brings what lies before a tail that was read first, while the tail is followed already."""

    def __init__(self, reader: LogReader, facts: RunFacts, board: Board, link: Link) -> None:
        self._reader = reader
        self._facts = facts
        self._asking = Asking(Pane.LOG, board, link)

    async def work(self) -> None:
        """Fill whatever head is missing, for ever."""
        buffer = self._reader.buffer
        while True:
            while buffer.start == 0 or self._reader.doubt:
                await self._reader.grown.wait()
            await self._facts.may_ask()
            await self._fill()

    async def _fill(self) -> None:
        buffer, filled = self._reader.buffer, self._reader.buffer.filled
        try:
            await self._reader.read(
                self._asking, part=Part(first_byte=filled), enough=lambda: buffer.start == 0
            )
            if buffer.filled == filled and buffer.start > 0:
                self._reader.differs(filled)
        except Differs:
            return
        except ApiError as error:
            try:
                await self._asking.recover(error)
            except (NotFound, NoAccess):
                await self._facts.changed.wait()
