"""Workers that are never lost: one that breaks is shown at once and started again soon."""

from __future__ import annotations

import asyncio
import traceback
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from runmon.errors import RunmonError
from runmon.watch.clock import Clock

FIRST_RESTART_S = 1.0
LONGEST_RESTART_S = 30.0
HEALTHY_S = 30.0
"""A worker that lived this long starts again without a longer pause."""


class Fault(msgspec.Struct, frozen=True):
    """A worker's unexpected end."""

    worker: str
    kind: str
    """The exception's class, or `killed`."""
    where: str
    """File and line, without any values."""
    sentence: str
    """What a person should read."""


class Supervisor:
    """Runs workers by name until closed."""

    def __init__(self, clock: Clock, broke: Callable[[Fault, float], None]) -> None:
        """`broke` hears of every fault and the monotonic second of the restart."""
        self._clock = clock
        self._broke = broke
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.faults: deque[Fault] = deque(maxlen=50)
        """What went wrong in our own code, newest last."""

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` from now on; a normal return ends it."""
        self._keepers[name] = asyncio.create_task(self._keep(name, work), name=f"keeper of {name}")

    def task(self, name: str) -> asyncio.Task[None]:
        """The task that does the work of a name now."""
        return self._tasks[name]

    async def close(self) -> None:
        """End every worker and wait for its end."""
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        pause = FIRST_RESTART_S
        while True:
            began = self._clock.monotonic()
            fault = await self._one_life(name, work)
            if fault is None:
                return
            pause = FIRST_RESTART_S if self._clock.monotonic() - began > HEALTHY_S else pause
            self.faults.append(fault)
            self._broke(fault, self._clock.monotonic() + pause)
            await self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_RESTART_S)

    async def _one_life(self, name: str, work: Callable[[], Awaitable[None]]) -> Fault | None:
        task = self._tasks[name] = asyncio.ensure_future(_run(work))
        task.set_name(name)
        try:
            await asyncio.wait({task})
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if task.cancelled():
            return Fault(name, "killed", "", f"The {name} worker was stopped.")
        error = task.exception()
        return None if error is None else _fault(name, error)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def _fault(name: str, error: BaseException) -> Fault:
    kind = type(error).__name__
    sentence = error.sentence if isinstance(error, RunmonError) else f"{kind} inside runmon."
    return Fault(name, kind, _place(error), sentence)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
