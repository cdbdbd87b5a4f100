"""Promises: bytes become lines at the speed of a newline count; a screen takes 100,000 of them at once."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Log, RichLog

from benchmarks.crawlee_log import written
from benchmarks.measure import pairs, report
from runmon.model.log import LogBuffer
from runmon.ui.app import RunmonApp
from runmon.ui.private_textual import screen_lines
from runmon.ui.widgets.log_pane import LogPane
from runmon.watch.events import LogGrew

PIECE = 65_536
LINES = 100_000
RICH_LINES = 5_000
"""RichLog's cost is that of each line; it gets a twentieth."""
SIZE = (120, 40)


def main() -> bool:
    return all([into_the_buffer(), asyncio.run(through_the_screen())])


def into_the_buffer() -> bool:
    """100 MB in pieces of 64 KiB, beside a count of the newlines of the same pieces."""
    data = b"".join(map(written, range(700)))
    pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
    ours, count = pairs(lambda: taken(pieces), lambda: counted(pieces))
    speed, ratio = len(data) / 1e6 / ours, count / ours
    return all([
        report("ingest ≥ 800 MB/s", f"{speed:,.0f} MB/s", kept=speed >= 800),
        report("ingest ≥ 0.5 × a plain newline count", f"{ratio:.2f} ×", kept=ratio >= 0.5),
    ])  # fmt: skip


def taken(pieces: list[bytes]) -> float:
    """CPU seconds until all lines can be counted and read."""
    buffer, began = LogBuffer(), time.process_time()
    for piece in pieces:
        buffer.append(piece)
    assert buffer.line(buffer.lines - 1)
    used = time.process_time() - began
    buffer.close()
    return used


def counted(pieces: list[bytes]) -> float:
    """CPU seconds of a count."""
    began = time.process_time()
    assert sum(piece.count(b"\n") for piece in pieces)
    return time.process_time() - began


class Holder(Screen[None]):
    """One widget."""

    def __init__(self, inner: Widget) -> None:
        super().__init__()
        self.inner = inner

    def compose(self) -> ComposeResult:
        yield self.inner


async def through_the_screen() -> bool:
    """CPU seconds until the last of the lines is on the screen."""
    text = b"".join(map(written, range(LINES // 1000)))
    lines = text.decode().splitlines()
    lines[-1] += LAST
    ours = await median(partial(ours_shows, text[:-1] + LAST.encode() + b"\n"))
    plain = await median(partial(theirs_shows, lines, Log))
    rich = await median(partial(theirs_shows, lines[-RICH_LINES:], RichLog), runs=1) * LINES / RICH_LINES
    promise = f"{LINES:,} lines through the screen"
    beside_log = f"{plain:.2f} / {ours:.3f} s = {plain / ours:.0f}"
    beside_rich = f"{rich:.1f} / {ours:.3f} s = {rich / ours:,.0f}"
    kept = report(f"{promise}: ≥ 40 × Log", beside_log, kept=plain >= 40 * ours)
    return report(f"{promise}: ≥ 1,000 × RichLog", beside_rich, kept=rich >= 1000 * ours) and kept


LAST = " the end"


async def median(measure: Callable[[], Awaitable[float]], runs: int = 5) -> float:
    return statistics.median([await measure() for _ in range(runs)])


async def ours_shows(text: bytes) -> float:
    buffer = LogBuffer()
    pane = LogPane(buffer)

    def write() -> None:
        buffer.append(text)
        pane.log_grew(LogGrew(buffer.size, buffer.lines, buffer.generation, False))

    used = await shown(RunmonApp(lambda: Holder(pane)), write)
    buffer.close()
    return used


async def theirs_shows(lines: list[str], kind: type[Log] | type[RichLog]) -> float:
    view = kind()

    def write() -> None:
        if isinstance(view, Log):
            view.write_lines(lines)
        else:
            for line in lines:
                view.write(line)

    class Bare(App[None]):
        def get_default_screen(self) -> Screen[Any]:
            return Holder(view)

    return await shown(Bare(), write)


async def shown(app: App[Any], write: Callable[[], None]) -> float:
    """CPU seconds from before the writing to the frame with the last line."""
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        began = time.process_time()
        write()
        await until_painted(pilot)
        return time.process_time() - began


async def until_painted(pilot: Pilot[Any]) -> None:
    for _ in range(1000):
        await asyncio.sleep(0)
        if pilot.app.screen._compositor._dirty_regions:
            continue
        if any(LAST in line for line in screen_lines(pilot.app)):
            return
        await asyncio.sleep(0.005)
    raise TimeoutError("the last line was not shown")
