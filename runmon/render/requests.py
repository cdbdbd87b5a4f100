"""Requests in signs and words: pending, locked, handled, failed; a queue by its counts."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from runmon.model.requests import RequestState
from runmon.model.storages import RequestQueue
from runmon.model.units import grouped
from runmon.render.facts import Sign

SIGNS: dict[RequestState, Sign] = {
    RequestState.PENDING: Sign("◌", "pending", "quiet"),
    RequestState.LOCKED: Sign("◐", "in progress", "accent"),
    RequestState.HANDLED: Sign("✔", "handled", "ok"),
    RequestState.FAILED: Sign("✖", "failed", "bad"),
}


def state_sign(state: RequestState) -> Sign:
    """The sign, word and tone of a request's state."""
    return SIGNS[state]


def pending_of(queue: RequestQueue) -> int:
    """Requests that wait; the server's own count lags, and can be negative."""
    if queue.pending_request_count is not None:
        return max(queue.pending_request_count, 0)
    return max((queue.total_request_count or 0) - (queue.handled_request_count or 0), 0)


def total_of(queue: RequestQueue) -> int:
    """All requests; never fewer than are handled."""
    return max(queue.total_request_count or 0, queue.handled_request_count or 0, 0)


def counts_line(queue: RequestQueue) -> Text:
    """`148 handled   464 pending   612 in all`."""
    handled = max(queue.handled_request_count or 0, 0)
    line = Text()
    for count, word in ((handled, "handled"), (pending_of(queue), "pending"), (total_of(queue), "in all")):
        line.append("   " if line.plain else "").append(grouped(count), "text").append(f" {word}", "quiet")
    return line


def failed_count(counts: Mapping[RequestState | None, int]) -> Text:
    """`   ✖ 3 failed`, and what is locked."""
    failed, locked = counts.get(RequestState.FAILED, 0), counts.get(RequestState.LOCKED, 0)
    line = Text()
    line.append("   ✖ ", "bad" if failed else "faint").append(f"{grouped(failed)} failed", "quiet")
    if locked:
        line.append("   ◐ ", "accent").append(f"{grouped(locked)} in progress", "quiet")
    return line
