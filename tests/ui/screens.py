"""What screen tests share: a run folder, a scripted run, an application over either, and what it shows."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.settings import DEFAULTS, Settings
from runmon.ui.app import RunmonApp
from runmon.ui.screens.run import RunScreen
from runmon.watch.events import Pane
from runmon.watch.watch import Watch
from tests.loopback import Handler, Server
from tests.storages import age

DEADLINE_S = 60.0
"""For a machine with other things to do; what comes to be takes a moment."""


class Spied(Watch):
    """A watch that remembers what it was asked to count."""

    counted: Collection[Pane] = ()

    def show(self, panes: Collection[Pane]) -> None:
        self.counted = set(panes)
        super().show(panes)


class Shown:
    """A run screen in use."""

    def __init__(self, app: RunmonApp, pilot: Pilot[int], watch: Spied) -> None:
        self.app, self.pilot, self.watch = app, pilot, watch

    @property
    def lines(self) -> list[str]:
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something a person would see."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, self.text
            await self.pilot.pause(0.02)

    async def until_text(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.text for text in texts))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


async def left(app: RunmonApp, *keys: str) -> None:
    """Press keys that leave the application, and wait until it has ended.

    A pilot would wait for widgets that are gone by then.
    """
    for key in keys:
        app.simulate_key(key)
    deadline = time.monotonic() + DEADLINE_S
    while app.is_running:
        assert time.monotonic() < deadline, f"{keys} did not end the application"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def run_shown(
    url: str,
    run_id: str,
    token: str = "test-token",
    *,
    size: tuple[int, int] = (120, 40),
    settings: Settings = DEFAULTS,
    **options: Any,
) -> AsyncIterator[Shown]:
    """The run screen over a server."""
    made: list[Spied] = []

    def open_screen() -> RunScreen:
        api = Api(address(url), Token(token) if token else None)
        made.append(Spied(api, run_id))
        return RunScreen(made[0], api, **options)

    app = RunmonApp(open_screen, settings=settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Shown(app, pilot, made[0])


@asynccontextmanager
async def folder_shown(folder: Path, **options: Any) -> AsyncIterator[Shown]:
    """The run screen over a run folder, served by the local platform."""
    with LocalPlatform() as platform:
        run_id = await asyncio.to_thread(platform.open, folder)
        async with run_shown(platform.url, run_id, platform.token, **options) as shown:
            yield shown


def run_folder(root: Path) -> Path:
    """A folder with a log of 60 lines, 12 items, a record and two requests, an hour old."""
    items, records = root / "datasets" / "default", root / "key_value_stores" / "default"
    requests = root / "request_queues" / "default"
    for folder in (items, records, requests):
        folder.mkdir(parents=True)
    for number in range(1, 13):
        (items / f"{number:09}.json").write_text(json.dumps({"title": f"Kettle {number}", "price": number}))
    (records / "OUTPUT.json").write_text('{"answer": 42}')
    for number in (1, 2):
        request = {"id": f"r{number}", "url": f"https://shop.example/{number}", "uniqueKey": f"u{number}",
                   "method": "GET", "retryCount": 0, "orderNo": number}  # fmt: skip
        (requests / f"r{number}.json").write_text(json.dumps({**request, "json": json.dumps(request)}))
    stamps = (f"2026-11-23T18:16:{n:02}.000Z INFO  Crawler: page {n} read" for n in range(60))
    (root / "log.txt").write_text("\n".join(stamps) + "\n")
    return age(root, 3600)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Server]:
    """A server on loopback that answers as the handler says."""
    server = Server(handler)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()[:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        listening.close()
