"""The charts of a run are there after its end and on the next visit, or rebuilt where nobody watched."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.model.course import Moment
from runmon.ui.widgets.chart_wall import ChartWall
from runmon.ui.widgets.time_chart import TimeChart
from runmon.watch.history import History
from tests.loopback import Seen, data
from tests.ui.screens import Shown, folder_shown, run_shown, serving

RUN_ID = "HG7ML7M8z78YcAPEB"
SAMPLES = Path(__file__).parents[1] / "data" / "samples"
ENDED: dict[str, object] = {
    "id": RUN_ID,
    "status": "SUCCEEDED",
    "startedAt": "2026-11-24T10:00:00.000Z",
    "finishedAt": "2026-11-24T10:10:00.000Z",
    "stats": {"memMaxBytes": 900 * 2**20},
    "options": {"memoryMbytes": 1024},
}
BEGAN = 1795514400.0


def charts(shown: Shown) -> set[str]:
    """The measures that are drawn large."""
    wall = shown.app.screen.query_one(ChartWall)
    return {chart.kind.measure for chart in wall.query(TimeChart) if chart.display}


async def test_a_visit_leaves_its_measurements_for_the_next_which_draws_them_after_the_end(
    tmp_path: Path,
) -> None:
    running = ENDED | {"status": "RUNNING", "finishedAt": None, "stats": {"memCurrentBytes": 400 * 2**20}}
    answer: list[object] = [running]
    async with serving(lambda seen: data(answer[0]) if seen.path.endswith(RUN_ID) else None) as server:
        async with run_shown(server.url, RUN_ID, history=History(tmp_path, RUN_ID)) as shown:
            await shown.until_text("400 MB of 1 GB")
        answer[0] = ENDED
        async with run_shown(server.url, RUN_ID, history=History(tmp_path, RUN_ID)) as shown:
            await shown.until_text("✔ SUCCEEDED", "max 900 MB of 1 GB", "█")


async def test_a_zoomed_status_shows_every_chart_that_was_measured_and_zoom_ends_it(tmp_path: Path) -> None:
    history = History(tmp_path, RUN_ID)
    history.add(
        [Moment(BEGAN + n * 4, memory=2e8, cpu=50.0, items=n, done=n, failed=0, sent=n) for n in range(99)]
    )
    async with (
        serving(lambda seen: data(ENDED) if seen.path.endswith(RUN_ID) else None) as server,
        run_shown(server.url, RUN_ID, history=history, size=(200, 55)) as shown,
    ):
        await shown.until_text("✔ SUCCEEDED")
        await shown.press("1", "f")
        await shown.until_text("15.0/min", "failed")
        assert charts(shown) == {"memory", "cpu", "items", "done", "failed", "sent"}
        await shown.press("f")
        await shown.until(lambda: not shown.app.screen.query_one(ChartWall).display or "Log" in shown.text)


async def test_a_run_that_nobody_watched_gets_its_charts_from_the_log_and_says_so(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "crawlee-python" / "storage", tmp_path / "run")
    shutil.copy(SAMPLES / "crawlee-python" / "log.txt", tmp_path / "run" / "log.txt")
    async with folder_shown(tmp_path / "run", size=(120, 40)) as shown:
        await shown.press("1", "f")
        await shown.until_text("from the log", "requests", "at once", "errors in the log")
        assert {"done", "failed", "errors", "concurrency", "cpu_overload"} <= charts(shown)
        assert "errors in the log  from" not in shown.text, "what is of the log need not say so twice"


async def test_errors_that_no_crawler_counts_are_drawn_by_the_minute_as_they_come_and_explained_in_help(
    tmp_path: Path,
) -> None:
    script = "echo begins; while :; do sleep 0.4; echo 'ERROR it broke'; done"
    with LocalPlatform() as platform:
        run_id = platform.start(RunSpec(("sh", "-c", script), tmp_path / "run"))
        async with run_shown(platform.url, run_id, platform.token, size=(160, 60)) as shown:
            await shown.until(lambda: re.search(r"errors +[ ▁-█]+ +\d\d+(\.\d)?/min", shown.text))
            await shown.press("1", "question_mark")
            await shown.until_text("Entries of level ERROR in the log")


async def test_what_the_server_tells_beyond_what_is_known_is_shown() -> None:
    odd = ENDED | {"status": "FROZEN", "gpuSeconds": 12.5, "stats": {"gpu": {"a": 1}}, "exitCode": "none"}

    def answer(seen: Seen) -> bytes | None:
        return data(json.loads(json.dumps(odd))) if seen.path.endswith(RUN_ID) else None

    async with serving(answer) as server, run_shown(server.url, RUN_ID, size=(160, 60)) as shown:
        await shown.until_text(
            "? FROZEN", "not known to this", "gpuSeconds 12.5", "stats.gpu {1}", "exitCode"
        )
