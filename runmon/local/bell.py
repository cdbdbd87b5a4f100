"""A bell that wakes everybody who waits: how followers learn at once that a run or its log moved on."""

from __future__ import annotations

import asyncio
import contextlib


class Bell:
    """Rung and heard on one event loop. Take `ear()` first, then look at the state, then wait: no ring is lost."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits now."""
        self._event.set()
        self._event = asyncio.Event()

    def ear(self) -> asyncio.Event:
        """What the next ring sets."""
        return self._event


async def heard(ear: asyncio.Event, timeout_s: float | None) -> bool:
    """Wait for a ring for at most so many seconds; whether it came."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await ear.wait()
    return ear.is_set()
