"""The run object, followed: by the long wait while the run is alive, by a few looks until it has settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from runmon.errors import NoAccess, NotFound
from runmon.model.document import Document
from runmon.model.run import Phase, Run
from runmon.watch.asking import Asking
from runmon.watch.board import Board
from runmon.watch.clock import Clock, Pulse
from runmon.watch.events import Condition, Pane, PaneState, RunSeen
from runmon.watch.pace import Link, Pace

LONG_OVER_S = 60.0
"""A run that finished this long ago has settled, even where the clocks of both machines differ a little."""

REST_S = 15.0
"""Between two looks at a living run that nobody looks at; its end is still told at once, by the long wait."""

ReadRun = Callable[[int], Awaitable[Document[Run]]]
"""Reads the run, waiting up to so many seconds for its end."""


class RunFacts:
    """What is known about the run, for everybody who follows a part of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seen: Document[Run] | None = None
        self.ended_at: float | None = None
        """The monotonic second since when the run is known to be over; None while it is not."""
        self.lives = 1
        """Grows each time the run comes back to life."""
        self.halted: PaneState | None = None
        """Why nobody should ask any more, where that is so."""
        self.changed = Pulse()
        """Beats whenever something here changed."""

    @property
    def final(self) -> bool:
        """Whether the run is over, as far as is known."""
        return self.ended_at is not None

    @property
    def status(self) -> str:
        """The run's status as read last; empty before."""
        return self.seen.view.status if self.seen is not None else ""

    def over_for(self) -> float:
        """Seconds since the end; 0 while it is alive."""
        return 0.0 if self.ended_at is None else self._clock.monotonic() - self.ended_at

    def learn(self, document: Document[Run]) -> None:
        """Take a newer run object."""
        before, self.seen = self.seen, document
        run, again = document.view, before is not None and _lives_again(before.view, document.view)
        if again:
            self.lives += 1
            self.ended_at = None
        if not run.phase.final:
            self.ended_at = None
        elif self.ended_at is None:
            self.ended_at = self._clock.monotonic() - (0.0 if again else self._age(run))
        self.changed.beat()

    def _age(self, run: Run) -> float:
        if run.finished_at is None or run.finished_at.tzinfo is None:
            return 0.0
        age = (self._clock.wall() - run.finished_at).total_seconds()
        return age if age > LONG_OVER_S else 0.0

    def halt(self, state: PaneState) -> None:
        """Nobody should ask until `resume`."""
        self.halted = state
        self.changed.beat()

    def resume(self) -> None:
        """Asking makes sense again."""
        self.halted = None
        self.changed.beat()

    async def may_ask(self) -> None:
        """Return as soon as asking makes sense."""
        while self.halted is not None:
            await self.changed.wait()


def _lives_again(before: Run, now: Run) -> bool:
    if not before.phase.final:
        return False
    ended_anew = before.finished_at is not None and now.finished_at != before.finished_at
    return now.phase is not Phase.UNKNOWN and (not now.phase.final or ended_anew)


class RunFollower:
    """Reads the run at its pace and tells what it saw."""

    def __init__(self, read: ReadRun, facts: RunFacts, board: Board, link: Link, pace: Pace) -> None:
        self._read = read
        self._facts = facts
        self._board = board
        self._pace = pace
        self._clock = board.clock
        self._asking = Asking(Pane.RUN, board, link)
        self._now = Pulse()
        self._patient = False
        self._resting = False

    def rest(self, resting: bool) -> None:
        """Look rarely while nobody does. Either begins with a look, which is then right until the next."""
        if resting != self._resting:
            self._resting = resting
            self.look()

    def look(self) -> None:
        """Read the run now; an answer that is on its way is dropped, being older than the question."""
        self._patient = False
        self._now.beat()

    async def work(self) -> None:
        """Follow the run for ever."""
        while True:
            await self._facts.may_ask()
            began = self._clock.monotonic()
            try:
                document = await self._asking.ask(self._question)
            except (NotFound, NoAccess):
                self._patient = False
                self._facts.halt(self._board.states[Pane.RUN])
                continue
            self.saw(document)
            await self._clock.wait(self._now.next, seconds=self._rest(began))

    def saw(self, document: Document[Run]) -> None:
        """Take a run object, from here or as the answer to an order such as abort."""
        self._facts.learn(document)
        self._patient = not self._facts.final
        over = self._facts.final and self._facts.over_for() >= self._pace.settled_s
        condition = (
            Condition.COMPLETE if over else Condition.SETTLING if self._facts.final else Condition.LIVE
        )
        self._board.right(Pane.RUN, for_s=self._pace.promise(self._interval()))
        self._board.tell(RunSeen(document, self._clock.wall(), settled=over))
        self._board.put(Pane.RUN, condition)

    async def _question(self) -> Document[Run]:
        """The run; by the long wait only where the last look succeeded, and asked anew by `look`."""
        while True:
            wait_s, self._patient = int(self._alive_s) if self._patient else 0, False
            answer = asyncio.ensure_future(self._read(wait_s))
            both: set[asyncio.Future[Any]] = {answer, self._now.next}
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if answer.done():
                    return answer.result()
            finally:
                answer.cancel()

    @property
    def _alive_s(self) -> float:
        """Seconds between two looks at a run that is alive."""
        return max(self._pace.run_s, REST_S) if self._resting else self._pace.run_s

    def _interval(self) -> float:
        if not self._facts.final:
            return self._alive_s
        over, at = self._facts.over_for(), 0.0
        for pause in self._pace.settle_s:
            at += pause
            if over < at:
                return at - over
        return self._pace.ended_s

    def _rest(self, began: float) -> float:
        if self._facts.final:
            return self._interval()
        return max(0.0, began + self._alive_s - self._clock.monotonic())
