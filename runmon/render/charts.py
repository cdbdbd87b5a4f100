"""Figures as block characters: rows of a chart, one-line curves, and the round numbers of an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

BLOCKS = " ▁▂▃▄▅▆▇█"
_NICE = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


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
