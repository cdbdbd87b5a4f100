"""The rows of the request queue: the head as it will be taken, or all requests with the state they are in."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from runmon.model.requests import HeadRequest, QueuedRequest, RequestState
from runmon.render.cells import Cell, middle_cut
from runmon.render.requests import state_sign
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

RETRIES, METHOD = 7, 6
NARROW = 56
"""Cells below which the method gives way to the url."""


class RequestRows:
    """A `TableSource` over requests of either kind."""

    def __init__(self) -> None:
        self.requests: Sequence[HeadRequest | QueuedRequest] = ()
        self._url = 20

    def place_of(self, request_id: str) -> int | None:
        """The row of a request; None where it is not listed."""
        return next((row for row, each in enumerate(self.requests) if each.id == request_id), None)

    def row_count(self) -> int:
        return len(self.requests)

    def heads(self, room: int) -> Sequence[Head]:
        narrow = room < NARROW
        self._url = max(room - RETRIES - 2 - (0 if narrow else METHOD + 2), 12)
        heads = [Head("url", self._url), Head("retries", RETRIES, right=True)]
        return heads if narrow else [*heads, Head("method", METHOD)]

    def row(self, number: int, first: int, last: int) -> Row | None:
        request = self.requests[number]
        failed = isinstance(request, QueuedRequest) and request.state is RequestState.FAILED
        cells = [
            Cell(middle_cut(clean(request.url, limit=400), self._url)),
            Cell(str(request.retry_count), "warn" if request.retry_count else "faint", True),
            Cell(clean(request.method, limit=12), "quiet"),
        ]
        return Row(cells[first:last], self._sign(request), "error_ground" if failed else "ground")

    def identity(self, number: int) -> Hashable:
        return self.requests[number].id

    def prepare(self, first: int, last: int) -> bool:
        return False

    @staticmethod
    def _sign(request: HeadRequest | QueuedRequest) -> Cell:
        if isinstance(request, HeadRequest):
            return Cell(" ")
        sign = state_sign(request.state)
        return Cell(sign.sign, sign.tone)
