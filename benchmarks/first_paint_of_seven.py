"""Promise: the first useful screen takes ≤ 1.4 × the CPU of a bare Textual application with seven widgets.

What stands in the way of it is told in `first_paint`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.first_paint import storage
from benchmarks.measure import report, side_by_side, until_shown

SEVEN = """
from textual.app import App
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, Header, Log, ProgressBar, Static, Tree
class Seven(App):
    def compose(self):
        yield Header()
        with Horizontal():
            with Vertical():
                yield Static("hello there")
                yield ProgressBar(total=100)
                yield Tree("run")
            with Vertical():
                yield Log()
                yield DataTable()
        yield Footer()
    def on_mount(self):
        self.query_one(Log).write_lines(f"page {n} read" for n in range(2000))
        table = self.query_one(DataTable)
        table.add_columns("url", "title")
        table.add_rows([(f"https://shop.example/{n}", f"Kettle {n}") for n in range(100)])
Seven().run()
"""


def main() -> bool:
    with TemporaryDirectory() as folder:
        path = str(storage(Path(folder)))
        ours, seven = [sys.executable, "-m", "runmon", "open", path], [sys.executable, "-c", SEVEN]
        opened, bare = side_by_side(
            lambda: until_shown(ours, "the last line"), lambda: until_shown(seven, "Kettle 20")
        )
    ratio = opened.cpu_s / bare.cpu_s
    return report(
        "first useful paint ≤ 1.4 × bare Textual with seven widgets",
        f"{opened} / {bare} = {ratio:.2f} CPU, {opened.wall_s / bare.wall_s:.2f} wall",
        kept=ratio <= 1.4,
    )
