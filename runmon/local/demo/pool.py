"""How many pages the demo Actor fetches at a time, and how fast: a small autoscaled pool."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from dataclasses import dataclass


@dataclass(slots=True)
class Load:
    """What the pool measured last: CPU and memory as parts of 1, the event loop's lag in seconds."""

    cpu: float = 0.0
    memory: float = 0.0
    lag: float = 0.0


class Pool:
    """Concurrency that grows while every slot is used and the event loop keeps up."""

    def __init__(self, *, start: int, most: int, per_minute: float) -> None:
        self.desired = start
        self.most = most
        self.gap = 60 / per_minute
        self.load = Load()
        self.next_start = time.monotonic()

    async def pace(self) -> None:
        """Wait for the moment at which the next request may start."""
        now = time.monotonic()
        self.next_start = max(self.next_start + self.gap, now - 4 * self.gap)
        await asyncio.sleep(max(0.0, self.next_start - now))

    async def scale(self, active: set[asyncio.Task[None]]) -> None:
        """Forever: once a second, measure and adapt."""
        while True:
            before, cpu = time.monotonic(), time.process_time()
            await asyncio.sleep(1)
            passed = time.monotonic() - before
            self.load = Load((time.process_time() - cpu) / passed, memory_part(), max(0.0, passed - 1))
            if self.load.lag > 0.25:
                self.desired = max(1, self.desired - 1)
            elif len(active) >= self.desired * 0.8:
                self.desired = min(self.most, self.desired + 1)

    def state(self, current: int) -> str:
        """The line Crawlee for Python logs about its pool."""
        load = self.load
        return (
            f"current_concurrency = {current}; desired_concurrency = {self.desired}; "
            f"cpu = {load.cpu:.3f}; mem = {load.memory:.3f}; event_loop = {load.lag:.3f}; client_info = 0.0"
        )


def memory_part() -> float:
    """This process's largest size so far as a part of the memory it was given."""
    unit = 1 if sys.platform == "darwin" else 1024
    allowed = int(os.environ.get("ACTOR_MEMORY_MBYTES", "1024")) * 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / allowed
