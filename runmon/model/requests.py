"""Requests of a queue, and the state that follows from what the API gives."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from runmon.model.document import View


class RequestState(Enum):
    """Derived: the API filters only `locked` and `pending`, and says nothing of failures."""

    PENDING = "pending"
    LOCKED = "locked"
    HANDLED = "handled"
    FAILED = "failed"


FAILED_STATES = (5, 6)
"""Of `userData.__crawlee.state`: in the error handler (JavaScript), error (Python)."""


class QueuedRequest(View, frozen=True):
    """One request of a queue, as `GET …/requests` and `…/requests/{id}` give it."""

    id: str = ""
    unique_key: str = ""
    url: str = ""
    method: str = "GET"
    retry_count: int = 0
    loaded_url: str | None = None
    payload: Any = None
    headers: dict[str, Any] | None = None
    user_data: dict[str, Any] | None = None
    no_retry: bool | None = None
    error_messages: list[str] | None = None
    handled_at: datetime | None = None
    lock_expires_at: datetime | None = None

    @property
    def label(self) -> str:
        """What the crawler's router calls it; empty where it has no label."""
        label = (self.user_data or {}).get("label")
        return label if isinstance(label, str) else ""

    @property
    def crawlee(self) -> dict[str, Any]:
        """What Crawlee keeps with it: `state`, `crawlDepth`, `sessionRotationCount`, …"""
        held = (self.user_data or {}).get("__crawlee")
        return held if isinstance(held, dict) else {}

    @property
    def state(self) -> RequestState:
        """Handled requests whose errors outnumber their retries, or whose Crawlee state says so, have failed.

        Crawlee keeps its state in `userData.__crawlee.state`: 5 error handler (JavaScript), 6 error (Python).
        """
        if self.handled_at is None:
            return RequestState.LOCKED if self.lock_expires_at else RequestState.PENDING
        failed = (
            len(self.error_messages or ()) > self.retry_count or self.crawlee.get("state") in FAILED_STATES
        )
        return RequestState.FAILED if failed else RequestState.HANDLED


class HeadRequest(View, frozen=True):
    """One row of the queue's head: what will be taken next."""

    id: str = ""
    unique_key: str = ""
    url: str = ""
    method: str = "GET"
    retry_count: int = 0


class QueueHead(View, frozen=True):
    """The first requests of the queue in the order in which they will be taken."""

    items: list[HeadRequest] = []
    limit: int | None = None
    had_multiple_clients: bool | None = None


class RequestsPage(View, frozen=True):
    """One page of all requests; follow `next_cursor` until it is None, whatever the page holds."""

    items: list[QueuedRequest] = []
    limit: int | None = None
    next_cursor: str | None = None


class AddedRequest(View, frozen=True):
    """What became of a request that was added or changed."""

    request_id: str = ""
    unique_key: str = ""
    was_already_present: bool = False
    was_already_handled: bool = False


class BatchResult(View, frozen=True):
    """What became of a batch: those not processed may be sent again."""

    processed_requests: list[AddedRequest] = []
    unprocessed_requests: list[dict[str, Any]] = []


class LockedRequest(HeadRequest, frozen=True):
    """One row of a locked head."""

    lock_expires_at: datetime | None = None


class LockedHead(View, frozen=True):
    """Requests taken from the head under a lock."""

    items: list[LockedRequest] = []
    limit: int | None = None
    lock_secs: float | None = None
    client_key: str | None = None
    had_multiple_clients: bool | None = None
    queue_has_locked_requests: bool | None = None


class RequestLock(View, frozen=True):
    """How long a request is held."""

    lock_expires_at: datetime | None = None
