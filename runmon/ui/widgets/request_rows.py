"""The rows of the request queue: the head as it will be taken, or all requests with the state they are in."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import tzinfo

from runmon.model.request_list import Listed, RequestList
from runmon.model.requests import RequestState
from runmon.render.cells import Cell, cut, middle_cut
from runmon.render.requests import state_sign
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

RETRIES, METHOD, LABEL = 7, 6, 12
NARROW, WIDE = 56, 96
"""Cells below which there is the url alone, and from which there is a column for errors and times."""


class RequestRows:
    """A `TableSource` over requests of either kind."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        """`zone` is where times are read; None for this machine's."""
        self._zone = zone
        self.requests: Sequence[Listed] = RequestList()
        self.told = False
        """Whether the server tells what became of these requests; it does not of the head."""
        self._url = self._note = 20

    def place_of(self, request_id: str) -> int | None:
        """The row of a request; None where it is not listed."""
        return next((row for row, each in enumerate(self.requests) if each.id == request_id), None)

    def row_count(self) -> int:
        return len(self.requests)

    def heads(self, room: int) -> Sequence[Head]:
        columns = [Head("retries", RETRIES, right=True)]
        if room >= NARROW:
            columns += [Head("label", LABEL)] if self.told else [Head("method", METHOD)]
        left = room - sum(head.width + 2 for head in columns)
        wide = self.told and room >= WIDE
        self._note = left * 2 // 5 if wide else 0
        self._url = max(left - self._note - (2 if wide else 0), 12)
        heads = [Head("url", self._url), *columns]
        return [*heads, Head("error, or when", self._note)] if wide else heads

    def row(self, number: int, first: int, last: int) -> Row | None:
        request = self.requests[number]
        failed = request.state is RequestState.FAILED
        third = request.label if self.told else request.method
        cells = [
            Cell(middle_cut(clean(request.url, limit=400), self._url)),
            Cell(str(request.retries), "warn" if request.retries else "faint", True),
            Cell(cut_to(clean(third, limit=40), LABEL if self.told else METHOD), "quiet"),
            self._note_of(request),
        ]
        return Row(cells[first:last], _sign(request), "error_ground" if failed else "ground")

    def identity(self, number: int) -> Hashable:
        return self.requests[number].id

    def prepare(self, first: int, last: int) -> bool:
        return False

    def _note_of(self, request: Listed) -> Cell:
        if request.state is RequestState.FAILED:
            told = clean(request.error, limit=240) or "the log tells why: L"
            return Cell(cut_to(told, self._note), "bad" if request.error else "faint")
        if request.at is None:
            return Cell("")
        until = "until " if request.state is RequestState.LOCKED else ""
        return Cell(until + request.at.astimezone(self._zone).strftime("%H:%M:%S"), "quiet")


def cut_to(text: str, room: int) -> str:
    """The start of a text that is too long."""
    return text if len(text) <= room and text.isascii() else cut(text, room) if len(text) > room else text


def _sign(request: Listed) -> Cell:
    if request.state is None:
        return Cell(" ")
    sign = state_sign(request.state)
    return Cell(sign.sign, sign.tone)
