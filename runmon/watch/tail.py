"""The log, followed without losing a byte: cut streams are replayed and verified, rewrites noticed.

The stream has no offsets, so each new one is laid over what is kept (`replay`); a server that honours `Range`
sends only the end of what is known. The end of a stream proves nothing: the run has to be over, and a whole
read some seconds later has to bring nothing new, before the log is called complete.
"""

from __future__ import annotations

import asyncio

from runmon.errors import ApiError, NoAccess, NotFound
from runmon.watch.asking import Asking
from runmon.watch.clock import Pulse
from runmon.watch.events import Condition, Pane
from runmon.watch.pace import Pace
from runmon.watch.reading import LAST, WHOLE, LogReader, Part
from runmon.watch.replay import Differs, Replay
from runmon.watch.status import LONG_OVER_S, RunFacts

WHOLE_READ_MOST = 64 * 1024 * 1024
"""Logs up to this size are verified whole after the end; larger ones only their last part, by range."""
QUIET_S = 0.25
"""A stream that brings nothing for so long has told all it has for now."""
CALM_BYTES = 64 * 1024
"""A stream that brings less than this between two glances brings news, not the past."""
GLANCE_S = 1.0
"""Between two looks at a stream that is live."""
LATE_S = 5.0
"""A stream still open and silent so long after the run's end is dead."""
HEALTHY_S = 30.0
REOPEN_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Pauses before a stream that ended is opened again: the run may have logged nothing yet, or be migrating.

A change of the run's status ends a pause.
"""
REPLAY_BYTES_PER_S = 1_000_000
"""A long log is not read again and again faster than this."""
SHORT_APART_S = 1.0
STUCK_REPLAYS = 5


class Silent(Exception):
    """The stream has been silent for so long that another one should look."""


class LogFollower:
    """Follows the log while the run is alive, settles it afterwards, and again when the run comes back."""

    def __init__(
        self,
        reader: LogReader,
        facts: RunFacts,
        pace: Pace,
        *,
        asking: Asking,
        tail_first: bool,
    ) -> None:
        self._reader = reader
        reader.when_lost = self.look
        self._buffer = reader.buffer
        self._facts = facts
        self._board = asking.board
        self._clock = asking.board.clock
        self._pace = pace
        self._asking = asking
        self._tail_first = tail_first
        self._again = Pulse()
        self._probes = 0
        self._ends = 0
        self._stuck = 0
        self._short: tuple[int, float] | None = None
        self._read_to_its_end = False

    def look(self) -> None:
        """Open the log anew, even where it seemed complete or closed to us."""
        self._again.beat()

    def reconnect(self) -> None:
        """Distrust what is open (the machine slept)."""
        self._reader.cut.beat()

    async def work(self) -> None:
        """Follow the log for ever."""
        while True:
            try:
                await self._follow()
                await self._settle()
            except (NotFound, NoAccess) as error:
                await self._closed(patient=isinstance(error, NotFound))

    async def _closed(self, *, patient: bool) -> None:
        """Wait for a reason to ask once more after a no; a log that is missing may still come."""
        lives, again = self._facts.lives, self._again.next
        while not again.done() and lives == self._facts.lives:
            moved = await self._clock.wait(again, self._facts.changed.next, seconds=self._pace.ended_s)
            if not moved and patient and not self._facts.final:
                return

    async def _may_ask(self) -> None:
        if self._facts.halted is not None:
            self._board.put(Pane.LOG, self._facts.halted.condition, self._facts.halted.detail)
            await self._facts.may_ask()

    async def _follow(self) -> None:
        """Stream after stream, until the run is over."""
        while not self._facts.final:
            await self._may_ask()
            size, self._read_to_its_end = self._buffer.size, False
            try:
                replay = await self._stream()
            except Silent:
                self._probes += 1
            except Differs:
                continue
            except ApiError as error:
                await self._asking.recover(error, self._stuck_words(size))
            else:
                await self._ended(replay, size)

    async def _stream(self) -> Replay:
        first = self._buffer.size == 0 and self._tail_first and not self._reader.doubt
        part = LAST if first else self._reader.rest()
        return await self._reader.read(self._asking, part=part, stream=True, attend=self._attend)

    async def _attend(self, pump: asyncio.Task[None], replay: Replay) -> None:
        began, size, cut, live = self._clock.monotonic(), self._buffer.size, self._reader.cut.next, False
        sure = not self._reader.doubt
        while not await self._clock.wait(pump, cut, seconds=GLANCE_S if live else QUIET_S):
            now, known = self._clock.monotonic(), self._buffer.size
            idle = now - replay.heard_at
            gained, size = known - size, known
            if gained:
                self._gained()
            calm = idle >= QUIET_S or gained < CALM_BYTES
            live = live or (replay.caught_up and (replay.goal > 0 or calm))
            if live and now - began > HEALTHY_S:
                self._asking.well()
            self._show(live, idle)
            if sure and self._reader.doubt:
                raise Differs(self._buffer.start)
        if cut.done():
            raise Silent

    def _show(self, live: bool, idle: float) -> None:
        limit = self._pace.silence_s[min(self._probes, len(self._pace.silence_s) - 1)]
        if idle > (LATE_S if self._facts.final else limit):
            raise Silent
        if live:
            self._board.put(Pane.LOG, Condition.LIVE)
        else:
            self._board.put(Pane.LOG, Condition.CATCHING_UP)
        self._board.right(Pane.LOG, for_s=limit + HEALTHY_S - idle)

    def _gained(self) -> None:
        """New verified bytes: the way is good again."""
        self._probes = self._ends = self._stuck = 0
        self._asking.well()

    def _stuck_words(self, size: int) -> str:
        """What to say where streams break again and again before they bring anything new."""
        if self._buffer.size != size:
            self._gained()
        else:
            self._stuck += 1
        if self._stuck < STUCK_REPLAYS:
            return ""
        return f"cannot catch up: the stream broke {self._stuck} times before byte {self._buffer.size}"

    async def _ended(self, replay: Replay, size: int) -> None:
        """A clean end while the run goes on, as far as is known: wait a little, then open again."""
        if not replay.caught_up:
            await self._ended_short(replay)
            return
        self._short, self._read_to_its_end = None, True
        if self._buffer.size != size:
            self._gained()
        pause = REOPEN_S[min(self._ends, len(REOPEN_S) - 1)]
        again = 0 if self._reader.ranged else self._buffer.size / REPLAY_BYTES_PER_S
        self._ends += 1
        if self._facts.final:
            return
        self._board.put(Pane.LOG, Condition.LIVE)
        self._board.right(Pane.LOG, for_s=self._pace.promise(max(pause, again)))
        await self._rest(max(pause, again))

    async def _rest(self, seconds: float) -> None:
        """Wait that long, or until the run's status changes, nobody may ask, or somebody asks to look."""
        facts, again, until = self._facts, self._again.next, self._clock.monotonic() + seconds
        status = facts.status
        while not again.done() and facts.halted is None and facts.status == status:
            left = until - self._clock.monotonic()
            if left <= 0:
                return
            await self._clock.wait(again, facts.changed.next, seconds=left)

    async def _ended_short(self, replay: Replay) -> None:
        """A clean end before what is known: seen twice at the same byte, the server's log did get shorter."""
        now = self._clock.monotonic()
        if self._short is None or self._short[0] != replay.at:
            self._short = (replay.at, now)
        elif now - self._short[1] >= SHORT_APART_S:
            self._short = None
            self._buffer.truncate(replay.at)
            self._reader.tell()
            return
        words = f"the log ended at byte {replay.at} of {self._buffer.size}; looking again"
        await self._asking.pause(SHORT_APART_S, Condition.RECONNECTING, words)

    async def _settle(self) -> None:
        """Whole reads after the end until one brings nothing new; one more when servers have settled."""
        while self._facts.final:
            await self._may_ask()
            over, before = self._facts.over_for(), (self._buffer.size, self._buffer.generation)
            sure = self._reader.framed and not self._reader.doubt
            enough = over > LONG_OVER_S and self._read_to_its_end and sure
            if not enough and await self._whole_read() is None:
                continue
            self._read_to_its_end = False
            await self._head_is_here()
            if self._reader.doubt:
                continue
            same = before == (self._buffer.size, self._buffer.generation)
            final = over > LONG_OVER_S and self._reader.framed
            self._mark(complete=final or (same and over >= self._pace.settle_s[0]))
            await self._until_reason(self._next_look(over))
        self._mark(complete=False)

    def _next_look(self, over: float) -> float | None:
        """Seconds until the next whole read of an ended log; None where only a reason brings one."""
        first, settled = self._pace.settle_s[0], self._pace.settled_s
        if over < first:
            return first - over
        if over < settled:
            return settled - over
        return None if self._reader.complete else first

    async def _until_reason(self, seconds: float | None) -> None:
        """Wait that long, or until the run lives again, nobody may ask, or somebody asks to look."""
        facts, lives, again = self._facts, self._facts.lives, self._again.next
        until = self._clock.monotonic() + (seconds or 0.0)
        while not again.done() and lives == facts.lives and facts.final and facts.halted is None:
            left = until - self._clock.monotonic() if seconds is not None else self._pace.ended_s
            if left <= 0:
                return
            await self._clock.wait(again, facts.changed.next, seconds=left)

    def _mark(self, *, complete: bool) -> None:
        if complete:
            self._board.forget(Pane.LOG)
            self._board.put(Pane.LOG, Condition.COMPLETE)
        if complete != self._reader.complete:
            self._reader.complete = complete
            self._reader.tell()

    async def _whole_read(self) -> Replay | None:
        """One read that is not a stream, laid over everything; None where it did not come to its end."""
        if not self._reader.complete:
            self._board.put(Pane.LOG, Condition.SETTLING)
            self._board.right(Pane.LOG, for_s=HEALTHY_S)
        try:
            replay = await self._reader.read(self._asking, part=self._whole_part())
        except Differs:
            return None
        except ApiError as error:
            await self._asking.recover(error)
            return None
        self._asking.well()
        if replay.caught_up:
            return replay
        await self._ended_short(replay)
        return None

    def _whole_part(self) -> Part:
        if self._buffer.size == 0 and self._tail_first and not self._reader.doubt:
            return LAST
        return self._reader.rest() if self._buffer.size > WHOLE_READ_MOST else WHOLE

    async def _head_is_here(self) -> None:
        while self._buffer.start > 0 and not self._reader.doubt:
            self._board.put(Pane.LOG, Condition.CATCHING_UP)
            await self._reader.grown.wait()
