"""Which charts there are of a run, what is written beside their curves, and the one-line curves of speeds."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from runmon.model.course import Course, Track
from runmon.model.run import Run
from runmon.model.units import byte_size, percent, three_digits
from runmon.render.charts import bars
from runmon.render.facts import memory_size
from runmon.render.run_facts import MEGABYTE
from runmon.ui.widgets.time_chart import Kind, Reading

LABEL, FIGURE = 10, 11
"""Cells of the names, and of the newest figures, beside one-line curves."""


BAD = ("failed", "errors")
"""Measures of what went wrong."""


def per_minute(value: float) -> str:
    """`148/min`, `12.3/min`, `0/min`."""
    return f"{three_digits(value) if 0 < value < 99.95 else f'{value:.0f}'}/min"


def bytes_per_second(value: float) -> str:
    """`1.20 MB/s`."""
    return f"{byte_size(value)}/s"


def _memory_on_axis(value: float) -> str:
    return memory_size(value) if value else "0"


def _plain(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


MEMORY = Kind("memory", "memory", _memory_on_axis, MEGABYTE)
CPU = Kind("cpu", "cpu", percent)
SPEEDS = (
    Kind("done", "requests", per_minute),
    Kind("failed", "failed", per_minute, full="failed requests"),
    Kind("errors", "errors", per_minute, full="errors in the log", of_log=True),
    Kind("items", "items", per_minute),
    Kind("received", "received", bytes_per_second),
    Kind("sent", "sent", bytes_per_second),
    Kind("concurrency", "at once", _plain),
)
KINDS = (
    MEMORY,
    CPU,
    *SPEEDS,
    Kind("memory_overload", "memory overloaded", percent),
    Kind("cpu_overload", "cpu overloaded", percent),
)
"""Every chart, in the order in which they are shown."""


def reading(kind: Kind, course: Course, run: Run) -> Reading:
    """The words of a chart: now, average and maximum, as the server tells them, else as measured."""
    track = course.tracks[kind.measure]
    stats = run.stats
    if kind is MEMORY:
        limit = (run.options.memory_mbytes or 0.0) * MEGABYTE
        told = (stats.mem_current_bytes, stats.mem_avg_bytes, stats.mem_max_bytes)
        return _reading(run, told, memory_size, limit)
    if kind is CPU:
        return _reading(run, (stats.cpu_current_usage, stats.cpu_avg_usage, stats.cpu_max_usage), percent)
    return _reading(run, (track.now(), track.average(), track.highest(course.end)), kind.words)


def _reading(
    run: Run,
    told: tuple[float | None, float | None, float | None],
    words: Callable[[float], str],
    limit: float = 0.0,
) -> Reading:
    """`told` is now, on average, at most; of a run that is over, now means nothing."""
    now, average, most = told
    named = {"avg": average, "max": most}
    summary = "  ".join(f"{name} {words(value)}" for name, value in named.items() if value is not None)
    if run.phase.final:
        current = (
            f"max {words(most)}"
            if most is not None
            else f"avg {words(average)}"
            if average is not None
            else ""
        )
    else:
        current = words(now) if now is not None else ""
    return Reading(current, limit, memory_size(limit) if limit else "", summary)


def rates_text(course: Course, width: int) -> Text:
    """A line for each speed that was measured: name, curve, how fast it is now; nothing for the others."""
    room = max(width - LABEL - FIGURE, 4)
    told = [(kind, course.tracks[kind.measure]) for kind in SPEEDS]
    rows = [_line(kind, track, course, room) for kind, track in told if _moves(track)]
    return Text("\n").join(rows)


def _moves(track: Track) -> bool:
    return any(
        len(samples.points) > 1 and samples.points[-1][1] > 0 for samples in (track.seen, track.logged)
    )


def _line(kind: Kind, track: Track, course: Course, room: int) -> Text:
    drawn = track.drawn(course.began, course.end, room)
    top = max((value for value in drawn.values if value is not None), default=0.0)
    now = track.now()
    return Text.assemble(
        (f"{kind.title:<{LABEL}}", "quiet"),
        (bars(drawn.values, 1, top or 1.0)[0], "bad" if kind.measure in BAD else "number"),
        (f"{kind.words(now) if now is not None else '':>{FIGURE}}", "text"),
    )
