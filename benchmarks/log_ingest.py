"""Promises: bytes become lines at the speed of a newline count; a screen takes 100,000 of them at once."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Log, RichLog

from benchmarks.crawlee_log import LAST, written
from benchmarks.measure import pairs, report
from runmon.model.log import LogBuffer
from runmon.ui.app import RunmonApp
from runmon.ui.private_textual import screen_lines
from runmon.ui.widgets.log_pane import LogPane
from runmon.watch.events import LogGrew

PIECE = 65_536
LINES = 100_000
FEW = 2_000
"""What Textual's widgets get, one line after the other as they arrive: their cost is that of each line."""
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
    """CPU seconds until the last of the lines is on the screen; Textual's widgets get them one by one."""
    text = b"".join(map(written, range(LINES // 1000)))
    text += b"2026-11-24T23:59:59.999Z INFO  " + LAST + b"\n"
    lines = text.decode().splitlines()
    ours = await median(partial(ours_shows, text))
    scale = LINES / FEW
    plain = scale * await median(partial(theirs_shows, lines[-FEW:], Log))
    rich = scale * await median(partial(theirs_shows, lines[-FEW:], RichLog))
    promise = f"{LINES:,} lines through the screen"
    beside_log = f"{plain:.2f} / {ours:.3f} s = {plain / ours:.0f}"
    beside_rich = f"{rich:.1f} / {ours:.3f} s = {rich / ours:,.0f}"
    kept = report(f"{promise}: ≥ 40 × Log", beside_log, kept=plain >= 40 * ours)
    return report(f"{promise}: ≥ 1,000 × RichLog", beside_rich, kept=rich >= 1000 * ours) and kept


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
        one = view.write_line if isinstance(view, Log) else view.write
        for line in lines:
            one(line)

    class Bare(App[None]):
        def get_default_screen(self) -> Screen[Any]:
            return Holder(view)

    return await shown(Bare(), write)


async def shown(app: App[Any], write: Callable[[], None]) -> float:
    """CPU seconds from before the writing to the frame with the last line, looking for it not counted."""
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        frames: list[float] = []
        display = app._display

        def displayed(screen: Screen[Any], renderable: Any) -> None:
            display(screen, renderable)
            frames.append(time.process_time())

        app._display = displayed  # type: ignore[method-assign]
        began, looked = time.process_time(), 0.0
        write()
        while True:
            await asyncio.sleep(0.001)
            if not frames:
                continue
            last, begins = frames.pop(), time.process_time()
            if any(LAST.decode() in line for line in screen_lines(app)):
                return last - began - looked
            looked += time.process_time() - begins
