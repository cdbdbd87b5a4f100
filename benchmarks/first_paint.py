"""Promise: `runmon open` paints its first useful screen in ≤ 1.5 × the CPU of a bare Textual application.

Not kept: 2.1 to 2.2 ×, in terms of the bare start (0.2 s). The packages that every run is asked and answered
with add 0.13 (the first figure; a folder needs no httpx and no event loop of anyio's), our own 240 modules
0.35, widgets, styles and layouts of five panes 0.35, their one painting 0.1, and the first answers of the
local platform, in a thread of the same interpreter, 0.1. Panes that are built after the first painting would
save 0.15 of these; a screen with all of them does not come below 1.9.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Cost, in_turn, report, until_shown

RUNS = 9
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("hello there")
Bare().run()
"""
READY = "import click, msgspec, starlette.applications\n" + BARE
"""A bare application with the packages that a folder is read through, whatever is made of it."""


def storage(folder: Path) -> Path:
    """A small run folder: a log, items, a record, so that the first screen has something to show."""
    items = folder / "datasets" / "default"
    items.mkdir(parents=True)
    for number in range(1, 101):
        (items / f"{number:09}.json").write_text(
            f'{{"url": "https://shop.example/{number}", "title": "Kettle {number}"}}'
        )
    lines = (f"2026-11-23T18:16:{n % 60:02}.000Z [32mINFO[39m  page {n} read" for n in range(2000))
    (folder / "log.txt").write_text("\n".join(lines) + "\nthe last line\n")
    return folder


def main() -> bool:
    with TemporaryDirectory() as folder:
        path = str(storage(Path(folder)))
        ours = [sys.executable, "-m", "runmon", "open", path]
        found = in_turn(
            {
                "open": lambda: until_shown(ours, "the last line"),
                "bare": lambda: until_shown([sys.executable, "-c", BARE], "hello there"),
                "ready": lambda: until_shown([sys.executable, "-c", READY], "hello there"),
            },
            runs=RUNS,
        )
    opened, bare, ready = found["open"], found["bare"], found["ready"]
    ratio = opened.cpu_s / bare.cpu_s
    only = ready.cpu_s / bare.cpu_s
    print(f"        bare Textual that only imports click, msgspec and starlette: {only:.2f}")
    return report(
        "first useful paint of `runmon open` ≤ 1.5 × bare Textual",
        f"{told(opened)} / {told(bare)} = {ratio:.2f} CPU, {opened.wall_s / bare.wall_s:.2f} wall",
        kept=ratio <= 1.5,
    )


def told(cost: Cost) -> str:
    """Seconds of CPU, and of a clock on the wall."""
    return f"{cost.cpu_s:.3f} s CPU, {cost.wall_s:.3f} s wall"
