"""How far what a pane shows can be trusted."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import msgspec


class Pane(Enum):
    """What can be watched by itself: each has its own state, and one's trouble never blinds another."""

    RUN = "run"
    LOG = "log"
    ITEMS = "items"
    RECORDS = "records"
    QUEUE = "queue"


class Condition(Enum):
    """How far what a pane shows can be trusted."""

    CONNECTING = "connecting"
    CATCHING_UP = "catching up"
    LIVE = "live"
    SETTLING = "settling"
    COMPLETE = "complete"
    RECONNECTING = "reconnecting"
    STALE = "stale"
    NEEDS_TOKEN = "needs a token"
    FORBIDDEN = "forbidden"
    GONE = "gone"
    ABSENT = "not kept"
    """It is missing, and was never seen here."""
    TROUBLE = "in trouble"


class PaneState(msgspec.Struct, frozen=True):
    """A pane's condition since when, with the sentence behind it."""

    condition: Condition = Condition.CONNECTING
    since: datetime | None = None
    """When the data was last known to be right (STALE, RECONNECTING, GONE) or when the condition began."""
    retry_at: float | None = None
    """The monotonic second of the next try (RECONNECTING); None otherwise."""
    detail: str = ""
    """A sentence about the cause; may hold a server's words."""
