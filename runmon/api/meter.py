"""How many requests we make: shown to the person, who pays for some of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

LONGEST_S, SHORTEST_S = 60.0, 10.0
"""What a rate is the mean of: long, so that it does not flicker between two figures."""


class Meter:
    """Counts requests sent, retries and redirects included."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._began = clock, clock()
        self._recent: deque[float] = deque()
        self.total = 0
        """Requests since the start."""
        self.answered: bool | None = None
        """Whether the last request was answered at all; None before the first."""

    def sent(self) -> None:
        """One more request leaves now."""
        self.total += 1
        self._recent.append(self._clock())

    def per_second(self) -> float:
        """Requests a second over the last minute, or since the start where that is less."""
        now = self._clock()
        while self._recent and self._recent[0] < now - LONGEST_S:
            self._recent.popleft()
        return len(self._recent) / min(max(now - self._began, SHORTEST_S), LONGEST_S)
