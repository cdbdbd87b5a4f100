"""One request of the queue: what it is, what became of it, and every error with its trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from rich.text import Text
from textual import work

from runmon.errors import RunmonError
from runmon.model.document import Document
from runmon.model.requests import QueuedRequest
from runmon.model.storages import Place
from runmon.render.json_lines import json_line
from runmon.render.preview import Preview
from runmon.render.requests import state_sign
from runmon.render.untrusted import clean, lines
from runmon.ui.commands import bindings
from runmon.ui.screens.detail import DetailScreen
from runmon.ui.widgets.lines import TextLines
from runmon.watch.clock import Clock

if TYPE_CHECKING:
    from runmon.api.client import Api

LABEL = 12


class RequestScreen(DetailScreen):
    """Shows one request, read anew when opened."""

    SCOPE: ClassVar[str] = "request"
    BINDINGS = bindings("request")

    def __init__(self, api: Api, place: Place, request_id: str) -> None:
        super().__init__()
        self._api, self._place, self._request_id = api, place, request_id

    def on_mount(self) -> None:
        self.read()

    @work(group="request", exclusive=True)
    async def read(self) -> None:
        """Read the request and show it."""
        title = Text.assemble(("Request ", "strong"), (clean(self._request_id, limit=40), "quiet"))
        self.put_waiting(title)
        try:
            found = await self._api.request(self._place, self._request_id)
        except RunmonError as error:
            self.put_trouble(title, error)
            return
        sign = state_sign(found.view.state)
        clock = getattr(self.app, "clock", None)
        zone = clock.zone if isinstance(clock, Clock) else None
        counts = Text.assemble((f"{sign.sign} {sign.word}", sign.tone))
        self.put(title, counts, Preview("request", TextLines(list(request_lines(found, zone)))))


def request_lines(document: Document[QueuedRequest], zone: tzinfo | None = None) -> Iterator[Text]:
    """The request as lines: facts, objects indented, errors last; `zone` None is the machine's."""
    request = document.view
    yield _fact("url", request.url, "strong")
    if request.loaded_url and request.loaded_url != request.url:
        yield _fact("loaded url", request.loaded_url)
    yield _fact("method", request.method)
    yield _fact("retries", f"{request.retry_count}{'  (no retry)' if request.no_retry else ''}")
    if request.handled_at is not None:
        yield _fact("handled at", _moment(request.handled_at, zone))
    if request.lock_expires_at is not None:
        yield _fact("locked until", _moment(request.lock_expires_at, zone))
    if request.unique_key != request.url:
        yield _fact("unique key", request.unique_key)
    for name, value in (
        ("user data", request.user_data),
        ("headers", request.headers),
        ("payload", request.payload),
    ):
        yield from _value(name, value)
    yield from _errors(request.error_messages or [])


def _fact(name: str, value: str, tone: str = "text") -> Text:
    return Text.assemble((f"{name:<{LABEL}}", "faint"), (clean(value), tone), no_wrap=True, end="")


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _value(name: str, value: Any) -> Iterator[Text]:
    if not value:
        return
    yield Text()
    yield Text.assemble((name, "quiet"))
    if isinstance(value, str):
        yield from lines(value)
        return
    for each in msgspec.json.format(msgspec.json.encode(value), indent=2).split(b"\n"):
        yield json_line(clean(each))


def _errors(messages: list[str]) -> Iterator[Text]:
    for number, message in enumerate(messages, 1):
        yield Text()
        yield Text.assemble((f"error {number} of {len(messages)}", "bad"))
        for place, each in enumerate(lines(message)):
            each.stylize("text" if not place else "quiet")
            yield each
