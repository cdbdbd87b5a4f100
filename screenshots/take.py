"""`python -m screenshots.take [SCENE…]`: draw the pictures with the real application over recorded runs.

Each SVG is a golden that a test compares; scenes of the README are also drawn as PNG. The moment, the sizes
and the recordings are frozen, so the same program draws the same bytes.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import time
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
from runmon.ui.layout import WIDE
from runmon.ui.private_textual import screen_lines
from runmon.ui.runs_words import NO_TOKEN
from runmon.ui.screens.run import RunScreen
from runmon.ui.screens.runs import RunsPlace, RunsScreen
from runmon.ui.widgets.status_pane import StatusPane
from runmon.watch.clock import Clock
from runmon.watch.events import RunSeen
from runmon.watch.watch import Watch
from screenshots import keys
from screenshots.many_runs import NOW, many_runs
from screenshots.scenes import PAGES, SCENES, Scene

HERE = Path(__file__).parent
DEADLINE_S = 60.0
STILL_S = 0.4
"""A screen that has not changed for so long stands still."""
PASSING = ("settling", "catching up", "connecting", "reconnecting", "Reading", "Asking", "stale")
"""Words that stand on the screen for a moment only."""
FONT = "Fira Code"


class Frozen(Clock):
    """The time of day stands still; pauses pass as ever."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def wall(self) -> datetime:
        return self._moment


class SteadyMeter(Meter):
    """Our own requests, at a rate that no machine's speed changes."""

    def per_second(self) -> float:
        return 0.4


def seen(recording: str) -> list[RunSeen]:
    """The run as it was seen, second by second."""
    lines = (HERE / "recorded" / recording / "seen.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    return [
        RunSeen(read(json.dumps(each["run"]).encode(), Run), datetime.fromisoformat(each["at"]), False)
        for each in pairs
    ]


async def draw(scene: Scene) -> str:
    """The scene as SVG."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    if scene.recording in {"runs", "nothing"}:
        return await draw_runs(scene)
    history = seen(scene.recording)
    with TemporaryDirectory() as scratch, LocalPlatform() as platform:
        folder = Path(scratch) / "run"
        shutil.copytree(HERE / "recorded" / scene.recording, folder)
        held = hold(open_folder(folder)) if not history[-1].run.view.phase.final else None
        run_id = platform.open(folder)
        clock = Frozen(history[-1].at)

        def open_screen() -> RunScreen:
            api = Api(address(platform.url), Token(platform.token))
            api._transport.meter = SteadyMeter()
            return RunScreen(Watch(api, run_id, clock=clock), api, title="demo shop")

        app = RunmonApp(open_screen, theme=scene.theme, clock=clock)
        async with app.run_test(size=scene.size) as pilot:
            for each in history:
                app.screen.query_one(StatusPane).run_seen(each)
            await still(pilot, (f"/{PAGES.get(scene.recording, '')}",) if scene.size[0] >= WIDE else ())
            await pilot.press(*scene.keys)
            await still(pilot, scene.wanted)
            picture = app.export_screenshot(title="runmon", simplify=True)
        if held is not None:
            os.close(held)
    return steady(picture.replace(platform.url.rpartition(":")[2], "PORT"))


async def draw_runs(scene: Scene) -> str:
    """The list of many runs as SVG."""
    with TemporaryDirectory() as scratch, many_runs(Path(scratch)) as platform:

        async def connect() -> Api | None:
            return Api(address(platform.url), Token(platform.token)) if scene.recording == "runs" else None

        def open_screen() -> RunsScreen:
            place = RunsPlace("apify", connect, absent=NO_TOKEN)
            return RunsScreen([place], open_run=open_run, title="ann  api.apify.com")

        def open_run(run: ListedRun, api: Api) -> RunScreen:
            return RunScreen(Watch(api, run.id), api, title=run.actor)

        app = RunmonApp(open_screen, theme=scene.theme, clock=Frozen(NOW))
        async with app.run_test(size=scene.size) as pilot:
            await still(pilot, () if scene.keys else scene.wanted)
            await pilot.press(*scene.keys)
            await still(pilot, scene.wanted)
            return steady(app.export_screenshot(title="runmon", simplify=True))


def steady(picture: str) -> str:
    """The picture without the name that Textual makes of all it shows, which a port would change."""
    return re.sub(r"terminal-\d+", "terminal-0", picture)


async def still(pilot: Pilot[int], wanted: tuple[str, ...]) -> None:
    """Wait until the screen shows what is wanted and has stopped to change."""
    deadline, shown, since = time.monotonic() + DEADLINE_S, "", time.monotonic()
    while time.monotonic() < deadline:
        await pilot.pause(0.05)
        now = "\n".join(screen_lines(pilot.app))
        if now != shown:
            shown, since = now, time.monotonic()
        elif time.monotonic() - since > STILL_S and ready(now, wanted):
            return
    raise TimeoutError(f"never saw {wanted}:\n{shown}")


def ready(shown: str, wanted: tuple[str, ...]) -> bool:
    """Whether all that is wanted is there and nothing that will pass."""
    return all(word in shown for word in wanted) and not any(word in shown for word in PASSING)


def take(name: str) -> None:
    """Draw one scene to its files."""
    svg = asyncio.run(draw(SCENES[name]))
    (HERE / f"{name}.svg").write_text(svg, "utf-8")
    if SCENES[name].readme:
        (HERE / f"{name}.png").write_bytes(png(svg))


def png(svg: str) -> bytes:
    """The picture as PNG, twice its size, in fonts of this machine."""
    import resvg_py

    local = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return bytes(resvg_py.svg_to_bytes(svg_string=local, zoom=2, font_family=FONT, monospace_family=FONT))


def main(names: list[str]) -> int:
    unknown = set(names) - SCENES.keys()
    if unknown:
        print(f"no such scene: {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}", file=sys.stderr)
        return 5
    for name in names or SCENES:
        take(name)
        print(f"drew {name}")
    keys.write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
