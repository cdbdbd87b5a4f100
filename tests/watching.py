"""A run screen over a storage folder, served by the local platform: the whole road, as a person uses it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.model.storages import ItemsPage, Place, Record
from runmon.ui.app import RunmonApp
from runmon.ui.screens.run import RunScreen
from runmon.ui.widgets.items_pane import ItemsPane
from runmon.ui.widgets.queue_pane import QueuePane
from runmon.ui.widgets.records_pane import RecordsPane
from runmon.watch.watch import Watch

DEADLINE_S = 60.0


class CountingApi(Api):
    """Counts readings of items and records."""

    readings = 0

    def without_retries(self) -> Api:
        return self

    async def items(self, place: Place, **query: Any) -> ItemsPage:
        self.readings += 1
        return await super().items(place, **query)

    async def record(self, place: Place, key: str, *, max_bytes: int, signature: str | None = None) -> Record:
        self.readings += 1
        return await super().record(place, key, max_bytes=max_bytes, signature=signature)


@dataclass
class Watching:
    """What a test presses and reads."""

    pilot: Pilot[int]
    platform: LocalPlatform
    api: CountingApi

    @property
    def screen(self) -> Screen[object]:
        return self.pilot.app.screen

    @property
    def home(self) -> RunScreen:
        """The run screen, whatever lies above it."""
        return next(screen for screen in self.pilot.app.screen_stack if isinstance(screen, RunScreen))

    @property
    def items(self) -> ItemsPane:
        return self.home.query_one(ItemsPane)

    @property
    def records(self) -> RecordsPane:
        return self.home.query_one(RecordsPane)

    @property
    def queue(self) -> QueuePane:
        return self.home.query_one(QueuePane)

    def text(self) -> str:
        """Everything on the screen."""
        strips = self.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def until(self, seen: Callable[[], object]) -> None:
        """Wait for something to be so."""
        deadline = time.monotonic() + DEADLINE_S
        while not seen():
            assert time.monotonic() < deadline, f"never came to be; the screen shows:\n{self.text()}"
            await self.pilot.pause(0.01)

    async def sees(self, *words: str) -> str:
        """Wait for words on the screen, and give the screen."""
        await self.until(lambda: all(word in self.text() for word in words))
        return self.text()


@asynccontextmanager
async def watching(folder: Path, *, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Watching]:
    with LocalPlatform() as platform:
        run_id = platform.open(folder)
        async with CountingApi(address(platform.url), Token(platform.token)) as api:
            app = RunmonApp(lambda: RunScreen(Watch(api, run_id), api))
            async with app.run_test(size=size, notifications=True) as pilot:
                yield Watching(pilot, platform, api)
