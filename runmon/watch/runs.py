"""The runs of one place, followed: the list at a polite pace, and what its rows lack, one question at a time.

The list tells little of a run. Of the rows on screen the rest is read lazily: why those failed that failed,
what the running ones are doing, the names of Actors, the counts of items.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from runmon.api.client import Api
from runmon.errors import ApiError, NoAccess, NotFound
from runmon.insight.reason import last_error
from runmon.model.run import Run
from runmon.model.run_filter import RunFilter
from runmon.model.run_list import ListedRun, RunList
from runmon.model.state import Condition, Pane, PaneState
from runmon.model.storages import Place as Storage
from runmon.watch.asking import Asking
from runmon.watch.board import Board
from runmon.watch.clock import Clock, Pulse
from runmon.watch.pace import Link
from runmon.watch.supervisor import Fault, Supervisor

PAGE = 100
"""Rows of one page of the list."""
TAIL_BYTES = 65_536
"""Of a log, where the server gives its end alone."""
WHOLE_BYTES = 524_288
"""Of a log, where the server gives all or nothing: a longer one is left alone."""

SETTLED = timedelta(seconds=10)
"""After a run's end its counts are final (API.md §6)."""


@dataclass(frozen=True, slots=True)
class RunsPace:
    """Seconds between looks, and how many questions about rows may be asked."""

    list_s: float = 5.0
    """The newest page of the list."""
    row_s: float = 10.0
    """A running run on screen."""
    rest_s: float = 7.0
    """Between two looks at running runs, however many there are."""
    burst: float = 30.0
    """Questions about rows at once, when many come onto the screen."""
    per_second: float = 4.0
    """And then so many a second."""


FAR_RUNS = RunsPace()
NEAR_RUNS = RunsPace(list_s=1.0, row_s=2.0, rest_s=0.1, burst=200, per_second=50)


def every(seconds: float) -> RunsPace | None:
    """A pace with so many seconds between two looks at the list, whatever the distance; None for 0."""
    return RunsPace(list_s=seconds) if seconds else None


class RunsFeed:
    """Follows one place inside `async with`, into a list that places share; `told` hears that it changed."""

    def __init__(
        self,
        api: Api,
        runs: RunList,
        *,
        place: str,
        told: Callable[[], None],
        read_only: bool = False,
        clock: Clock | None = None,
        pace: RunsPace | None = None,
    ) -> None:
        self.api, self.runs, self.place, self.read_only = api, runs, place, read_only
        self.clock = clock or Clock()
        self.pace = pace or (NEAR_RUNS if api.address.loopback else FAR_RUNS)
        self.total: int | None = None
        """Runs of the place in all, by the server's word."""
        self.refused: ApiError | None = None
        """Why the list cannot be had."""
        self._once = api.without_retries()
        self._told = told
        self._board = Board(self.clock)
        self._link = Link(self.clock)
        self._supervisor = Supervisor(self.clock, self._broke)
        self._listing = Asking(Pane.RUN, self._board, self._link)
        self._asking = Asking(Pane.ITEMS, self._board, self._link, may_come=lambda: False)
        self._now, self._wanted_now = Pulse(), Pulse()
        self._filter = RunFilter()
        self._pages = 1
        self._wanted: tuple[str, ...] = ()
        self._read_at: dict[str, float] = {}
        self._counted_at: dict[str, datetime] = {}
        self._rested_at = float("-inf")
        self._resting = False
        self._hopeless: set[tuple[str, str]] = set()
        self._allowance = self.pace.burst
        self._allowed_at = self.clock.monotonic()

    async def __aenter__(self) -> RunsFeed:
        self._supervisor.start("runs", self._follow)
        self._supervisor.start("rows", self._fill)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._supervisor.close()
        self._board.close()
        await self.api.aclose()

    @property
    def state(self) -> PaneState:
        """How far the list can be trusted."""
        self._board.look_for_stale()
        return self._board.states[Pane.RUN]

    def want(self, run_ids: Collection[str]) -> None:
        """These rows are on screen: read what they lack."""
        if tuple(run_ids) != self._wanted:
            self._wanted = tuple(run_ids)
            self._wanted_now.beat()

    def narrow(self, to: RunFilter) -> None:
        """Ask the server for these runs only, as far as it can tell them apart."""
        if (to.statuses, to.since) != (self._filter.statuses, self._filter.since):
            self._pages = 1
            self._now.beat()
        self._filter = to

    def more(self) -> None:
        """Read a page further back, where there is one."""
        if self.total is not None and self._pages * PAGE < self.total:
            self._pages += 1
            self._now.beat()

    def refresh_list(self) -> None:
        """Look at the list now."""
        self._now.beat()

    def rest(self, resting: bool) -> None:
        """Ask nothing while nobody looks."""
        self._resting = resting
        if not resting:
            self._now.beat()
            self._wanted_now.beat()

    def refresh(self) -> None:
        """Ask again now, also where the server said no."""
        self.refused = None
        self._hopeless.clear()
        self._link.hurry()
        self._now.beat()
        self._wanted_now.beat()

    async def _follow(self) -> None:
        read = 0
        while True:
            while self.refused is not None or self._resting:
                await self._now.wait()
            try:
                changed = await self._listing.ask(partial(self._read_page, 0))
                read = max(1, min(read, self._pages))
                while read < self._pages:
                    changed |= await self._listing.ask(partial(self._read_page, read))
                    read += 1
            except (NoAccess, NotFound) as error:
                self.refused = error
                self._told()
                continue
            self._well(changed)
            await self.clock.wait(self._now.next, seconds=self.pace.list_s)

    def _well(self, changed: bool) -> None:
        before = self._board.states[Pane.RUN].condition
        self._board.right(Pane.RUN, for_s=max(2 * self.pace.list_s, 5.0))
        self._board.put(Pane.RUN, Condition.LIVE)
        if changed or before is not Condition.LIVE:
            self._told()
            self._wanted_now.beat()

    async def _read_page(self, number: int) -> bool:
        """Take a page in; whether it told anything new."""
        since = self._filter.since
        page = await self._once.runs(
            limit=PAGE,
            offset=number * PAGE,
            status=",".join(sorted(self._filter.statuses)) or None,
            started_after=None if since is None else self.clock.wall() - since,
        )
        self.total = page.total
        return self.runs.take(page.items, self.place, read_only=self.read_only)

    async def _fill(self) -> None:
        while True:
            need = None if self._resting else self._next_need()
            if need is None:
                await self.clock.wait(self._wanted_now.next, seconds=min(self.pace.row_s, 2.0))
                continue
            await self._allow()
            kind, run_id, read = need
            try:
                await self._asking.ask(read)
            except (NoAccess, NotFound):
                self._hopeless.add((kind, run_id))
            self._told()

    async def _allow(self) -> None:
        """Wait until one more question is polite."""
        pace, now = self.pace, self.clock.monotonic()
        gained = (now - self._allowed_at) * pace.per_second
        self._allowance, self._allowed_at = min(self._allowance + gained, pace.burst) - 1, now
        if self._allowance < 0:
            await self.clock.sleep(-self._allowance / pace.per_second)

    def _next_need(self) -> tuple[str, str, Callable[[], Awaitable[None]]] | None:
        """What is worth asking first: the kind, the run, and the question; None while nothing is."""
        rows = [run for run in map(self.runs.get, self._wanted) if run and run.place == self.place]
        needs = (need for kind in _KINDS for need in self._needs(kind, rows))
        kind, run = next(needs, (None, None))
        if kind is None or run is None:
            return None
        return kind, run.id, lambda: _KINDS[kind](self, run)

    def _needs(self, kind: str, rows: list[ListedRun]) -> Iterator[tuple[str, ListedRun]]:
        for run in rows:
            if (kind, run.id) not in self._hopeless and self._lacks(kind, run):
                yield kind, run

    def _lacks(self, kind: str, run: ListedRun) -> bool:
        match kind:
            case "failed":
                return run.failed and run.run is None
            case "actor":
                act_id = run.short.act_id
                return bool(act_id) and not self.runs.knows_actor(act_id or "")
            case "running":
                return not run.phase.final and self._is_due(run)
            case "items":
                return run.phase.final and bool(run.short.default_dataset_id) and self._lacks_items(run)
            case "error":
                return run.failed and run.error is None
            case _:
                return run.run is None

    def _lacks_items(self, run: ListedRun) -> bool:
        """Whether items were not counted yet, or while the server was still counting."""
        if run.items is None or run.short.finished_at is None:
            return run.items is None
        settled = run.short.finished_at + SETTLED
        return self._counted_at.get(run.id, settled) < settled <= self.clock.wall()

    def _is_due(self, run: ListedRun) -> bool:
        now = self.clock.monotonic()
        read_at = self._read_at.get(run.id)
        if read_at is None:
            return True
        return now - read_at >= self.pace.row_s and now - self._rested_at >= self.pace.rest_s

    async def _read_run(self, run: ListedRun) -> None:
        self._read_at[run.id] = self._rested_at = self.clock.monotonic()
        found = (await self._once.run(run.id)).view
        self.runs.saw(found)
        if not found.phase.final:
            await self._read_items(run)

    async def _read_items(self, run: ListedRun) -> None:
        dataset_id = run.short.default_dataset_id
        if dataset_id:
            found = await self._once.dataset(Storage(storage_id=dataset_id))
            self._counted_at[run.id] = self.clock.wall()
            self.runs.learn(run.id, items=found.view.item_count or 0)

    async def _read_actor(self, run: ListedRun) -> None:
        act_id = run.short.act_id or ""
        self.runs.named(act_id, "")
        self.runs.named(act_id, (await self._once.actor(act_id)).view.name)

    async def _read_error(self, run: ListedRun) -> None:
        self.runs.learn(run.id, error="")
        self.runs.learn(run.id, error=last_error(await self._end_of_log(run.id)))

    async def _end_of_log(self, run_id: str) -> bytes:
        """The end of a log; nothing where the server gives only all of it and that is much."""
        found = bytearray()
        async with self._once.log(run_id, last_bytes=TAIL_BYTES) as body:
            if body.start == 0 and (body.size or 0) > WHOLE_BYTES:
                return b""
            async for chunk in body:
                found += chunk
                if len(found) > WHOLE_BYTES:
                    return b""
        return bytes(found[-TAIL_BYTES:])

    def _broke(self, fault: Fault, restart_at: float) -> None:
        self._board.put(Pane.RUN, Condition.TROUBLE, fault.sentence, retry_at=restart_at)
        self._told()

    async def abort(self, run_id: str, *, gracefully: bool) -> Run:
        """Abort a run; what the server answers is in the list at once."""
        found = (await self.api.abort(run_id, gracefully=gracefully)).view
        self.runs.saw(found)
        self._told()
        return found


_KINDS: dict[str, Callable[[RunsFeed, ListedRun], Awaitable[None]]] = {
    "failed": RunsFeed._read_run,
    "actor": RunsFeed._read_actor,
    "running": RunsFeed._read_run,
    "items": RunsFeed._read_items,
    "error": RunsFeed._read_error,
    "rest": RunsFeed._read_run,
}
"""What a row can lack, the most wanted first, and how it is read."""
