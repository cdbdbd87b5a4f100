"""Crawlee's own records read as facts: statistics of a crawl, the state of its sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

STATISTICS = ("SDK_CRAWLER_STATISTICS_", "CRAWLEE_CRAWLER_STATISTICS_", "__CRAWLER_STATISTICS_")
SESSIONS = ("SDK_SESSION_POOL_STATE", "CRAWLEE_SESSION_POOL_STATE")
ERRORS_MOST = 200
_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")


class ErrorCount(msgspec.Struct, frozen=True):
    """Errors of one kind, as Crawlee for JavaScript groups them; Crawlee for Python fills none in."""

    message: str
    place: str
    count: int
    snapshot: str = ""
    """The key of its first snapshot; empty where none was kept."""


class Statistics(msgspec.Struct, frozen=True):
    """How a crawl went."""

    finished: int = 0
    failed: int = 0
    retries: int = 0
    runtime_s: float | None = None
    finished_a_minute: float | None = None
    failed_a_minute: float | None = None
    average_s: float | None = None
    """Of a finished request."""
    retry_histogram: tuple[int, ...] = ()
    """Requests that took 0, 1, 2 … retries."""
    statuses: tuple[tuple[str, int], ...] = ()
    """HTTP status code and how often it came, the most frequent first."""
    errors: tuple[ErrorCount, ...] = ()
    """What requests failed of for good, the most frequent first."""
    retried: tuple[ErrorCount, ...] = ()
    """What they were tried again for."""
    persisted: str = ""
    """When this was written."""


class Sessions(msgspec.Struct, frozen=True):
    """How the sessions of a crawl fare."""

    usable: int = 0
    retired: int = 0
    blocked: int = 0
    """Those whose errors reached the limit."""
    worn: int = 0
    """Those used as often as allowed."""


def statistics(key: str, body: bytes) -> Statistics | None:
    """A statistics record in either dialect; None for any other record."""
    held = _object(body) if key.startswith(STATISTICS) else None
    if held is None or not ("requestsFinished" in held or "requestsFailed" in held):
        return None
    return Statistics(
        finished=_count(held, "requestsFinished"),
        failed=_count(held, "requestsFailed"),
        retries=_count(held, "requestsRetries"),
        runtime_s=_seconds(held.get("crawlerRuntimeMillis")),
        finished_a_minute=_number(held.get("requestsFinishedPerMinute")),
        failed_a_minute=_number(held.get("requestsFailedPerMinute")),
        average_s=_seconds(held.get("requestAvgFinishedDurationMillis")),
        retry_histogram=tuple(_histogram(held.get("requestRetryHistogram"))),
        statuses=tuple(_statuses(held.get("requestsWithStatusCode"))),
        errors=_counted(held.get("errors")),
        retried=_counted(held.get("retryErrors")),
        persisted=str(held.get("statsPersistedAt") or ""),
    )


def sessions(key: str, body: bytes) -> Sessions | None:
    """A record of sessions; None for any other record."""
    held = _object(body) if key.startswith(SESSIONS) else None
    listed = held.get("sessions") if held is not None else None
    if held is None or not isinstance(listed, list):
        return None
    known = [each for each in listed if isinstance(each, dict)]
    return Sessions(
        usable=_count(held, "usableSessionsCount"),
        retired=_count(held, "retiredSessionsCount"),
        blocked=sum(_reached(each, "errorScore", "maxErrorScore") for each in known),
        worn=sum(_reached(each, "usageCount", "maxUsageCount") for each in known),
    )


def _reached(held: dict[str, Any], name: str, limit: str) -> bool:
    now, most = _number(held.get(name)), _number(held.get(limit))
    return now is not None and most is not None and now >= most


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        held = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    return held if isinstance(held, dict) else None


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if fits and abs(value) < 1e15 else None


def _count(held: dict[str, Any], name: str) -> int:
    return max(int(_number(held.get(name)) or 0), 0)


def _seconds(value: Any) -> float | None:
    """Milliseconds, or an ISO duration such as `PT2.28S`, as seconds."""
    if isinstance(value, str) and (found := _DURATION.fullmatch(value[:64])) and any(found.groups()):
        days, hours, minutes, rest = found.groups()
        return int(days or 0) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + _float(rest)
    number = _number(value)
    return None if number is None else number / 1000


def _float(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _histogram(value: Any) -> Iterator[int]:
    for each in value if isinstance(value, list) else ():
        yield max(int(_number(each) or 0), 0)


def _statuses(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        counts = [(str(code), int(_number(count) or 0)) for code, count in value.items()]
        yield from sorted(counts, key=lambda pair: -pair[1])


def _counted(tree: Any) -> tuple[ErrorCount, ...]:
    found = sorted(_leaves(tree, ()), key=lambda each: -each.count)
    return tuple(found[:ERRORS_MOST])


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[ErrorCount]:
    """The leaves of place → code → name → message, whatever levels there are."""
    if not isinstance(tree, dict) or len(path) > 8:
        return
    if "count" in tree and not isinstance(tree["count"], dict):
        url = tree.get("firstErrorScreenshotUrl") or tree.get("firstErrorHtmlUrl")
        snapshot = url.rpartition("/")[2] if isinstance(url, str) else ""
        yield ErrorCount(
            path[-1] if path else "", path[0] if len(path) > 1 else "", _count(tree, "count"), snapshot
        )
        return
    for name, below in tree.items():
        yield from _leaves(below, (*path, str(name)))
