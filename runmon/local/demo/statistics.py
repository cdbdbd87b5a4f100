"""The demo Actor's own counts, in the shape of Crawlee's statistics record."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

RECORD = "__CRAWLER_STATISTICS_0"


def moment(seconds: float) -> str:
    """A Unix time as Crawlee writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Statistics:
    """What happened to the requests so far."""

    started: float = field(default_factory=time.time)
    finished_at: float | None = None
    retries: int = 0
    histogram: Counter[int] = field(default_factory=Counter)
    """Retries a request took → how many requests took so many, the failed ones included."""
    codes: Counter[str] = field(default_factory=Counter)
    finished: list[float] = field(default_factory=list)
    """Milliseconds of every request that succeeded."""
    failed: list[float] = field(default_factory=list)
    """Milliseconds of every request that failed for good."""

    def runtime(self) -> float:
        """Seconds since the crawl began, or that it took."""
        return (self.finished_at or time.time()) - self.started

    def per_minute(self, count: int) -> float:
        return round(60 * count / max(self.runtime(), 1e-3), 1)

    def record(self) -> dict[str, Any]:
        """The record as Crawlee for Python stores it."""
        times = self.finished + self.failed
        last = max(self.histogram, default=0)
        return {
            "statsId": 0,
            "requestsFinished": len(self.finished),
            "requestsFailed": len(self.failed),
            "requestsRetries": self.retries,
            "requestsFailedPerMinute": self.per_minute(len(self.failed)),
            "requestsFinishedPerMinute": self.per_minute(len(self.finished)),
            "requestMinDurationMillis": round(min(times), 1) if times else None,
            "requestMaxDurationMillis": round(max(times), 1) if times else None,
            "requestTotalFailedDurationMillis": round(sum(self.failed), 1),
            "requestTotalFinishedDurationMillis": round(sum(self.finished), 1),
            "crawlerStartedAt": moment(self.started),
            "crawlerLastStartTimestamp": moment(self.started),
            "crawlerFinishedAt": moment(self.finished_at) if self.finished_at else None,
            "errors": {},
            "retryErrors": {},
            "requestsWithStatusCode": dict(sorted(self.codes.items())),
            "statsPersistedAt": moment(time.time()),
            "requestRetryHistogram": [self.histogram[count] for count in range(last + 1)],
            "crawlerRuntimeMillis": f"PT{self.runtime():.6f}S",
            "requestTotalDurationMillis": round(sum(times), 1),
            "requestAvgFailedDurationMillis": mean(self.failed),
            "requestAvgFinishedDurationMillis": mean(self.finished),
            "requestsTotal": len(times),
        }

    def rows(self) -> list[tuple[str, Any]]:
        """The rows of Crawlee's statistics table."""
        record = self.record()
        return [
            ("requests_finished", len(self.finished)),
            ("requests_failed", len(self.failed)),
            ("retry_histogram", record["requestRetryHistogram"]),
            ("request_avg_failed_duration", shown(mean(self.failed))),
            ("request_avg_finished_duration", shown(mean(self.finished))),
            ("requests_finished_per_minute", round(record["requestsFinishedPerMinute"])),
            ("requests_failed_per_minute", round(record["requestsFailedPerMinute"])),
            ("request_total_duration", shown(record["requestTotalDurationMillis"])),
            ("requests_total", record["requestsTotal"]),
            ("crawler_runtime", shown(1000 * self.runtime())),
        ]


def mean(millis: list[float]) -> float | None:
    return round(sum(millis) / len(millis), 1) if millis else None


def shown(millis: float | None) -> str:
    """Milliseconds as Crawlee's table shows durations."""
    if millis is None:
        return "None"
    return f"{millis:.1f}ms" if millis < 1000 else f"{millis / 1000:.2f}s"
