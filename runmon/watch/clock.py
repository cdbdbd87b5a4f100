"""Time as an argument: everything that waits asks this clock, so that tests move it and never sleep."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, tzinfo
from typing import Any


class Clock:
    """The machine's time."""

    zone: tzinfo | None = None
    """The zone in which a person reads it; None for this machine's."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self.zone = zone

    def local(self, moment: datetime) -> datetime:
        """The moment in the person's zone."""
        return moment.astimezone(self.zone)

    def monotonic(self) -> float:
        """Seconds that never jump back; for pauses and ages."""
        return time.monotonic()

    def wall(self) -> datetime:
        """The time of day, with its zone (UTC); for what a person reads."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        await asyncio.sleep(seconds)

    async def wait(self, *futures: asyncio.Future[Any], seconds: float) -> bool:
        """Wait until one of the futures is done (True) or the time is up (False). Nothing is cancelled."""
        alarm = asyncio.ensure_future(self.sleep(seconds))
        try:
            await asyncio.wait({*futures, alarm}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
        return any(future.done() for future in futures)


class Pulse:
    """A moment that many can wait for, again and again."""

    def __init__(self) -> None:
        self._next: asyncio.Future[None] | None = None

    def beat(self) -> None:
        """Wake everybody who waits now."""
        if self._next is not None and not self._next.done():
            self._next.set_result(None)
        self._next = None

    @property
    def next(self) -> asyncio.Future[None]:
        """Done at the next beat. Shared: never cancel it."""
        if self._next is None or self._next.cancelled():
            self._next = asyncio.get_running_loop().create_future()
        return self._next

    async def wait(self) -> None:
        """Wait for the next beat."""
        await asyncio.shield(self.next)
