"""How many rows to ask for at once, learned from the size of those that came."""

from __future__ import annotations

MOST, FIRST = 512, 100


class RequestSize:
    """Rows that fit a request of about `request_bytes`; the first request is small."""

    def __init__(self, request_bytes: int) -> None:
        self._request_bytes = request_bytes
        self._cap = MOST
        self._rows = self._bytes = 0

    @property
    def rows(self) -> int:
        """Rows to ask for next."""
        if not self._rows:
            return min(FIRST, self._cap)
        mean = max(1, self._bytes // self._rows)
        return max(1, min(self._cap, self._request_bytes // mean))

    def learn(self, rows: int, size: int) -> None:
        """So many rows came in so many bytes."""
        self._rows += rows
        self._bytes += size

    def too_large(self, rows: int) -> None:
        """So many rows were more than an answer may hold."""
        self._cap = max(1, min(rows, self._cap) // 2)
