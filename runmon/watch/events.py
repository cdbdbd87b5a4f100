"""What a watch tells: frozen facts, the same for screens, commands and tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from runmon.model.document import Document
from runmon.model.run import Run
from runmon.model.storages import Dataset, KeyValueStore, RequestQueue


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
    TROUBLE = "in trouble"


@dataclass(frozen=True, slots=True)
class PaneState:
    """A pane's condition since when, with the sentence behind it."""

    condition: Condition = Condition.CONNECTING
    since: datetime | None = None
    """When the data was last known to be right (STALE, RECONNECTING, GONE) or when the condition began."""
    retry_at: float | None = None
    """The monotonic second of the next try (RECONNECTING); None otherwise."""
    detail: str = ""
    """A sentence about the cause; may hold a server's words."""


@dataclass(frozen=True, slots=True)
class RunSeen:
    """The run object, read again."""

    run: Document[Run]
    at: datetime
    settled: bool
    """Whether the figures are final: the run is over and the server has had time to settle them."""


@dataclass(frozen=True, slots=True)
class LogGrew:
    """Totals of the log buffer, never differences, so that a burst folds into its last event."""

    size: int
    lines: int
    """Lines, an unfinished last one included."""
    generation: int
    """Grows when the server rewrote its log and lines already shown changed."""
    complete: bool


@dataclass(frozen=True, slots=True)
class ItemsCounted:
    """The dataset's metadata, read again."""

    dataset: Document[Dataset]
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordsCounted:
    """The key-value store's metadata, read again (it holds no count; `modified_at` says when to list)."""

    store: Document[KeyValueStore]
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueCounted:
    """The request queue's metadata, read again."""

    queue: Document[RequestQueue]
    at: datetime


@dataclass(frozen=True, slots=True)
class PaneChanged:
    """A pane's state changed."""

    pane: Pane
    state: PaneState


@dataclass(frozen=True, slots=True)
class LinkMeasured:
    """Our own requests a second over the last ten, and whether the last one was answered."""

    requests_per_second: float
    answered: bool


Event = RunSeen | LogGrew | ItemsCounted | RecordsCounted | QueueCounted | PaneChanged | LinkMeasured
