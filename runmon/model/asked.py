"""What pages of a dataset share: what is asked of the server and not answered yet, and how much is kept."""

from __future__ import annotations

import msgspec

from runmon.model.request_size import RequestSize

BUDGET, REQUEST_BYTES, ROW_LIMIT = 16 * 1024 * 1024, 512 * 1024, 128 * 1024
OVERHEAD = 96
"""Bytes reckoned per row beside its text."""
WITHHELD = msgspec.Raw(b"")
"""Stands for a row that the server counted but did not send, so that it is not asked for again and again."""


class Span(msgspec.Struct, frozen=True):
    """Rows `first` … `first + length - 1`."""

    first: int
    length: int

    @property
    def end(self) -> int:
        """One past the last row."""
        return self.first + self.length


class Asked:
    """Requests that are under way. Each has as many rows as the answers so far let expect to do."""

    def __init__(self, *, budget: int, request_bytes: int, row_limit: int) -> None:
        self.heavy: dict[int, int] = {}
        """Bytes of rows too large to keep: `get` gives `WITHHELD` for them, a detail reads them by itself."""
        self._budget, self._row_limit = budget, row_limit
        self._size = RequestSize(request_bytes)
        self._asked: list[Span] = []

    def asked(self, span: Span) -> None:
        """A request for these rows is under way."""
        self._asked.append(span)

    def gave_up(self, span: Span, *, too_large: bool = False) -> None:
        """The request failed or was cancelled: its rows are holes again; too large ones are halved."""
        self._ended(span)
        if too_large:
            self._size.too_large(span.length)

    def _ended(self, span: Span) -> None:
        """The request is no more under way."""
        if span in self._asked:
            self._asked.remove(span)


def weight(raw: msgspec.Raw) -> int:
    """Bytes of a row's text."""
    return len(memoryview(raw))
