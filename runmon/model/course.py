"""The course of a run: everything that was measured of it over time, by whom, ready for charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import msgspec

from runmon.model.series import Columns, Samples, bucket_for, lately, levels, mean, rates

GAP_S = 20.0
"""Longer than this between two of our own measurements is a gap."""
LOGGED_GAP_S = 150.0
"""A crawler writes its figures into the log once a minute."""
LEVELS = ("memory", "cpu", "concurrency", "memory_overload", "cpu_overload")
"""Measures that hold until the next one; all others are totals that grow."""
PER_SECOND = ("received", "sent")
"""Totals whose growth is told for a second, not for a minute."""
WHOLE = ("errors",)
"""Totals of which a log tells every step: between two of them there is no gap."""


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was known at one moment; None where nothing was told."""

    at: float
    """Seconds since 1970."""
    memory: float | None = None
    """Bytes."""
    cpu: float | None = None
    """Percent of one core."""
    received: float | None = None
    """Bytes so far, as are `sent`."""
    sent: float | None = None
    items: float | None = None
    """Items in the dataset."""
    done: float | None = None
    """Requests done, failed ones included."""
    failed: float | None = None
    errors: float | None = None
    """Entries of level ERROR in the log."""
    concurrency: float | None = None
    """Requests at once."""
    memory_overload: float | None = None
    """Percent of the time in which the crawler found its memory overloaded."""
    cpu_overload: float | None = None


MEASURES = tuple(name for name in Moment.__struct_fields__ if name != "at")


class Track(msgspec.Struct):
    """One measure over time: what we saw, and what the run's log tells of the time we did not."""

    level: bool
    per_s: float = 60.0
    """Seconds that the speed of a total is told for."""
    logged_gap_s: float = LOGGED_GAP_S
    seen: Samples = msgspec.field(default_factory=Samples)
    logged: Samples = msgspec.field(default_factory=Samples)

    @property
    def began(self) -> float | None:
        """The first moment anything is known of."""
        firsts = [samples.points[0][0] for samples in (self.seen, self.logged) if samples.points]
        return min(firsts, default=None)

    @property
    def told(self) -> bool:
        """Whether there is something to draw: of a total, two looks at it."""
        return bool(self._best.points) and (self.level or len(self._best.points) > 1)

    @property
    def _best(self) -> Samples:
        """What was seen, or what the log tells where that is not enough to say anything."""
        return self.seen if len(self.seen.points) > (0 if self.level else 1) else self.logged

    def now(self) -> float | None:
        """The newest value, or how fast the total grew in the last minute."""
        return self._best.last if self.level else lately(self._best, per_s=self.per_s)

    def average(self) -> float | None:
        """The middle of all values, or how fast the total grew from first to last."""
        points = self._best.points
        if not self.level:
            return mean(points, per_s=self.per_s)
        return sum(value for _, value in points) / len(points) if points else None

    def highest(self, end: float) -> float | None:
        """The highest value, or the highest speed of a total over a hundredth of its time."""
        return max((value for value in self.drawn(None, end, 100).values if value is not None), default=None)

    def drawn(self, began: float | None, end: float, width: int) -> Drawn:
        """The curve from `began` (None: the first thing known) to `end`, in `width` columns."""
        first = self.began if began is None else began
        bucket = bucket_for(end - first if first is not None else 0.0, width)
        logged = self._columns(self.logged, end, width, bucket, self.logged_gap_s)
        seen = self._columns(self.seen, end, width, bucket, max(GAP_S, 2.0 * bucket))
        both = [old if new is None else new for old, new in zip(logged, seen, strict=True)]
        from_log = [new is None and old is not None for old, new in zip(logged, seen, strict=True)]
        return Drawn(both, from_log, bucket)

    def _columns(self, samples: Samples, end: float, width: int, bucket: int, gap_s: float) -> Columns:
        if self.level:
            return levels(samples, end, width, bucket, gap_s=gap_s)
        return rates(samples, end, width, bucket, gap_s=gap_s, per_s=self.per_s)


def _track(name: str) -> Track:
    gap_s = math.inf if name in WHOLE else LOGGED_GAP_S
    return Track(name in LEVELS, 1.0 if name in PER_SECOND else 60.0, gap_s)


class Drawn(msgspec.Struct, frozen=True):
    """A curve in columns."""

    values: Columns
    from_log: list[bool]
    """Whether a column was rebuilt from the log."""
    bucket_s: int
    """Seconds that a column stands for."""


class Course:
    """Every track of a run."""

    def __init__(self) -> None:
        self.tracks = {name: _track(name) for name in MEASURES}
        self.end = 0.0
        """The last moment anything was measured at."""

    @property
    def began(self) -> float | None:
        """The first moment anything is known of."""
        firsts = [track.began for track in self.tracks.values() if track.began is not None]
        return min(firsts, default=None)

    def take(self, moment: Moment) -> None:
        """Keep what was measured now."""
        self.end = max(self.end, moment.at)
        for name, track in self.tracks.items():
            value = getattr(moment, name)
            if value is not None:
                track.seen.add(moment.at, value)

    def remember(self, moments: Iterable[Moment]) -> None:
        """Keep what was measured on an earlier visit."""
        self._keep(list(moments), lambda track: track.seen)

    def rebuild(self, moments: Iterable[Moment]) -> None:
        """Keep what the run's log tells, in place of what it told before."""
        for track in self.tracks.values():
            track.logged = Samples()
        self._keep(list(moments), lambda track: track.logged)

    def _keep(self, moments: list[Moment], where: Callable[[Track], Samples]) -> None:
        for name, track in self.tracks.items():
            told = [(moment.at, getattr(moment, name)) for moment in moments]
            where(track).add_earlier((at, value) for at, value in told if value is not None)
        self.end = max([self.end, *(moment.at for moment in moments)])
