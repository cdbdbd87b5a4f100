"""How much a storage holds, read by its metadata only, and only while its pane is on show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from runmon.api.client import Api
from runmon.errors import NeedsToken, NoAccess, NotFound
from runmon.model.document import Document, View
from runmon.model.run import Run
from runmon.model.storages import Dataset, KeyValueStore, Place, RequestQueue
from runmon.watch.asking import Asking
from runmon.watch.board import Board
from runmon.watch.clock import Pulse
from runmon.watch.events import Condition, Event, ItemsCounted, Pane, QueueCounted, RecordsCounted
from runmon.watch.pace import Pace
from runmon.watch.status import RunFacts

S = TypeVar("S", bound=View)

RESTING = 1.5
"""How much longer each pause gets while nothing changes."""


class Kind(msgspec.Struct, Generic[S], frozen=True):
    """What sets one kind of storage apart."""

    pane: Pane
    read: Callable[[Place], Awaitable[Document[S]]]
    event: Callable[[Document[S], datetime], Event]
    storage_id: Callable[[Run], str | None]
    signs: Callable[[S], tuple[object, ...]]
    """What changes when the storage does; not what our own looking changes."""


def kinds(api: Api) -> tuple[Kind[Dataset], Kind[KeyValueStore], Kind[RequestQueue]]:
    """The three kinds of storage of a run."""
    return (
        Kind(
            Pane.ITEMS,
            api.dataset,
            ItemsCounted,
            lambda run: run.default_dataset_id,
            lambda dataset: (dataset.item_count, dataset.modified_at),
        ),
        Kind(
            Pane.RECORDS,
            api.store,
            RecordsCounted,
            lambda run: run.default_key_value_store_id,
            lambda store: (store.modified_at, store.stats.write_count),
        ),
        Kind(
            Pane.QUEUE,
            api.queue,
            QueueCounted,
            lambda run: run.default_request_queue_id,
            lambda queue: (
                queue.total_request_count,
                queue.handled_request_count,
                queue.pending_request_count,
            ),
        ),
    )


class Counter(Generic[S]):
    """Follows one storage of the run."""

    def __init__(self, kind: Kind[S], run_id: str, facts: RunFacts, pace: Pace, *, asking: Asking) -> None:
        self.pane = kind.pane
        self.place = Place.below(run_id)
        """Where the storage is reached: below the run, or by its id where that did not do."""
        self._run_id = run_id
        self._kind: Kind[S] = kind
        self._facts = facts
        self._pace = pace
        self._asking = asking
        self._board: Board = asking.board
        self._clock = asking.board.clock
        self._shown = False
        self._now = Pulse()
        self._last: tuple[object, ...] | None = None
        self._pause = pace.counts_s
        self._settled_life = 0

    def show(self, shown: bool) -> None:
        """Whether the pane is on show."""
        if shown == self._shown:
            return
        self._shown = shown
        if shown:
            self.look()
        else:
            self._board.forget(self.pane)

    def look(self) -> None:
        """Count now, also after the end."""
        self._settled_life = 0
        self._pause = self._pace.counts_s
        self._now.beat()

    async def work(self) -> None:
        """Follow the storage for ever."""
        while True:
            await self._turn()
            life = self._facts.lives
            over = self._facts.over_for() if self._facts.final else None
            try:
                found = await self._asking.ask(self._question)
            except (NotFound, NoAccess) as error:
                await self._closed(life, patient=isinstance(error, NotFound))
                continue
            await self._counted(found, over, life)

    async def _turn(self) -> None:
        """Return when there is something to ask: shown, allowed, and not settled."""
        while True:
            halted = self._facts.halted
            if halted is not None:
                self._board.put(self.pane, halted.condition, halted.detail)
            elif self._shown and self._settled_life != self._facts.lives:
                return
            await self._clock.wait(self._now.next, self._facts.changed.next, seconds=self._pace.ended_s)

    async def _closed(self, life: int, *, patient: bool) -> None:
        """After a no: wait for a new life, for somebody who asks, or a while where it may still come."""
        look = self._now.next
        while not look.done() and life == self._facts.lives:
            moved = await self._clock.wait(look, self._facts.changed.next, seconds=self._pace.ended_s)
            if not moved and patient and not self._facts.final:
                return

    async def _question(self) -> Document[S]:
        """The storage below the run; by its id where the run knows nothing of it, or the other way round."""
        try:
            return await self._kind.read(self.place)
        except (NotFound, NeedsToken) as error:
            other = self._other_place()
            if error.status != 404 or other is None:
                raise
        found = await self._kind.read(other)
        self.place = other
        return found

    def _other_place(self) -> Place | None:
        if self.place.storage_id is not None:
            return Place.below(self._run_id)
        known = self._facts.seen
        storage = self._kind.storage_id(known.view) if known is not None else None
        return Place.by_id(storage) if storage else None

    async def _counted(self, found: Document[S], over: float | None, life: int) -> None:
        pause = self._next(found, over)
        self._board.right(self.pane, for_s=self._pace.promise(pause))
        self._board.tell(self._kind.event(found, self._clock.wall()))
        if over is not None and over >= self._pace.settled_s:
            self._settled_life = life
            self._board.forget(self.pane)
            self._board.put(self.pane, Condition.COMPLETE)
            return
        self._board.put(self.pane, Condition.LIVE if over is None else Condition.SETTLING)
        await self._rest(pause, final=over is not None)

    async def _rest(self, seconds: float, *, final: bool) -> None:
        """Wait that long, or until somebody asks, or the run ends or begins again."""
        look, until = self._now.next, self._clock.monotonic() + seconds
        while not look.done() and final == self._facts.final:
            left = until - self._clock.monotonic()
            if left <= 0:
                return
            await self._clock.wait(look, self._facts.changed.next, seconds=left)

    def _next(self, found: Document[S], over: float | None) -> float:
        """Seconds until the next look: soon while it changes, longer and longer while it does not."""
        now = self._kind.signs(found.view)
        self._pause = self._pace.counts_s if now != self._last else self._pause * RESTING
        self._pause, self._last = min(self._pause, self._pace.counts_rest_s), now
        if over is None:
            return self._pause
        first, settled = self._pace.settle_s[0], self._pace.settled_s
        return max((first if over < first else settled) - over, 0.0)
