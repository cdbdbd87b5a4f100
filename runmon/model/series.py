"""Measurements over time: kept within bounds, put into the columns of a chart, gaps as gaps."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

BUCKETS_S = (
    1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400,
)  # fmt: skip
"""Seconds that one column of a chart can stand for."""
Columns = list[float | None]
"""One value per column; None is a gap."""


class Samples(msgspec.Struct):
    """Measurements in order of time; old ones thin out so that memory stays bounded."""

    limit: int = 8192
    points: list[tuple[float, float]] = msgspec.field(default_factory=list)
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

    def add_earlier(self, points: Iterable[tuple[float, float]]) -> None:
        """Keep measurements of before, in any order; at one moment the one that is here already stays."""
        merged = dict(points) | dict(self.points)
        self.points = []
        for at in sorted(merged):
            self.add(at, merged[at])

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


def levels(samples: Samples, end: float, width: int, bucket: int, *, gap_s: float) -> Columns:
    """The highest value in each of `width` columns of `bucket` seconds, the last one holding `end`.

    A value holds until the next measurement, but no longer than `gap_s`; columns beyond that are a gap.
    """
    first = math.floor(end / bucket) - width + 1
    shown: Columns = [None] * width
    for (at, value), until in zip(samples.points, _ends(samples.points, end, gap_s), strict=True):
        for place in _places(at, until, bucket, first, width):
            shown[place] = max(value, shown[place] or 0.0)
    return shown


def rates(
    totals: Samples, end: float, width: int, bucket: int, *, gap_s: float, per_s: float = 60.0
) -> Columns:
    """What a growing total grew by in each column, for `per_s` seconds; a total that falls began anew."""
    first = math.floor(end / bucket) - width + 1
    grown, known = [0.0] * width, [0.0] * width
    for (at, value), (until, after) in pairwise(totals.points):
        if until - at > gap_s:
            continue
        speed = max(after - value, 0.0) / (until - at)
        for place in _places(at, until, bucket, first, width):
            begins = (first + place) * bucket
            shared = min(until, begins + bucket) - max(at, begins)
            grown[place] += speed * shared
            known[place] += shared
    return [grew / held * per_s if held > 0 else None for grew, held in zip(grown, known, strict=True)]


def lately(totals: Samples, *, window_s: float = 60.0, per_s: float = 60.0) -> float | None:
    """How fast a total grew over the last `window_s` seconds that were measured; None where none was."""
    points = totals.points
    start = max(bisect_left(points, (points[-1][0] - window_s,)) - 1, 0) if points else 0
    return mean(points[start:], per_s=per_s)


def mean(points: Sequence[tuple[float, float]], *, per_s: float = 60.0) -> float | None:
    """How fast a total grew from its first to its last point, leaps back left out."""
    if len(points) < 2 or points[-1][0] <= points[0][0]:
        return None
    grown = sum(max(after - before, 0.0) for (_, before), (_, after) in pairwise(points))
    return grown / (points[-1][0] - points[0][0]) * per_s


def _places(at: float, until: float, bucket: int, first: int, width: int) -> range:
    return range(
        max(math.floor(at / bucket) - first, 0), min(math.floor(until / bucket) - first, width - 1) + 1
    )


def _ends(points: Sequence[tuple[float, float]], end: float, gap_s: float) -> list[float]:
    nexts = [*(at for at, _ in points[1:]), end][: len(points)]
    return [
        at if following - at > gap_s else max(at, following - 1e-6)
        for (at, _), following in zip(points, nexts, strict=True)
    ]
