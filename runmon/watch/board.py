"""Where everything a watch learns is put up: events for one reader, folded, and the state of each pane."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import datetime

from runmon.watch.clock import Clock
from runmon.watch.events import Condition, Event, Pane, PaneChanged, PaneState

SURE = {Condition.LIVE, Condition.COMPLETE, Condition.SETTLING}
"""Conditions that claim the data on show to be right now."""


class Board:
    """Events wait here until they are read; a newer one of the same kind takes the place of the older."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.states: dict[Pane, PaneState] = {pane: PaneState() for pane in Pane}
        self._right_at: dict[Pane, tuple[float, datetime]] = {}
        self._due: dict[Pane, float] = {}
        self._waiting: OrderedDict[object, Event] = OrderedDict()
        self._ready = asyncio.Event()
        self._closed = False

    def tell(self, event: Event) -> None:
        """Put an event up."""
        key: object = event.pane if isinstance(event, PaneChanged) else type(event)
        self._waiting[key] = event
        self._ready.set()

    async def events(self) -> AsyncIterator[Event]:
        """Every event, folded, until the board is closed."""
        while not self._closed:
            await self._ready.wait()
            while self._waiting:
                yield self._waiting.popitem(last=False)[1]
            if not self._closed:
                self._ready.clear()

    def close(self) -> None:
        """End `events` once what waits has been read."""
        self._closed = True
        self._ready.set()

    def right(self, pane: Pane, *, for_s: float) -> None:
        """What the pane shows was right a moment ago; unless renewed it is stale after `for_s` seconds."""
        now = self.clock.monotonic()
        self._right_at[pane] = (now, self.clock.wall())
        self._due[pane] = now + for_s

    def put(
        self, pane: Pane, condition: Condition, detail: str = "", *, retry_at: float | None = None
    ) -> None:
        """Set a pane's condition; nothing is told where nothing changed."""
        old = self.states[pane]
        if (condition, detail, retry_at) == (
            old.condition,
            old.detail,
            old.retry_at,
        ) and old.since is not None:
            return
        new = PaneState(condition, self._since(pane, condition), retry_at, detail)
        self.states[pane] = new
        self.tell(PaneChanged(pane, new))

    def _since(self, pane: Pane, condition: Condition) -> datetime:
        if condition in SURE or pane not in self._right_at:
            return self.clock.wall()
        return self._right_at[pane][1]

    def overdue(self, pane: Pane) -> float:
        """Seconds since a pane's data should have been renewed; 0 where nothing is overdue."""
        now = self.clock.monotonic()
        return max(0.0, now - self._due.get(pane, now))

    def look_for_stale(self) -> None:
        """Mark every pane whose data is older than promised."""
        for pane, state in self.states.items():
            if state.condition in SURE and self.overdue(pane) > 0:
                self.put(pane, Condition.STALE, "There was no answer for longer than usual.")

    def forget(self, pane: Pane) -> None:
        """Nothing is promised about a pane any more (it is not on show)."""
        self._due.pop(pane, None)
