"""A watch over one run: its workers, what they share, and what a screen or a command asks of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from functools import partial
from types import TracebackType
from typing import Any, Self

from runmon.api.client import Api
from runmon.model.document import Document
from runmon.model.log import LogBuffer
from runmon.model.run import Run
from runmon.model.storages import Place
from runmon.watch.asking import Asking
from runmon.watch.board import Board
from runmon.watch.clock import Clock
from runmon.watch.counts import Counter, kinds
from runmon.watch.events import Condition, Event, LinkMeasured, Pane, PaneState
from runmon.watch.pace import FAR, NEAR, Link, Pace
from runmon.watch.reading import HeadFiller, LogReader
from runmon.watch.status import LONG_OVER_S, RunFacts, RunFollower
from runmon.watch.supervisor import Fault, Supervisor
from runmon.watch.tail import LogFollower

TICK_S = 0.5
JUMP_S = 5.0
"""The time of day moved so much more than the running clock: the machine slept, or its clock was set."""


class Watch:
    """Follows a run inside `async with`. One consumer reads `events`; trouble is a pane's state, not raised.

    Watches of one server can share a `link`, so that an outage is probed once.
    """

    def __init__(
        self,
        api: Api,
        run_id: str,
        *,
        clock: Clock | None = None,
        pace: Pace | None = None,
        link: Link | None = None,
        tail_first: bool = True,
        follow_log: bool = True,
    ) -> None:
        """`tail_first` lets the end of a long log show before its beginning has come.

        Without `follow_log` the log is left alone, for those who want to know of the run only.
        """
        self.run_id = run_id
        self.clock = clock or Clock()
        self.pace = pace or (NEAR if api.address.loopback else FAR)
        self.link = link or Link(self.clock)
        self.log = LogBuffer()
        """The log, growing."""
        self.facts = RunFacts(self.clock)
        self._api = api.without_retries()
        self._board = Board(self.clock)
        self._supervisor = Supervisor(self.clock, self._broke)
        self._run = RunFollower(self._read_run, self.facts, self._board, self.link, self.pace)
        self._reader = LogReader(partial(self._api.log, run_id), self.log, self._board, self.link)
        self._filler = HeadFiller(self._reader, self.facts, self._board, self.link)
        self._tail = LogFollower(
            self._reader, self.facts, self.pace, asking=self._asking(Pane.LOG), tail_first=tail_first
        )
        self._counters: dict[Pane, Counter[Any]] = {
            kind.pane: Counter(kind, run_id, self.facts, self.pace, asking=self._asking(kind.pane))
            for kind in kinds(self._api)
        }
        self._measured: LinkMeasured | None = None
        self._follow_log = follow_log

    async def __aenter__(self) -> Self:
        self._supervisor.start(Pane.RUN.value, self._run.work)
        if self._follow_log:
            self._supervisor.start(Pane.LOG.value, self._tail.work)
            self._supervisor.start("head", self._filler.work)
        for pane, counter in self._counters.items():
            self._supervisor.start(pane.value, counter.work)
        self._supervisor.start("ticker", self._tick)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._supervisor.close()
        self._board.close()
        self.log.close()

    def events(self) -> AsyncIterator[Event]:
        """What is learnt, the newest of each kind; ends when the watch is left. For one consumer."""
        return self._board.events()

    @property
    def states(self) -> dict[Pane, PaneState]:
        """Every pane's state as told last."""
        return dict(self._board.states)

    def overdue(self, pane: Pane) -> float:
        """Seconds since a pane's data should have been renewed; 0 where nothing is overdue."""
        return self._board.overdue(pane)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What went wrong in our own code, newest last."""
        return tuple(self._supervisor.faults)

    def show(self, panes: Collection[Pane]) -> None:
        """Count these storages, and no others, from now on."""
        for pane, counter in self._counters.items():
            counter.show(pane in panes)

    def rest(self, resting: bool) -> None:
        """Whether nobody looks: the run is then asked for rarely. The log goes on coming by itself."""
        self._run.rest(resting)

    def refresh(self) -> None:
        """Ask everything now: after an outage, a refusal or an end as well."""
        self.facts.resume()
        self._run.look()
        self._tail.look()
        for counter in self._counters.values():
            counter.look()
        self.link.hurry()

    def saw(self, run: Document[Run]) -> None:
        """Take the run object that answered an order such as abort; older answers under way are dropped."""
        self._run.look()
        self._run.saw(run)

    def place(self, pane: Pane) -> Place:
        """Where a pane's storage is reached now: below the run, or by id where the run does not know it."""
        return self._counters[pane].place

    async def _read_run(self, wait_s: int) -> Document[Run]:
        return await self._api.run(self.run_id, wait_s=wait_s)

    def _asking(self, pane: Pane) -> Asking:
        refused, may_come, seen = self._refused, self._may_come, self._log_seen
        if pane is not Pane.LOG:
            return Asking(pane, self._board, self.link, refused=refused, may_come=may_come)
        return Asking(pane, self._board, self.link, refused=refused, may_come=may_come, seen=seen)

    def _log_seen(self) -> bool:
        return self.log.size > 0

    def _may_come(self) -> bool:
        """Whether a part that is missing may only be late: not where the run ended long ago."""
        return self.facts.over_for() < LONG_OVER_S

    def _refused(self) -> None:
        """A part of the run was refused: see at once whether the run itself still answers."""
        if self._api.token is not None:
            self._run.look()

    def _broke(self, fault: Fault, restart_at: float) -> None:
        known = {pane.value: pane for pane in Pane}
        pane = known.get(fault.worker, Pane.LOG if fault.worker == "head" else Pane.RUN)
        words = f"{fault.sentence} Starting again."
        self._board.put(pane, Condition.TROUBLE, words, retry_at=restart_at)

    async def _tick(self) -> None:
        """Look for stale panes, a log that was lost, clock jumps and our own request rate, for ever."""
        drift = self._drift()
        while True:
            await self.clock.sleep(TICK_S)
            self._board.look_for_stale()
            self._measure()
            self._reader.look()
            jumped, drift = abs(self._drift() - drift) > JUMP_S, self._drift()
            if jumped:
                self._tail.reconnect()
                self._run.look()
                self.link.hurry()

    def _drift(self) -> float:
        return self.clock.wall().timestamp() - self.clock.monotonic()

    def _measure(self) -> None:
        meter = self._api.meter
        measured = LinkMeasured(
            round(meter.per_second(), 1), meter.answered is not False and not self.link.down
        )
        if measured != self._measured:
            self._measured = measured
            self._board.tell(measured)
