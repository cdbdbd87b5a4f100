"""What a watch tells: frozen facts, the same for screens, commands and tests."""

from __future__ import annotations

from datetime import datetime

import msgspec

from runmon.model.document import Document
from runmon.model.run import Run
from runmon.model.state import Condition as Condition
from runmon.model.state import Pane as Pane
from runmon.model.state import PaneState as PaneState
from runmon.model.storages import Dataset, KeyValueStore, RequestQueue


class RunSeen(msgspec.Struct, frozen=True):
    """The run object, read again."""

    run: Document[Run]
    at: datetime
    settled: bool
    """Whether the figures are final: the run is over and the server has had time to settle them."""


class LogGrew(msgspec.Struct, frozen=True):
    """Totals of the log buffer, never differences, so that a burst folds into its last event."""

    size: int
    lines: int
    """Lines, an unfinished last one included."""
    generation: int
    """Grows when the server rewrote its log and lines already shown changed."""
    complete: bool


class ItemsCounted(msgspec.Struct, frozen=True):
    """The dataset's metadata, read again."""

    dataset: Document[Dataset]
    at: datetime


class RecordsCounted(msgspec.Struct, frozen=True):
    """The key-value store's metadata, read again (it holds no count; `modified_at` says when to list)."""

    store: Document[KeyValueStore]
    at: datetime


class QueueCounted(msgspec.Struct, frozen=True):
    """The request queue's metadata, read again."""

    queue: Document[RequestQueue]
    at: datetime


class PaneChanged(msgspec.Struct, frozen=True):
    """A pane's state changed."""

    pane: Pane
    state: PaneState


class LinkMeasured(msgspec.Struct, frozen=True):
    """Our own requests a second over the last ten, and whether the last one was answered."""

    requests_per_second: float
    answered: bool


Event = RunSeen | LogGrew | ItemsCounted | RecordsCounted | QueueCounted | PaneChanged | LinkMeasured
