"""The volume of a log as three lines: all lines, its errors or warnings, and the times they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from rich.text import Text

from runmon.insight.timeline import Volume
from runmon.model.units import grouped
from runmon.render.charts import BLOCKS

DAY_S = 86_400.0
THIN = " ▖▖▖▖▌▌▌▌"
"""Columns of height 0 … 8 in half the width."""


def volume_text(
    volume: Volume,
    errors: Sequence[int],
    warnings: Sequence[int],
    *,
    zone: tzinfo | None = UTC,
    told: int | None = None,
) -> Text:
    """One column a span. `errors` and `warnings` are counts of each; `told` is the span that is named."""
    lines = volume.lines()
    rows = [_row(_heights(lines), BLOCKS, "quiet"), _loud(errors, warnings)]
    said = _peak(volume, lines) if told is None else _span(volume, told, (lines, errors, warnings), zone)
    return Text("\n").join([*rows, _axis(volume, said, zone)])


def _loud(errors: Sequence[int], warnings: Sequence[int]) -> Text:
    """Errors as whole columns, where there are none warnings as thin ones: without colour they differ too."""
    text = Text()
    heights = _heights([error or warning for error, warning in zip(errors, warnings, strict=True)])
    for height, error in zip(heights, errors, strict=True):
        text.append_text(_row([height], BLOCKS, "bad") if error else _row([height], THIN, "warn"))
    return text


def _heights(counts: Sequence[int]) -> list[int]:
    """0 … 8, by the root of the count: one long stack trace must not flatten everything else."""
    most = max(counts, default=0)
    return [max(round(8 * (count / most) ** 0.5), 1) if count else 0 for count in counts]


def _row(heights: Sequence[int], columns: str, tone: str) -> Text:
    return Text("".join(columns[height] for height in heights), tone)


def _axis(volume: Volume, said: Text, zone: tzinfo | None) -> Text:
    """First and last time, and between them what is said."""
    first, last = (_edge(volume, place, zone) for place in (0, volume.spans))
    room = volume.spans - len(first) - len(last) - 2
    said.truncate(max(room, 0), overflow="ellipsis")
    before = (room - said.cell_len) // 2
    after = max(room - said.cell_len - before, 0)
    return Text.assemble((first, "faint"), " " * (before + 1), said, " " * (after + 1), (last, "faint"))


def _peak(volume: Volume, lines: Sequence[int]) -> Text:
    most = f"at most {grouped(max(lines, default=0))} lines"
    return Text.assemble(
        (f"{most} in {span(volume.seconds)}" if volume.seconds else f"{most} a column", "faint")
    )


def _span(volume: Volume, place: int, counts: Sequence[Sequence[int]], zone: tzinfo | None) -> Text:
    lines, errors, warnings = (each[place] for each in counts)
    said = "1 line" if lines == 1 else f"{grouped(lines)} lines"
    text = Text.assemble((_edge(volume, place, zone), "strong"), (f"  {said}", "text"))
    text.append(f"  E {grouped(errors)}" if errors else "", "bad")
    return text.append(f"  W {grouped(warnings)}" if warnings else "", "warn")


def _edge(volume: Volume, place: int, zone: tzinfo | None) -> str:
    """When a span begins, or at which line."""
    if volume.began is None:
        return f"line {grouped(min(volume.edges[place] + 1, volume.edges[-1]))}"
    moment = datetime.fromtimestamp(volume.began + place * volume.seconds, zone)
    return f"{moment:%m-%d %H:%M}" if volume.ended - volume.began > DAY_S else f"{moment:%H:%M:%S}"


def span(seconds: float) -> str:
    """How long: `80 ms`, `2.5 s`, `12 min`, `3 h`."""
    for unit, name in ((3600.0, "h"), (60.0, "min"), (1.0, "s")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds * 1000:.3g} ms"
