"""One pane's questions to the server: asked again as long as that may help, its trouble put into words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from runmon.errors import ApiError, LinkError, NeedsToken, NoAccess, NotFound, RateLimited, ServerFault
from runmon.watch.board import Board
from runmon.watch.events import Condition, Pane
from runmon.watch.pace import LONGEST_PAUSE_S, Backoff, Link

T = TypeVar("T")

MISSING_TRIES = 3
MISSING_PAUSE_S = 1.5
"""A new run may be missing on a lagging replica for about three seconds."""

ORDER = (Pane.RUN, Pane.LOG, Pane.ITEMS, Pane.RECORDS, Pane.QUEUE)
"""Who resumes first after an outage."""


class Asking:
    """What one pane asks, and what it does with a no."""

    def __init__(
        self,
        pane: Pane,
        board: Board,
        link: Link,
        *,
        refused: Callable[[], None] = lambda: None,
        may_come: Callable[[], bool] = lambda: True,
        seen: Callable[[], bool] = lambda: True,
    ) -> None:
        """`refused` hears that a token is wanted; `may_come` tells whether what is missing may come yet.

        `seen` tells whether what is missing was ever here.
        """
        self.pane = pane
        self.board = board
        self.link = link
        self.backoff = Backoff(link.chance)
        self._missing = 0
        self._refused = refused
        self._may_come = may_come
        self._seen = seen

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """The answer, however long it takes; NotFound after some tries and NoAccess at once, both shown."""
        while True:
            try:
                async with self.link.turn(ORDER.index(self.pane), self.waiting):
                    answer = await question()
            except ApiError as error:
                await self.recover(error)
            else:
                self.well()
                return answer

    def well(self) -> None:
        """An answer came."""
        self._missing = 0
        self.backoff.reset()

    async def recover(self, error: ApiError, detail: str = "") -> None:
        """Show the trouble and wait until asking again makes sense; raises where it makes none."""
        match error:
            case NoAccess():
                kind = Condition.NEEDS_TOKEN if isinstance(error, NeedsToken) else Condition.FORBIDDEN
                self.board.put(self.pane, kind, str(error))
                self._refused()
                raise error
            case NotFound():
                await self._miss(error)
            case LinkError() | ServerFault() | RateLimited():
                await self._retry(error, detail or error.sentence)
            case _:
                await self.pause(LONGEST_PAUSE_S, Condition.TROUBLE, error.sentence)

    def waiting(self, retry_at: float) -> None:
        """The server is away, and will be tried at `retry_at`."""
        known = self.board.states[self.pane].detail
        self.board.put(self.pane, Condition.RECONNECTING, known, retry_at=retry_at)

    async def _miss(self, error: NotFound) -> None:
        self._missing += 1
        if self._missing >= MISSING_TRIES or not self._may_come():
            self._missing = 0
            condition = Condition.GONE if self._seen() else Condition.ABSENT
            self.board.put(self.pane, condition, error.sentence)
            raise error
        await self.pause(MISSING_PAUSE_S, Condition.RECONNECTING, error.sentence)

    async def _retry(self, error: ApiError, detail: str) -> None:
        if self.link.retry_at is not None:
            self.board.put(self.pane, Condition.RECONNECTING, detail, retry_at=self.link.retry_at)
            return
        seconds = max(self.backoff.pause(error), self.link.budget.wait_s())
        await self.pause(seconds, Condition.RECONNECTING, detail)

    async def pause(self, seconds: float, condition: Condition, detail: str) -> None:
        """Show a condition and wait, or until the person asks to hurry."""
        clock = self.board.clock
        self.board.put(self.pane, condition, detail, retry_at=clock.monotonic() + seconds)
        await clock.wait(self.link.hurried, seconds=seconds)
