"""Promises: a table of 10,000 rows is on the screen at once and costs a fraction of Textual's own to move in.

Beside Textual's `DataTable`, and `textual-fastdatatable` where RUNMON_BENCH_FASTDATATABLE names a Python that
has it. Each runs in a process of its own: rows in hand → first frame, then steps and pages, each painted.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.measure import report

ROWS, COLUMNS, ROUNDS = 10_000, 12, 3
COMMON = """
import asyncio, json, resource, statistics, sys, time
ROWS, COLUMNS = int(sys.argv[1]), int(sys.argv[2])
def cell(r, c):
    return (f"https://shop.example/{r}", f"Kettle {r}", r * 1.5, r % 7 == 0, None)[c % 5]
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
async def painted(pilot, table):
    await pilot.pause()
    return table.render_lines(table.size.region)
async def frames(pilot, table, move, count):
    times = []
    for _ in range(count):
        before = cpu()
        move()
        table.render_lines(table.size.region)
        times.append(cpu() - before)
    return 1000 * sum(times) / count, 1000 * sorted(times)[int(count * .99) - 1]
def tell(load, step, page):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"load": load, "step": step[0], "page": page[0], "worst": step[1], "peak": peak}))
"""
OURS = """
import msgspec
from textual.screen import Screen
from runmon.model.storages import ItemsPage
from runmon.ui.app import RunmonApp
from runmon.ui.widgets.item_rows import ItemRows
from runmon.ui.widgets.table import Table
from runmon.model.pages import Span
body = json.dumps([{f"column{c}": cell(r, c) for c in range(COLUMNS)} for r in range(ROWS)]).encode()
raws = msgspec.json.decode(body, type=list[msgspec.Raw])
class Shown(Screen):
    def compose(self):
        yield Table()
async def main():
    app = RunmonApp(Shown)
    async with app.run_test(size=(120, 40)) as pilot:
        table = app.screen.query_one(Table)
        await pilot.pause()
        before = cpu()
        rows = ItemRows(lambda first, last: None)
        rows.pages.answered(Span(0, ROWS), ItemsPage(raws, 0, ROWS, ROWS))
        table.show(rows)
        await painted(pilot, table)
        load = cpu() - before
        table.focus()
        step = await frames(pilot, table, lambda: table.action_move(1), 500)
        page = await frames(pilot, table, lambda: table.action_page(2), 100)
        tell(load, step, page)
asyncio.run(main())
"""
THEIRS = """
from textual.app import App
MAKE
class Shown(App):
    pass
async def main():
    app = Shown()
    async with app.run_test(size=(120, 40)) as pilot:
        before = cpu()
        table = made()
        await app.mount(table)
        await painted(pilot, table)
        load = cpu() - before
        table.focus()
        step = await frames(pilot, table, table.action_cursor_down, 500)
        page = await frames(pilot, table, table.action_page_down, 100)
        tell(load, step, page)
asyncio.run(main())
"""
TEXTUAL = """
from textual.widgets import DataTable
rows = [[str(cell(r, c)) for c in range(COLUMNS)] for r in range(ROWS)]
def made():
    table = DataTable(cursor_type="row")
    table.add_columns(*(f"column{c}" for c in range(COLUMNS)))
    table.add_rows(rows)
    return table
"""
FAST = """
from textual_fastdatatable import ArrowBackend, DataTable
data = {f"column{c}": [str(cell(r, c)) for r in range(ROWS)] for c in range(COLUMNS)}
def made():
    return DataTable(backend=ArrowBackend.from_pydict(data), cursor_type="row")
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """CPU of one table: seconds until its rows show, milliseconds of a step, a page and the worst steps."""

    load: float
    step: float
    page: float
    worst: float
    peak: float


def measured(python: str, program: str) -> Figures:
    """One process of its own."""
    command = [python, "-c", COMMON + program, str(ROWS), str(COLUMNS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def middle(found: list[Figures]) -> Figures:
    """The medians."""
    names = ("load", "step", "page", "worst", "peak")
    return Figures(*(statistics.median(getattr(each, name) for each in found) for name in names))


def main() -> bool:
    fast = os.environ.get("RUNMON_BENCH_FASTDATATABLE")
    programs = {"runmon": (sys.executable, OURS),
                "DataTable": (sys.executable, THEIRS.replace("MAKE", TEXTUAL))}  # fmt: skip
    if fast:
        programs["fastdatatable"] = (fast, THEIRS.replace("MAKE", FAST))
    else:
        print("absent  fastdatatable: RUNMON_BENCH_FASTDATATABLE names no Python that has it")
    taken: dict[str, list[Figures]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, (python, program) in programs.items():
            taken[name].append(measured(python, program))
    found = {name: middle(each) for name, each in taken.items()}
    for name, it in found.items():
        print(
            f"        {name}: rows shown {it.load:.3f} s, a step {it.step:.2f} ms, a page {it.page:.2f} ms, "
            f"peak {it.peak:.0f} MiB"
        )
    return all(list(_promises(found)))


def _promises(found: dict[str, Figures]) -> list[bool]:
    ours, theirs, fast = found["runmon"], found["DataTable"], found.get("fastdatatable")
    quicker = theirs.load / ours.load
    kept = [
        report(
            f"{ROWS:,} × {COLUMNS} shown ≥ 50 × as fast as DataTable", f"{quicker:.0f} ×", kept=quicker >= 50
        ),
        report(
            "a step ≤ 0.3 × DataTable's CPU",
            f"{ours.step / theirs.step:.2f} ×",
            kept=ours.step <= 0.3 * theirs.step,
        ),
        report(
            "a page ≤ 0.15 × DataTable's CPU",
            f"{ours.page / theirs.page:.2f} ×",
            kept=ours.page <= 0.15 * theirs.page,
        ),
        report("a step with the key held, p99 ≤ 50 ms", f"{ours.worst:.1f} ms", kept=ours.worst <= 50),
        report("≤ 200 MiB", f"{ours.peak:.0f} MiB", kept=ours.peak <= 200),
    ]
    if fast is not None:
        quicker = fast.load / ours.load
        kept.append(report("… ≥ 8 × as fast as fastdatatable", f"{quicker:.1f} ×", kept=quicker >= 8))
    return kept
