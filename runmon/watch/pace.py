"""When to ask: how often while all is well, how long to wait when it is not, and who goes first."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from runmon.errors import ApiError, TooSlow, Unreachable
from runmon.watch.clock import Clock, Pulse

Chance = Callable[[], float]
"""A number from 0 to 1, as `random.random` gives."""

FIRST_PAUSE_S = 0.5
SHORT_PAUSE_S = 2.0
"""Most breaks are short: so long at most during the first tries, to be back soon."""
SHORT_TRIES = 8
LONGEST_PAUSE_S = 30.0
PROMISE_S = 2.0
"""No data is called stale earlier, so that a short hitch does not blink."""
TURN_S = 0.2
"""Between two panes that resume after an outage."""


class Pace(msgspec.Struct, frozen=True):
    """Seconds between two looks while all is well."""

    run_s: float = 4.0
    """The run object while the run is alive; also the length of the long wait."""
    ended_s: float = 30.0
    """The run object once it is final: somebody may resurrect it."""
    counts_s: float = 4.0
    """A storage on show that changed since the last look."""
    counts_rest_s: float = 20.0
    """A storage on show that does not change."""
    settle_s: tuple[float, ...] = (2.0, 8.0)
    """Pauses before the looks after the end: servers go on counting for about ten seconds."""
    silence_s: tuple[float, ...] = (60.0, 120.0, 240.0, 300.0)
    """How long a log may be silent before its stream is opened anew, then again."""

    def promise(self, interval: float) -> float:
        """Seconds after which data that is renewed every `interval` seconds is called stale."""
        return max(2 * interval, PROMISE_S)

    @property
    def settled_s(self) -> float:
        """Seconds after the end when the figures are final."""
        return sum(self.settle_s)


FAR = Pace()
"""For a server that others use too, and that may bill reads."""

NEAR = Pace(run_s=1.0, ended_s=5.0, counts_s=0.5, counts_rest_s=3.0, settle_s=(1.0, 2.0))
"""For a server on this machine: nothing is billed, and its figures do not lag."""


def every(seconds: float) -> Pace | None:
    """A pace of so many seconds between two looks, whatever the distance; None for 0."""
    if not seconds:
        return None
    rest = max(seconds, FAR.counts_rest_s)
    return Pace(run_s=seconds, ended_s=max(seconds, FAR.ended_s), counts_s=seconds, counts_rest_s=rest)


class Backoff:
    """Pauses that grow while tries fail, with full jitter: half a second, then two, later 30."""

    def __init__(self, chance: Chance = random.random) -> None:
        self._chance = chance
        self.failures = 0
        """Tries in a row that failed."""

    def pause(self, error: Exception | None = None) -> float:
        """Seconds before the next try, at least as long as the server asked for in `error`."""
        most = SHORT_PAUSE_S if self.failures < SHORT_TRIES else LONGEST_PAUSE_S
        ceiling = min(most, FIRST_PAUSE_S * 2.0 ** min(self.failures, 10))
        self.failures += 1
        asked = error.retry_after if isinstance(error, ApiError) else None
        return max(self._chance() * ceiling, asked or 0.0)

    def reset(self) -> None:
        """Something went well."""
        self.failures = 0


class Budget:
    """How many retries all panes may make together: some at once, then few.

    Ten in a minute, so that with the two requests that meet an outage, run and log, it is twelve.
    """

    def __init__(self, clock: Clock, *, most: float = 7.0, per_second: float = 0.05) -> None:
        self._clock = clock
        self._most = most
        self._rate = per_second
        self._left = most
        self._at = clock.monotonic()

    def wait_s(self) -> float:
        """Take one retry; the seconds to wait until it is due."""
        now = self._clock.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._rate) - 1
        self._at = now
        return 0.0 if self._left >= 0 else -self._left / self._rate

    def give_back(self) -> None:
        """An answer came: one more retry is allowed."""
        self._left = min(self._most, self._left + 1)


class Link:
    """The way to one server, shared by every pane: in an outage one of them tries, the others wait for it."""

    def __init__(self, clock: Clock, *, chance: Chance = random.random) -> None:
        self.clock = clock
        self.chance = chance
        self.budget = Budget(clock)
        self.retry_at: float | None = None
        """The monotonic second of the next try while the server cannot be reached; None while it can."""
        self._backoff = Backoff(chance)
        self._trying = False
        self._moved = Pulse()
        self._hurry = Pulse()

    @property
    def down(self) -> bool:
        """Whether the last try found no server."""
        return self.retry_at is not None

    @property
    def hurried(self) -> asyncio.Future[None]:
        """Done when somebody asks to hurry."""
        return self._hurry.next

    def hurry(self) -> None:
        """Try now instead of at `retry_at`."""
        self._hurry.beat()

    @asynccontextmanager
    async def turn(self, order: int, waiting: Callable[[float], None]) -> AsyncIterator[None]:
        """Ask inside. Waits as long as the server is away, telling `waiting` when the next try will be."""
        trying = await self._wait_turn(order, waiting)
        try:
            yield
        except (Unreachable, TooSlow) as error:
            if error.status:
                self._up()
            else:
                self._fell(error)
            raise
        except ApiError:
            self._up()
            raise
        else:
            self._up()
        finally:
            if trying:
                self._trying = False
                self._moved.beat()

    async def _wait_turn(self, order: int, waiting: Callable[[float], None]) -> bool:
        waited = False
        while (due := self.retry_at) is not None:
            waiting(due)
            if not self._trying:
                self._trying = True
                return await self._pause_until(due)
            waited = True
            await self._moved.wait()
        if waited:
            await self.clock.sleep(order * TURN_S)
        return False

    async def _pause_until(self, due: float) -> bool:
        try:
            seconds = due - self.clock.monotonic()
            if seconds > 0:
                await self.clock.wait(self._hurry.next, seconds=seconds)
        except BaseException:
            self._trying = False
            self._moved.beat()
            raise
        return True

    def _fell(self, error: ApiError) -> None:
        pause = max(self._backoff.pause(error), self.budget.wait_s())
        self.retry_at = self.clock.monotonic() + pause
        self._moved.beat()

    def _up(self) -> None:
        self.budget.give_back()
        self._backoff.reset()
        if self.retry_at is not None:
            self.retry_at = None
            self._moved.beat()
