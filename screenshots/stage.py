"""The real application over a recorded run, at a moment that stands still."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.api.meter import Meter
from runmon.local.app import LocalPlatform
from runmon.local.folder import open_folder
from runmon.local.holding import hold
from runmon.model.document import read
from runmon.model.run import Run
from runmon.model.run_list import ListedRun
from runmon.ui.app import RunmonApp
from runmon.ui.runs_words import NO_TOKEN
from runmon.ui.screens.run import RunScreen
from runmon.ui.screens.runs import RunsScreen
from runmon.ui.screens.runs_followed import RunsPlace
from runmon.ui.widgets.status_pane import StatusPane
from runmon.watch.clock import Clock
from runmon.watch.events import RunSeen
from runmon.watch.pace import LONGEST_PAUSE_S, Link
from runmon.watch.watch import Watch
from screenshots.many_runs import NOW, many_runs
from screenshots.scenes import PAGES

RECORDED = Path(__file__).parent / "recorded"


class Frozen(Clock):
    """The time of day stands still; pauses pass as ever, until `freeze`."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._at: float | None = None
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def wall(self) -> datetime:
        return self._moment

    def monotonic(self) -> float:
        return time.monotonic() if self._at is None else self._at

    def freeze(self) -> None:
        """From now on no pause passes but by `advance`."""
        self._at = time.monotonic()

    def advance(self, seconds: float) -> None:
        """Let time pass that is frozen."""
        assert self._at is not None
        self._at += seconds
        for moment, woken in self._sleepers:
            if moment <= self._at and not woken.done():
                woken.set_result(None)

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self.monotonic() + seconds, woken)
        self._sleepers.append(sleeper)
        try:
            if self._at is None:
                await asyncio.wait({woken}, timeout=seconds)
            if self._at is not None:
                await woken
        finally:
            self._sleepers.remove(sleeper)


class SteadyMeter(Meter):
    """Our own requests, at a rate that no machine's speed changes."""

    def per_second(self) -> float:
        return 0.4


@dataclass
class Stage:
    """The application on show."""

    pilot: Pilot[int]
    platform: LocalPlatform
    counted: tuple[str, ...] = ()
    """What a wide header shows once the queue has been counted."""
    lose_link: Callable[[], Awaitable[None]] | None = None
    """End the server, and let time pass until every pane waits as long as it ever does."""


def seen(recording: str) -> list[RunSeen]:
    """The run as it was seen, second by second."""
    lines = (RECORDED / recording / "seen.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    return [
        RunSeen(read(json.dumps(each["run"]).encode(), Run), datetime.fromisoformat(each["at"]), False)
        for each in pairs
    ]


def stage(
    recording: str, *, size: tuple[int, int], theme: str = "runmon-dark", access: str | None = None
) -> AbstractAsyncContextManager[Stage]:
    """The screen of a recorded run, or of a list of runs where it is `runs` or `nothing`.

    With `access`, the run's access level, the application has no token.
    """
    os.environ["TZ"] = "UTC"
    time.tzset()
    if recording in {"runs", "nothing"}:
        return _runs(size, theme, connected=recording == "runs")
    return _run(recording, size, theme, access)


@asynccontextmanager
async def _run(recording: str, size: tuple[int, int], theme: str, access: str | None) -> AsyncIterator[Stage]:
    history = seen(recording)
    clock = Frozen(history[-1].at)
    link = Link(clock, chance=lambda: 1.0)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory())) / "run"
        shutil.copytree(RECORDED / recording, folder)
        (folder / "log.txt").touch()
        if access is not None:
            allow(folder / "run.json", access)
        if not history[-1].run.view.phase.final:
            held = hold(open_folder(folder))
            assert held is not None
            stack.callback(os.close, held)
        served = stack.enter_context(ExitStack())
        platform = served.enter_context(LocalPlatform(anonymous_reads=True))
        run_id = platform.open(folder)

        def open_screen() -> RunScreen:
            api = Api(address(platform.url), Token(platform.token) if access is None else None)
            api._transport.meter = SteadyMeter()
            return RunScreen(Watch(api, run_id, clock=clock, link=link), api, title="demo shop")

        async def lose_link() -> None:
            clock.freeze()
            await asyncio.to_thread(served.close)
            while link.retry_at is None or link.retry_at - clock.monotonic() < LONGEST_PAUSE_S:
                clock.advance(LONGEST_PAUSE_S)
                await asyncio.sleep(0.1)

        app = RunmonApp(open_screen, theme=theme, clock=clock)
        async with app.run_test(size=size) as pilot:
            if access != "RESTRICTED":
                for each in history:
                    app.screen.query_one(StatusPane).run_seen(each)
            pages = PAGES.get(recording)
            yield Stage(pilot, platform, (f"/{pages}",) if pages and access is None else (), lose_link)


def allow(file: Path, access: str) -> None:
    """Give a run an access level, and what is there to be hidden."""
    run = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**run, "generalAccess": access}), "utf-8")


@asynccontextmanager
async def _runs(size: tuple[int, int], theme: str, *, connected: bool) -> AsyncIterator[Stage]:
    with TemporaryDirectory() as scratch, many_runs(Path(scratch)) as platform:

        async def connect() -> Api | None:
            return Api(address(platform.url), Token(platform.token)) if connected else None

        def open_screen() -> RunsScreen:
            place = RunsPlace("apify", connect, absent=NO_TOKEN)
            return RunsScreen([place], open_run=open_run, title="ann  api.apify.com")

        def open_run(run: ListedRun, api: Api) -> RunScreen:
            own = api.again()
            return RunScreen(Watch(own, run.id), own, title=run.actor)

        app = RunmonApp(open_screen, theme=theme, clock=Frozen(NOW))
        async with app.run_test(size=size) as pilot:
            yield Stage(pilot, platform)
