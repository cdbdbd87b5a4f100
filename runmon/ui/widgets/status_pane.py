"""What the run is doing: state, message, progress, facts, memory and CPU over time."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from runmon.model.run import Phase, Run
from runmon.model.units import ago, clock_time, percent
from runmon.render.facts import Progress, elapsed_s, exit_words, memory_size, whole_span
from runmon.render.untrusted import cell, clean
from runmon.ui.commands import bindings
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.time_chart import Reading, TimeChart
from runmon.ui.widgets.words import Words
from runmon.watch.events import Pane as Watched
from runmon.watch.events import RunSeen

LABEL = 10
"""Cells of the column of names."""
MESSAGE_LINES = 3
MEGABYTE = 1_048_576
OLD_S = 20 * 3600
"""From this age on a moment is told by its date."""


class StatusPane(Pane):
    """State and facts in words above two charts."""

    pane = Watched.RUN
    SCOPE: ClassVar[str] = "status"
    NUMBER: ClassVar[str] = "1"
    NAME: ClassVar[str] = "Status"
    BINDINGS = bindings("status")

    def __init__(self) -> None:
        super().__init__(id="status")
        self._seen: RunSeen | None = None
        self.progress: Progress | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Words(id="now")
            yield Words(id="facts")
            yield TimeChart("memory", _bytes_on_axis, unit=MEGABYTE, id="memory")
            yield TimeChart("cpu", percent, id="cpu")
            yield Words(id="origin")

    def run_seen(self, event: RunSeen) -> None:
        """Take in a newer run object."""
        self._seen = event
        stats, at = event.run.view.stats, event.at.timestamp()
        if not event.run.view.phase.final:
            self._chart("memory").measure(at, stats.mem_current_bytes)
            self._chart("cpu").measure(at, stats.cpu_current_usage)
        self.write()

    def progressed(self, progress: Progress | None) -> None:
        """Show how many requests are done."""
        if progress != self.progress:
            self.progress = progress
            self.write()

    def tick(self) -> None:
        """Times go on while nothing is told."""
        super().tick()
        self._write_times()

    def on_resize(self) -> None:
        super().on_resize()
        self.write()

    def write(self) -> None:
        """Write everything anew from what was seen last."""
        if self._seen is None:
            self.query_one("#now", Words).say(Text.assemble(("Asking the server for the run …", "quiet")))
            return
        run, width = self._seen.run.view, self._width()
        self.query_one("#now", Words).say(now_text(run, self.progress, width))
        self._write_times()
        origin = [*self._unwatched(run), *_origin(run), *_upsets(run), *_problems(self._seen.run.problems)]
        self.query_one("#origin", Words).say(rows_text(origin, width))
        for name, reading in (("memory", _memory(run)), ("cpu", _cpu(run))):
            chart = self._chart(name)
            chart.display = bool(chart.samples.points) or not run.phase.final
            chart.read(reading)

    def _write_times(self) -> None:
        if self._seen is not None:
            run, width = self._seen.run.view, self._width()
            self.query_one("#facts", Words).say(
                rows_text([*_times(run, self.moment()), *_outcome(run)], width)
            )

    def _width(self) -> int:
        return max(self.query_one(VerticalScroll).scrollable_content_region.width, 20)

    def _unwatched(self, run: Run) -> list[tuple[str, str]]:
        """Memory and CPU in words, where nobody was there to measure them."""
        if not run.phase.final or self._chart("memory").samples.points:
            return []
        memory, cpu = _memory(run), _cpu(run)
        of = f" of {memory.limit_words}" if memory.limit_words and memory.summary else ""
        return [("memory", memory.summary + of), ("cpu", cpu.summary)]

    def action_scroll_by(self, lines: int) -> None:
        """Move by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _chart(self, name: str) -> TimeChart:
        return self.query_one(f"#{name}", TimeChart)


def now_text(run: Run, progress: Progress | None, width: int) -> Text:
    """Status message (at most three lines) and progress, for `width` cells."""
    parts = []
    if run.status_message:
        parts.append(message_text(run.status_message, width))
    if progress is not None:
        stopped = run.phase.final and run.phase is not Phase.SUCCEEDED
        parts.append(progress_text(progress, width, tone="quiet" if stopped else "ok"))
    return Text("\n").join(parts) if parts else Text.assemble(("No status message yet.", "quiet"))


def message_text(message: str, width: int) -> Text:
    """A server's message over at most three lines of `width` cells, cut with `…`."""
    whole = cell(message, limit=width * MESSAGE_LINES)
    whole.no_wrap = False
    return Text.assemble((whole.plain, "text"))


def progress_text(progress: Progress, width: int, *, tone: str = "ok") -> Text:
    """A bar and the figures: `━━━━━━────────  148/612  24 %`."""
    figures = f"{progress.done}/{progress.total}"
    share = f"{percent(progress.share * 100):>5}"
    room = max(width - len(figures) - len(share) - 3, 4)
    done = round(progress.share * room)
    bar = Text.assemble(("━" * done, tone), ("─" * (room - done), "faint"))
    return Text.assemble(bar, "  ", (figures, "text"), " ", (share, "quiet"))


def rows_text(rows: Sequence[tuple[str, str]], width: int) -> Text:
    """Names and values, long values over two lines; what the server did not tell is left out."""
    return Text("\n").join([_row(name, value, max(width - LABEL, 8)) for name, value in rows if value])


def _row(name: str, value: str, room: int) -> Text:
    lines = textwrap.wrap(clean(value), room, max_lines=2, placeholder=" …")
    return Text.assemble((f"{name:<{LABEL}}", "quiet"), (f"\n{'':<{LABEL}}".join(lines), "text"))


def _times(run: Run, now: datetime) -> list[tuple[str, str]]:
    took = elapsed_s(run, now)
    limit = run.options.timeout_secs or 0.0
    rows = [("elapsed", clock_time(took) if took is not None else "")]
    if limit and took is not None and not run.phase.final:
        rows.append(("left", f"{clock_time(limit - took)} of {whole_span(limit)}"))
    return [*rows, ("started", _moment(run.started_at, now)), ("finished", _moment(run.finished_at, now))]


def _moment(then: datetime | None, now: datetime) -> str:
    if then is None:
        return ""
    local = then.astimezone(now.tzinfo)
    if (now - then).total_seconds() >= OLD_S:
        return f"{local:%Y-%m-%d %H:%M:%S}"
    return f"{local:%H:%M:%S} · {ago(then, now)}"


def _outcome(run: Run) -> list[tuple[str, str]]:
    if run.exit_code is None:
        return []
    words = exit_words(run.exit_code)
    return [("exit code", f"{run.exit_code}{f' · {words}' if words else ''}")]


def _origin(run: Run) -> list[tuple[str, str]]:
    build = " · ".join(part for part in (run.build_number, run.options.build) if part)
    return [
        ("build", build),
        ("origin", run.meta.origin.lower()),
        ("actor", run.act_id or ""),
        ("run", run.id),
        ("max items", str(run.options.max_items or "")),
        ("web", run.container_url or "" if run.is_container_server_ready else ""),
    ]


def _problems(problems: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("unread", ", ".join(problems))] if problems else []


def _upsets(run: Run) -> list[tuple[str, str]]:
    stats = run.stats
    counts = {
        "migrated": stats.migration_count,
        "rebooted": stats.reboot_count,
        "restarted": stats.restart_count,
        "revived": stats.resurrect_count,
        "metamorph": stats.metamorph,
    }
    return [(name, "once" if count == 1 else f"{count} times") for name, count in counts.items() if count]


def _bytes_on_axis(value: float) -> str:
    return memory_size(value) if value else "0"


def _memory(run: Run) -> Reading:
    stats = run.stats
    limit = (run.options.memory_mbytes or 0.0) * MEGABYTE
    return Reading(
        current=_current(run, stats.mem_current_bytes, stats.mem_max_bytes, memory_size),
        limit=limit,
        limit_words=memory_size(limit) if limit else "",
        summary=_summary(stats.mem_avg_bytes, stats.mem_max_bytes, memory_size),
    )


def _cpu(run: Run) -> Reading:
    stats = run.stats
    return Reading(
        current=_current(run, stats.cpu_current_usage, stats.cpu_max_usage, percent),
        summary=_summary(stats.cpu_avg_usage, stats.cpu_max_usage, percent),
    )


def _current(run: Run, now: float | None, most: float | None, words: Callable[[float], str]) -> str:
    """What it is now; of a run that is over, the most it was."""
    if run.phase.final:
        return f"max {words(most)}" if most is not None else ""
    return words(now) if now is not None else ""


def _summary(average: float | None, highest: float | None, words: Callable[[float], str]) -> str:
    told = {"avg": average, "max": highest}
    return "  ".join(f"{name} {words(value)}" for name, value in told.items() if value is not None)
