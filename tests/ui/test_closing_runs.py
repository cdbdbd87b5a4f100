"""What a closed run leaves behind: no task, no socket, no thread, no memory."""

from __future__ import annotations

import asyncio
import gc
import threading
from functools import partial
from pathlib import Path

import psutil
from textual.screen import Screen

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.settings import DEFAULTS
from runmon.ui.app import RunmonApp
from runmon.ui.open_runs import MOST
from runmon.ui.screens.run import RunScreen
from runmon.ui.showing import screen_of
from tests.fleet import fleet
from tests.ui.screens import Shown

WARM, MANY = 2, 6
"""Visits before which caches fill, and visits over which nothing may grow."""


def connections(platform: LocalPlatform) -> int:
    """Sockets of this process towards the platform."""
    here = psutil.Process().net_connections("tcp")
    return sum(tuple(each.raddr)[1:] == (platform.port,) for each in here)


async def objects(shown: Shown) -> int:
    """Objects that Python keeps, once at most the run closed last is among them."""

    def kept() -> int:
        gc.collect()
        return sum(isinstance(each, RunScreen) for each in gc.get_objects())

    await shown.until(lambda: kept() <= 1)
    return len(gc.get_objects())


def threads() -> set[str]:
    """Threads by their names, without the loop's own pool, which is there for everybody."""
    return {each.name for each in threading.enumerate() if not each.name.startswith("asyncio_")}


def names(tasks: set[asyncio.Task[object]]) -> list[str]:
    return sorted(task.get_name() for task in tasks)


def opened(platform: LocalPlatform, run_id: str) -> RunScreen:
    return screen_of(Api(address(platform.url), Token(platform.token)), run_id, DEFAULTS)


async def visit(shown: Shown, platform: LocalPlatform, run_id: str) -> None:
    """Open a run, see its log, close it."""
    await shown.app.open_run(run_id, partial(opened, platform, run_id))
    await shown.until(lambda: isinstance(shown.app.screen, RunScreen) and "no price on page" in shown.text)
    await shown.app.close_run(run_id)


async def test_a_closed_run_leaves_no_task_no_socket_and_no_thread_behind(tmp_path: Path) -> None:
    with fleet(tmp_path, alive=0) as platform:
        app = RunmonApp(Screen)
        async with app.run_test(size=(120, 40)) as pilot:
            shown = Shown(app, pilot, None)  # type: ignore[arg-type]
            await visit(shown, platform, "traceRun000000000")
            await shown.until(lambda: not connections(platform))
            tasks, before = asyncio.all_tasks(), threads()

            await visit(shown, platform, "traceRun000000000")

            await shown.until(lambda: not connections(platform))
            await shown.until(lambda: not names(asyncio.all_tasks() - tasks))
            await shown.until(lambda: threads() <= before)
            assert app.open_runs == [] and list(app._screen_stacks) == ["list"]


async def test_opening_runs_again_and_again_keeps_memory_flat(tmp_path: Path) -> None:
    with fleet(tmp_path, alive=0) as platform:
        app = RunmonApp(Screen)
        async with app.run_test(size=(120, 40)) as pilot:
            shown = Shown(app, pilot, None)  # type: ignore[arg-type]
            for _ in range(WARM):
                await visit(shown, platform, "traceRun000000000")
            before = await objects(shown)

            for _ in range(MANY):
                await visit(shown, platform, "traceRun000000000")

            assert await objects(shown) - before < 900 * MANY


async def test_one_run_too_many_closes_the_one_looked_at_longest_ago(tmp_path: Path) -> None:
    with fleet(tmp_path, alive=MOST + 1) as platform:
        app = RunmonApp(Screen)
        async with app.run_test(size=(80, 24)):
            ids = [f"aliveRun{number:09}" for number in range(MOST + 1)]
            for run_id in ids:
                await app.open_run(run_id, partial(opened, platform, run_id))
            assert app.open_runs == ids[1:] and app.run_shown == ids[-1]
