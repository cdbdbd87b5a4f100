"""A stream that races is read in few large pieces: each costs, and nobody reads a thousand lines a second."""

from __future__ import annotations

from runmon.watch.clock import Clock

GATHER_S = 0.05
"""How long a racing stream is left to gather what comes."""
RACING = range(128 * 1024, 4 * 1024 * 1024)
"""Bytes a second that are a race; more is a download, which must not wait for us."""
WINDOW_S = 0.25
"""Time over which the rate is taken."""
WAITED_S = 0.001
"""Bytes that come sooner were there already, and more may be."""


class Gathering:
    """Call `came` with each piece of a stream once it is taken, before the next is asked for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = self._asked = clock.monotonic()
        self._bytes = 0
        self._racing = False

    async def came(self, size: int) -> None:
        """Wait a little where the stream races and all there was of it has been taken."""
        now = self._clock.monotonic()
        self._bytes += size
        if (lasted := now - self._began) >= WINDOW_S:
            self._racing = int(self._bytes / lasted) in RACING
            self._began, self._bytes = now, 0
        if self._racing and now - self._asked >= WAITED_S:
            await self._clock.sleep(GATHER_S)
        self._asked = self._clock.monotonic()
