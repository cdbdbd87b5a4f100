"""A status that was written for one width is written anew for another."""

from __future__ import annotations

from pathlib import Path

import pytest

from runmon.model.course import Moment
from runmon.watch.history import History
from tests.loopback import data
from tests.ui.screens import Shown, run_shown, serving
from tests.ui.test_charts_of_a_run import BEGAN, ENDED, RUN_ID

SMALL, WIDE = (80, 24), (120, 40)
TOLD = ENDED | {
    "statusMessage": "Finished! Total 37 requests: 37 succeeded, 0 failed. 37/37",
    "stats": {"memMaxBytes": 46.6 * 2**20, "memAvgBytes": 41.5 * 2**20, "cpuMaxUsage": 95, "cpuAvgUsage": 12},
    "options": {"memoryMbytes": 128, "timeoutSecs": 600},
}


def status(shown: Shown) -> list[str]:
    """The rows of the status pane."""
    pane = shown.app.screen.query_one("#status").region
    rows = shown.lines[pane.y : pane.bottom]
    return [row[pane.x : pane.right].rstrip() for row in rows]


async def settled(shown: Shown) -> list[str]:
    """What the pane shows when it has stopped changing."""
    before: list[str] = []
    while before != (before := status(shown)):
        await shown.pilot.pause(0.3)
    return before


@pytest.mark.parametrize(("first", "then"), [(SMALL, WIDE), ((60, 20), SMALL), (WIDE, (60, 20))])
async def test_a_finished_status_looks_after_a_resize_as_if_it_had_always_been_that_wide(
    tmp_path: Path, first: tuple[int, int], then: tuple[int, int]
) -> None:
    history = History(tmp_path, RUN_ID)
    history.add([Moment(BEGAN + n * 4, memory=4e7, cpu=50.0, done=n, failed=n // 9) for n in range(37)])
    looks: list[list[str]] = []
    async with serving(lambda seen: data(TOLD) if seen.path.endswith(RUN_ID) else None) as server:
        for size in (then, first):
            async with run_shown(server.url, RUN_ID, history=history, size=size) as shown:
                await shown.press("1")
                await shown.until_text("✔ SUCCEEDED", "37/37", "█")
                if size != then:
                    await shown.pilot.resize_terminal(*then)
                looks.append(await settled(shown))
    assert looks[0] == looks[1] and any("37/37" in row and row.rstrip("│ ").endswith("%") for row in looks[0])
