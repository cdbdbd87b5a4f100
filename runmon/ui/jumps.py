"""From one part of a run to another that is about the same thing: request, log, snapshot, items, and back.

Each jump opens a screen over the one it starts from, so Esc goes back. What is looked through is bounded,
and what is not found is said in a sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from runmon.errors import NotFound, RunmonError
from runmon.insight.entries import head_before
from runmon.insight.failures import (
    Mention,
    Subject,
    error_of,
    lines_about,
    mentioned,
    possible_ids,
    produced,
)
from runmon.insight.levels import loud_lines
from runmon.insight.snapshots import PREFIX, group, of_error
from runmon.model.requests import QueuedRequest
from runmon.model.units import grouped
from runmon.model.values import decode
from runmon.render.log_lines import LogLines
from runmon.render.untrusted import clean
from runmon.watch.events import Pane as Watched

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.widgets.item_rows import ItemRows
    from runmon.watch.watch import Watch

PAGE = 1000
REQUESTS_MOST, ITEMS_MOST = 10_000, 10_000
"""Requests and items looked through for one; reads are metered."""
LINES_MOST = 5_000
"""Log lines about one request that are listed."""
WHOLE_MOST = 1_000
"""Lines up to which entries are shown whole there."""
NO_REQUEST = "This names no request."
NO_SNAPSHOT = "There is no snapshot of this error. Crawlee keeps them where saveErrorSnapshots is set."


class Lost(Exception):
    """There is nowhere to jump to; the text says so, and is clean."""


class Jumps:
    """The ways between the parts of one run."""

    def __init__(
        self,
        screen: Screen[Any],
        api: Api,
        watch: Watch,
        *,
        lines: LogLines,
        rows: ItemRows,
        show_line: Callable[[int], None],
    ) -> None:
        """`show_line` puts the cursor of the run screen's log on a line."""
        self._screen, self._api, self._watch = screen, api, watch
        self._lines, self._rows, self._show_line = lines, rows, show_line

    def go(self, where: str, subject: Subject) -> None:
        """Open the `request`, the `log`, the `snapshot` or the `items` of what somebody looks at."""
        self._screen.run_worker(self._go(where, subject), group="jump", exclusive=True)

    async def _go(self, where: str, subject: Subject) -> None:
        ways = {
            "request": self._to_request,
            "log": self._to_log,
            "snapshot": self._to_snapshot,
            "items": self._to_items,
        }
        try:
            opened = await ways[where](subject)
        except Lost as lost:
            self._screen.notify(str(lost), severity="warning", timeout=4, markup=False)
        except RunmonError as error:
            self._screen.notify(clean(str(error), limit=400), severity="error", markup=False)
        else:
            self._screen.app.push_screen(opened)

    def to_line(self, number: int) -> None:
        """Close what lies above the run screen, and show a line of the log among its neighbours."""
        app = self._screen.app
        while app.screen is not self._screen:
            app.pop_screen()
        self._show_line(number)

    async def errors(self, subject: Subject) -> list[str]:
        """The errors that the log tells of a request, the latest last."""
        return await self._errors(await self._names(subject))

    async def _to_request(self, subject: Subject) -> Screen[Any]:
        from runmon.ui.screens.request import RequestScreen

        found = await self._request(subject)
        return RequestScreen(self._api, self._watch.place(Watched.QUEUE), [found.id])

    async def _to_log(self, subject: Subject) -> Screen[Any]:
        from runmon.ui.screens.mentions import MentionsScreen

        names = await self._names(subject)
        found = await self._heads(names)
        if not found:
            raise Lost("The log does not name this request.")
        shown = self._whole(found)
        return MentionsScreen(self._lines, shown, len(found), clean(names[0], limit=300))

    def _whole(self, heads: Sequence[int]) -> list[int]:
        """Every line of these entries; their first lines alone where that would be too much to read."""
        lines = LogLines(self._lines.buffer)
        shown: list[int] = []
        for head in heads:
            shown += range(head, head + lines.entry(head).lines)
            if len(shown) > WHOLE_MOST:
                return list(heads)
        return shown

    async def _to_snapshot(self, subject: Subject) -> Screen[Any]:
        from runmon.ui.screens.record import RecordScreen

        place = self._watch.place(Watched.RECORDS)
        page = await self._api.keys(place, prefix=PREFIX)
        found = self._snapshots(subject.errors, [item.key for item in page.items])
        if not found and subject.mention:
            errors = await self._errors(await self._names(subject))
            found = self._snapshots(errors, [item.key for item in page.items])
        if not found:
            raise Lost(NO_SNAPSHOT)
        return RecordScreen(self._api, place, found, 0)

    async def _to_items(self, subject: Subject) -> Screen[Any]:
        from runmon.ui.screens.item import ItemScreen

        request = await self._request(subject)
        rows = await self._rows_of(request)
        if not rows:
            beyond = self._rows.item_count > ITEMS_MOST
            among = f"The first {grouped(ITEMS_MOST)} items name" if beyond else "No item names"
            raise Lost(f"{among}{' not' if beyond else ''} this request in #debug or url.")
        if len(rows) > 1:
            listed = ", ".join(grouped(row + 1) for row in rows[:8])
            self._screen.notify(f"{len(rows)} items: {listed}", timeout=4, markup=False)
        every = self._rows.as_stored()
        place, store = self._watch.place(Watched.ITEMS), self._watch.place(Watched.RECORDS)
        return ItemScreen(self._api, place, every, rows[0], store=store)

    async def _request(self, subject: Subject) -> QueuedRequest:
        """The request that is meant: by its id, by an id made of its url, else found among all."""
        mention = await self._mention(subject)
        place = self._watch.place(Watched.QUEUE)
        for request_id in possible_ids(mention):
            try:
                return (await self._api.request(place, request_id)).view
            except NotFound:
                continue
        seen = 0
        async for request in self._api.every_request(place, page=PAGE):
            seen += 1
            if mention.url in {request.url, request.loaded_url}:
                return request
            if seen >= REQUESTS_MOST:
                break
        raise Lost(f"No request of the queue has the url {clean(mention.url, limit=120)}.")

    async def _mention(self, subject: Subject) -> Mention:
        mention = subject.mention
        if not mention and subject.snapshot:
            mention = await self._who_failed_so(subject.snapshot)
            if not mention:
                raise Lost("The log tells no error that has this snapshot.")
        if not mention:
            raise Lost(NO_REQUEST)
        return mention

    async def _names(self, subject: Subject) -> list[str]:
        """By what a log may call the request."""
        mention = await self._mention(subject)
        if mention.url and mention.request_id:
            return [mention.url, mention.request_id]
        try:
            request = await self._request(subject)
        except (Lost, RunmonError):
            return [mention.url or mention.request_id]
        return [name for name in (request.url, request.id, request.loaded_url) if name]

    async def _heads(self, names: Sequence[str]) -> list[int]:
        """First lines of the log entries that name one of these."""
        lines = await asyncio.to_thread(self._lines_naming, names)
        return list(dict.fromkeys(head_before(line, self._lines.buffer.line) for line in lines))

    def _lines_naming(self, names: Sequence[str]) -> list[int]:
        found: list[int] = []
        for start, block in self._lines.buffer.blocks(0):
            found += lines_about(names, start, block)
            if len(found) >= LINES_MOST:
                break
        return found[:LINES_MOST]

    async def _errors(self, names: Sequence[str]) -> list[str]:
        """The errors that the log tells of a request, the latest last."""
        lines = LogLines(self._lines.buffer)
        entries = [lines.entry(line) for line in await self._heads(names)]
        return [error for entry in entries for error in Subject.of_entry(entry).errors]

    async def _who_failed_so(self, key: str) -> Mention:
        """The request whose error was the first that the log tells and this snapshot shows."""
        lines = LogLines(self._lines.buffer)
        for number, line in enumerate(await asyncio.to_thread(self._loud)):
            entry = lines.entry(line)
            if of_error(error_of(entry), [key]) and (mention := mentioned(entry)):
                return mention
            if not number % 100:
                await asyncio.sleep(0)
        return Mention()

    def _loud(self) -> list[int]:
        """Lines that begin an error or a warning."""
        found: list[int] = []
        for start, block in self._lines.buffer.blocks(0):
            errors, warnings = loud_lines(start, block)
            found += sorted(errors + warnings)
        return found

    @staticmethod
    def _snapshots(errors: Sequence[str], keys: Sequence[str]) -> list[str]:
        """Snapshots of these errors, the latest error first, pictures before what is to be read."""
        found = [
            key for error in reversed(errors) for key in sorted(of_error(error, keys), key=_pictures_first)
        ]
        return list(dict.fromkeys(found))

    async def _rows_of(self, request: QueuedRequest) -> list[int]:
        """Rows of the dataset that say they came of this request."""
        place, rows, at = self._watch.place(Watched.ITEMS), [], 0
        while at < ITEMS_MOST:
            page = await self._api.items(place, offset=at, limit=PAGE, fields=("#debug", "url"))
            rows += [at + n for n, raw in enumerate(page.items) if produced(request, decode(raw))]
            at += page.scanned
            if not page.scanned or (page.total is not None and at >= page.total):
                break
        return rows


def jump(app: App[Any], where: str, subject: Subject) -> None:
    """Go from what somebody looks at to another part of the run that is about the same."""
    if (ways := _ways(app)) is not None:
        ways.go(where, subject)


def to_line(app: App[Any], number: int) -> None:
    """Show a line of the run's log among its neighbours."""
    if (ways := _ways(app)) is not None:
        ways.to_line(number)


async def errors_in_log(app: App[Any], subject: Subject) -> list[str]:
    """The errors that the log tells of a request, the latest last."""
    ways = _ways(app)
    return await ways.errors(subject) if ways is not None else []


def _ways(app: App[Any]) -> Jumps | None:
    found = (getattr(screen, "jumps", None) for screen in reversed(app.screen_stack))
    return next((ways for ways in found if isinstance(ways, Jumps)), None)


def _pictures_first(key: str) -> tuple[str, bool]:
    return group(key), not key.endswith((".png", ".jpg", ".jpeg"))
