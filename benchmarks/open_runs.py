"""Opening run screens again and again leaves memory flat: a hundred more cost no more than twenty."""

from __future__ import annotations

import asyncio
import gc
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from textual.pilot import Pilot
from textual.screen import Screen

from benchmarks.measure import report
from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.settings import DEFAULTS
from runmon.ui.app import RunmonApp
from runmon.ui.private_textual import screen_lines
from runmon.ui.screens.run import RunScreen
from runmon.ui.showing import screen_of
from tests.fleet import fleet

RUN_ID = "traceRun000000000"
WARM, TIMES = 20, 100
MOST_RATIO = 1.1
DEADLINE_S = 30.0


def opened(platform: LocalPlatform) -> RunScreen:
    """The screen of a run over a connection of its own."""
    return screen_of(Api(address(platform.url), Token(platform.token)), RUN_ID, DEFAULTS)


async def visit(app: RunmonApp, pilot: Pilot[int], platform: LocalPlatform) -> None:
    """Open a run, see its log, close it."""
    await app.open_run(RUN_ID, partial(opened, platform))
    deadline = time.monotonic() + DEADLINE_S
    while not any("no price on page" in line for line in screen_lines(app)):
        if time.monotonic() > deadline:
            raise TimeoutError("the log did not come")
        await pilot.pause(0.01)
    await app.close_run(RUN_ID)


async def memory() -> tuple[int, int]:
    """Bytes held after the first visits, and after many more."""
    process = psutil.Process()
    with TemporaryDirectory() as scratch, fleet(Path(scratch), alive=0) as platform:
        app = RunmonApp(Screen)
        async with app.run_test(size=(120, 40)) as pilot:
            held = []
            for times in (WARM, TIMES):
                for _ in range(times):
                    await visit(app, pilot, platform)
                gc.collect()
                held.append(process.memory_info().rss)
    return held[0], held[1]


def main() -> bool:
    before, after = asyncio.run(memory())
    ratio = after / before
    return report(
        f"memory after {TIMES} more run screens",
        f"{after / 2**20:.0f} MiB, {ratio:.2f} x that after {WARM}",
        kept=ratio <= MOST_RATIO,
    )
