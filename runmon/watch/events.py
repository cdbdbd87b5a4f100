"""What a watch tells: frozen facts, the same for screens, commands and tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runmon.model.document import Document
from runmon.model.run import Run
from runmon.model.state import Condition as Condition
from runmon.model.state import Pane as Pane
from runmon.model.state import PaneState as PaneState
from runmon.model.storages import Dataset, KeyValueStore, RequestQueue


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
