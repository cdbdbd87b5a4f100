"""Samples over time, as columns of block characters with gaps where nothing was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

BLOCKS = " ▁▂▃▄▅▆▇█"
BUCKETS_S = (
    1,
    2,
    3,
    5,
    8,
    10,
    15,
    20,
    30,
    45,
    60,
    90,
    120,
    180,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    21_600,
    86_400,
)
"""Seconds that one column of a chart can stand for."""
_NICE = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(slots=True)
class Samples:
    """Measurements in order of time; old ones thin out so that memory stays bounded."""

    limit: int = 8192
    points: list[tuple[float, float]] = field(default_factory=list)
    """Seconds (any epoch) and values."""

    def add(self, at: float, value: float) -> None:
        """Keep one measurement; one that is not later than the last replaces it."""
        if self.points and at <= self.points[-1][0]:
            self.points[-1] = (self.points[-1][0], value)
            return
        self.points.append((at, value))
        if len(self.points) > self.limit:
            half = len(self.points) // 2
            self.points[:half] = self.points[:half:2]

    @property
    def last(self) -> float | None:
        """The newest value; None before the first."""
        return self.points[-1][1] if self.points else None

    @property
    def span_s(self) -> float:
        """Seconds between the first and the last measurement."""
        return self.points[-1][0] - self.points[0][0] if self.points else 0.0


def bucket_for(span_s: float, width: int) -> int:
    """The smallest round number of seconds per column at which `span_s` fits into `width` columns."""
    return next((size for size in BUCKETS_S if size * max(width - 1, 1) >= span_s), BUCKETS_S[-1])


def columns(samples: Samples, end: float, width: int, *, gap_s: float) -> tuple[list[float | None], int]:
    """The highest value per column, the last column ending at `end`, and the seconds a column stands for.

    A value holds until the next measurement, but no longer than `gap_s`; columns beyond that are None: a gap.
    """
    bucket = bucket_for(end - samples.points[0][0] if samples.points else 0, width)
    last = math.floor(end / bucket)
    shown: list[float | None] = [None] * width
    for (at, value), until in zip(samples.points, _ends(samples.points, end, gap_s), strict=True):
        first_column = math.floor(at / bucket) - last + width - 1
        last_column = math.floor(until / bucket) - last + width - 1
        for place in range(max(first_column, 0), min(last_column, width - 1) + 1):
            shown[place] = max(value, shown[place] or 0.0)
    return shown, bucket


def _ends(points: Sequence[tuple[float, float]], end: float, gap_s: float) -> list[float]:
    nexts = [*(at for at, _ in points[1:]), end][: len(points)]
    return [
        at if following - at > gap_s else max(at, following - 1e-6)
        for (at, _), following in zip(points, nexts, strict=True)
    ]


def bars(values: Sequence[float | None], height: int, top: float) -> list[str]:
    """Rows of block characters, the highest first; what was measured shows at least the thinnest block."""
    eighths = [_eighths(value, height, top) for value in values]
    return [
        "".join(BLOCKS[min(max(filled - 8 * level, 0), 8)] for filled in eighths)
        for level in range(height - 1, -1, -1)
    ]


def _eighths(value: float | None, height: int, top: float) -> int:
    if value is None or top <= 0:
        return 0
    return min(max(round(value / top * height * 8), 1), height * 8)


def nice_top(peak: float) -> float:
    """A round number at or a little above `peak`, for the end of an axis; 1 where nothing is above zero."""
    if peak <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(peak))
    return next(step * size for step in (*_NICE, 20.0) if step * size >= peak * 0.9999)


def scale(peak: float, limit: float, *, unit: float = 1.0) -> float:
    """The top of an axis: the limit once the peak comes near it, else a round number of units."""
    if limit > 0 and peak >= limit * 0.4:
        return max(limit, peak)
    return nice_top(peak * 1.1 / unit) * unit
