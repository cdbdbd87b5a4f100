"""A bell that wakes everybody who waits: how followers learn at once that a run or its log moved on."""

from __future__ import annotations

import asyncio
import contextlib
import threading


class Bell:
    """Heard on one event loop, rung from any thread.

    Take `ear()` first, then look at the state, then wait: no ring is lost.
    """

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def ear(self) -> asyncio.Event:
        """What the next ring sets."""
        with self._lock:
            if self._event is None:
                self._event = asyncio.Event()
                self._loop = asyncio.get_running_loop()
            return self._event

    def ring(self) -> None:
        """Wake everybody who waits now. Costs nothing while nobody does."""
        with self._lock:
            event, loop, self._event = self._event, self._loop, None
        if event is not None and loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)


async def heard(ear: asyncio.Event, timeout_s: float | None) -> bool:
    """Wait for a ring for at most so many seconds; whether it came."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await ear.wait()
    return ear.is_set()
