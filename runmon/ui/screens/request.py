"""One request of the queue: what it is, what became of it, and every error with its trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work

from runmon.errors import RunmonError
from runmon.insight.failures import Subject
from runmon.model.document import Document
from runmon.model.requests import QueuedRequest, RequestState
from runmon.model.storages import Place
from runmon.model.units import grouped
from runmon.render.preview import Preview
from runmon.render.request_lines import request_lines
from runmon.render.requests import state_sign
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.jumps import errors_in_log, jump
from runmon.ui.screens.detail import DetailScreen
from runmon.ui.widgets.lines import TextLines
from runmon.watch.clock import Clock

if TYPE_CHECKING:
    from runmon.api.client import Api


class RequestScreen(DetailScreen):
    """Shows one request, read anew when opened; those before and behind it in the list are a key away."""

    SCOPE: ClassVar[str] = "request"
    BINDINGS = bindings("request")

    def __init__(self, api: Api, place: Place, ids: Sequence[str], row: int = 0) -> None:
        super().__init__()
        self._api, self._place, self._ids = api, place, ids
        self.row = row
        self.found: Document[QueuedRequest] | None = None

    def on_mount(self) -> None:
        self.frame.view.wrap = True
        self.show_row(self.row)

    @work(group="request", exclusive=True)
    async def show_row(self, row: int) -> None:
        """Read a request and show it."""
        self.row = row
        title = Text.assemble(("Request ", "strong"), (clean(self._ids[row], limit=40), "quiet"))
        self.put_waiting(title)
        try:
            self.found = await self._api.request(self._place, self._ids[row])
        except RunmonError as error:
            self.found = None
            self.put_trouble(title, error)
            return
        request = self.found.view
        self._put(title, request, ())
        if request.state is RequestState.FAILED and not request.error_messages:
            told = await errors_in_log(self.app, Subject.of_request(request))
            self._put(title, request, told)

    def _put(self, title: Text, request: QueuedRequest, told: Sequence[str]) -> None:
        sign = state_sign(request.state)
        counts = Text.assemble((f"{sign.sign} {sign.word}", sign.tone))
        if len(self._ids) > 1:
            counts.append(f"  {grouped(self.row + 1)} of {grouped(len(self._ids))}", "quiet")
        clock = getattr(self.app, "clock", None)
        zone = clock.zone if isinstance(clock, Clock) else None
        lines = list(request_lines(request, told, zone=zone))
        self.put(title, counts, Preview("request", TextLines(lines)))

    def action_step(self, rows: int) -> None:
        """Go to the next or previous request of the list."""
        row = max(0, min(self.row + rows, len(self._ids) - 1))
        if row != self.row:
            self.show_row(row)

    def action_jump(self, where: str) -> None:
        """Go to its log, its snapshot, or the items it produced."""
        if self.found is not None:
            jump(self.app, where, Subject.of_request(self.found.view))

    def action_copy_request(self) -> None:
        """Copy the request as the server gave it."""
        if self.found is not None:
            raw = self.found.raw.decode("utf-8", "replace")
            self.frame.view.put_on_clipboard(raw, "The request is copied.")

    def action_copy_url(self) -> None:
        """Copy its url."""
        if self.found is not None:
            self.frame.view.put_on_clipboard(self.found.view.url, "The url is copied.")

    def address(self) -> str:
        """The url of the request."""
        return self.found.view.url if self.found is not None else ""

    def action_back(self) -> None:
        """Close, and leave the list's cursor on this request."""
        self.dismiss(self.row)
