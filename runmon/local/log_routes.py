"""The log over HTTP: whole, by range, or followed while the run writes it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from runmon.local.bell import heard
from runmon.local.faults import ApiFault
from runmon.local.fork import Planned
from runmon.local.mounting import RUN_PREFIXES, registry_of, run_of
from runmon.local.registry import may_read
from runmon.local.runs import RunState
from runmon.local.wire import flag, offer_to
from runmon.model.spool import FileSeen

CHUNK = 1_048_576
"""Bytes that are read and sent together: each piece costs two turns between threads."""
OFFERED_FROM = 4 * 1_048_576
"""Logs from this size on are read where they lie by who sits in this process."""
SETTLED_NS = 3_000_000_000
"""A file changed less than this ago may change again without its time telling so."""
EMPTY: tuple[bytes, ...] = ()

FOREIGN_PACE_S = 0.02
"""How often a log that another program writes is looked at; our own logs ring."""

LOOKS_PER_REFRESH = 10
"""A folder's status is worked out anew at every tenth look; its log's size at each."""

LONGEST_LINE = 1_048_576
"""Bytes of a line that are held back until its newline comes."""

OPEN_END = 9_007_199_254_740_991
"""The last byte position of a range that still grows (RFC 8673)."""

ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)")
CONTROLS = bytes({*range(32), 127} - {9, 10})
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Span(msgspec.Struct, frozen=True):
    """Which bytes are sent: from `start` up to `end` (None: as long as the run writes)."""

    start: int
    end: int | None
    partial: bool


def routes() -> list[Planned]:
    """The log below a run, below an Actor's last run, and by id."""
    found = [Planned(prefix + "/log", of_run, methods=["GET"]) for prefix in RUN_PREFIXES]
    return [*found, Planned("/v2/logs/{run_id}", by_id, methods=["GET"])]


async def of_run(request: Request) -> Response:
    """`GET …/log?stream&raw&download`."""
    return answer(request, run_of(request))


async def by_id(request: Request) -> Response:
    """`GET /v2/logs/{buildOrRunId}`: the same, by the run's id."""
    state = registry_of(request).run(request.path_params["run_id"])
    may_read(state, None, request.state.access)
    return answer(request, state)


def answer(request: Request, state: RunState) -> Response:
    """The log as asked for. 404 where a folder has none, 416 for a range beyond its end."""
    state.refresh()
    if state.read_only and not state.log.path.is_file():
        raise ApiFault(404, "record-not-found", "This folder keeps no log")
    raw = flag(request, "raw")
    live = flag(request, "stream") and not state.final
    size = state.log.size
    headers = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
    if flag(request, "download"):
        headers["content-disposition"] = f'attachment; filename="{state.id}.log"'
    span = asked_span(request, size, live) if raw else Span(0, None if live else size, False)
    if raw:
        headers["accept-ranges"] = "bytes"
        describe(span, size, headers)
    body = sent(state, span) if raw else printable(sent(state, span))
    if raw and span.end is not None:
        offer(request, state, size)
    if request.method == "HEAD":
        return StreamingResponse(
            nothing(), 206 if span.partial else 200, headers, "text/plain; charset=utf-8"
        )
    return StreamingResponse(body, 206 if span.partial else 200, headers, "text/plain; charset=utf-8")


def offer(request: Request, state: RunState, size: int) -> None:
    """Tell who asks from this process where the bytes lie: a big log that is over is not copied."""
    offered = offer_to(request)
    if offered is None or size < OFFERED_FROM or not (state.read_only and state.final):
        return
    seen = FileSeen.at(state.log.path)
    if seen and seen.size == size and time.time_ns() - seen.changed_ns > SETTLED_NS:
        offered["file"] = seen


async def nothing() -> AsyncIterator[bytes]:
    """The body of an answer to HEAD."""
    for chunk in EMPTY:
        yield chunk


def asked_span(request: Request, size: int, live: bool) -> Span:
    """The bytes a Range header asks for; all of them when there is none that we serve. ApiFault 416."""
    end = None if live else size
    found = RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if found is None or found[0] == "bytes=-" or "if-range" in request.headers:
        return Span(0, end, False)
    first, last = found[1], found[2]
    if not first:
        start = max(0, size - int(last))
        return unsatisfiable(size) if int(last) == 0 or (size == 0 and not live) else Span(start, end, True)
    start = int(first)
    if last and int(last) < start:
        return Span(0, end, False)
    if start > size or (start == size and not live):
        return unsatisfiable(size)
    bounded = last and (not live or int(last) < size)
    return Span(start, min(int(last) + 1, size) if bounded else end, True)


def unsatisfiable(size: int) -> Span:
    """Refuse a range beyond the end."""
    raise RangeFault(size)


class RangeFault(ApiFault):
    """416, with the size of the log."""

    def __init__(self, size: int) -> None:
        super().__init__(416, "invalid-header", "The Range lies beyond the end of the log")
        self.headers = {"content-range": f"bytes */{size}"}


def describe(span: Span, size: int, headers: dict[str, str]) -> None:
    """Content-Length where the end is known; Content-Range of a part (RFC 8673 while it grows)."""
    if span.end is not None:
        headers["content-length"] = str(span.end - span.start)
    if span.partial:
        last = OPEN_END if span.end is None else span.end - 1
        headers["content-range"] = f"bytes {span.start}-{last}/{'*' if span.end is None else size}"


async def sent(state: RunState, span: Span) -> AsyncIterator[bytes]:
    """The bytes of a span; without an end, whatever the run writes until it is over and all was sent.

    The loop gets a turn after each chunk: a fast reader must not starve the others, nor a lost one go unseen.
    """
    position = span.start
    while (span.end is None or position < span.end) and not state.absence:
        ear = state.log.bell.ear()
        over = state.final
        chunk = state.log.read(
            position, position + CHUNK if span.end is None else min(position + CHUNK, span.end)
        )
        if chunk:
            position += len(chunk)
            yield chunk
            await asyncio.sleep(0)
        elif over or span.end is not None or state.log.size < position:
            return
        else:
            await grown(state, ear, position)


async def grown(state: RunState, ear: asyncio.Event, position: int) -> None:
    """Wait until the log may reach beyond `position` or the run may be over."""
    if not state.read_only:
        await heard(ear, None)
        return
    looks = 0
    while state.log.size == position and not state.final and not state.absence:
        await asyncio.sleep(FOREIGN_PACE_S)
        looks += 1
        if looks % LOOKS_PER_REFRESH == 0:
            state.refresh()
    state.refresh()


async def printable(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Whole lines without escape sequences and control characters (tab and newline stay)."""
    rest = b""
    async for chunk in chunks:
        head, newline, rest = (rest + chunk).rpartition(b"\n")
        if newline:
            yield plain(head + newline)
        if len(rest) > LONGEST_LINE:
            yield plain(rest)
            rest = b""
    if rest:
        yield plain(rest)


def plain(text: bytes) -> bytes:
    """Text without escape sequences and control characters; tab and newline stay."""
    return ESCAPES.sub(b"", text).translate(None, CONTROLS)
