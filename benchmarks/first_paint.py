"""Promise: `runmon open` paints its first useful screen in ≤ 1.5 × the CPU of a bare Textual application."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Cost, report, side_by_side, until_shown

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("hello there")
Bare().run()
"""


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
        bare = [sys.executable, "-c", BARE]
        opened, hello = side_by_side(
            lambda: until_shown(ours, "the last line"), lambda: until_shown(bare, "hello there")
        )
    ratio = opened.cpu_s / hello.cpu_s
    return report(
        "first useful paint of `runmon open` ≤ 1.5 × bare Textual",
        f"{told(opened)} / {told(hello)} = {ratio:.2f} CPU, {opened.wall_s / hello.wall_s:.2f} wall",
        kept=ratio <= 1.5,
    )


def told(cost: Cost) -> str:
    """Seconds of CPU, and of a clock on the wall."""
    return f"{cost.cpu_s:.3f} s CPU, {cost.wall_s:.3f} s wall"
