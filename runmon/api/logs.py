"""The log: plain bytes, identity coding, open as long as the run runs (API.md §5)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runmon.api import wire
from runmon.api.bodies import Body
from runmon.api.calls import HEADER_SECONDS, STALL_SECONDS, Call, Calls
from runmon.api.paths import Spot, of_run
from runmon.errors import NotApify
from runmon.model.run import RunRef
from runmon.model.spool import FileSeen

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_UNMET = re.compile(r"bytes \*/(\d{1,18})", re.ASCII)


class LogBody:
    """A log being read: iterate for its bytes. CutShort where it breaks off; a clean end just ends.

    TooSlow after 60 s without a byte; only a stream may be silent for as long as it likes.
    """

    def __init__(
        self, body: Body, start: int, size: int | None, *, stall: float | None = None, empty: bool = False
    ) -> None:
        self._body = body
        self._stall = stall
        self._empty = empty
        self.start = start
        """Offset of the first byte in the whole log: 0 where the server did not honour a range."""
        self.size = size
        """Bytes of the whole log as of now; None where the server did not say, as for a stream."""
        headers = body.response.headers
        self.framed = empty or "content-length" in headers or "transfer-encoding" in headers
        """Whether a body that broke off would be noticed; without either header any end looks clean."""
        self.file: FileSeen | None = body.response.offered.get("file")
        """The file of this machine whose bytes these are, where a server of this process says so."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._empty:
            return
        async for chunk in self._body.chunks(stall=self._stall):
            yield chunk


class LogCalls(Calls):
    """`/v2/actor-runs/{id}/log` and `/v2/logs/{id}`."""

    @asynccontextmanager
    async def log(
        self,
        run: RunRef,
        *,
        stream: bool = False,
        raw: bool = True,
        first_byte: int | None = None,
        last_bytes: int | None = None,
    ) -> AsyncIterator[LogBody]:
        """The run's log; `stream` keeps it open while the run runs, and its end proves nothing: ask the run.

        `raw` keeps escape codes. `first_byte` or `last_bytes` ask for a part, which a server may ignore: see
        `LogBody.start`. A first byte at or past the end gives an empty body that starts at the log's size.
        The headers must come within 15 s; the body may take its time, see `LogBody`.
        """
        spot = of_run(run).below("log", what="log")
        async with self._log(spot, stream, raw, _range(first_byte, last_bytes)) as body:
            yield body

    @asynccontextmanager
    async def log_by_id(
        self, build_or_run_id: str, *, stream: bool = False, raw: bool = True
    ) -> AsyncIterator[LogBody]:
        """The log of a build or a run, as `log` gives it; the only one that never needs a token."""
        spot = Spot(("logs", build_or_run_id), {}, f"log of {build_or_run_id}")
        async with self._log(spot, stream, raw, "") as body:
            yield body

    @asynccontextmanager
    async def _log(self, spot: Spot, stream: bool, raw: bool, part: str) -> AsyncIterator[LogBody]:
        headers = {"Accept": "text/plain, */*", **({"Range": part} if part else {})}
        call = Call(spot, query={"stream": stream or None, "raw": raw or None}, headers=headers)
        async with self._opened(call, HEADER_SECONDS, "identity") as body:
            yield _placed(body, stream)


def _range(first_byte: int | None, last_bytes: int | None) -> str:
    if last_bytes is not None:
        return f"bytes=-{last_bytes}"
    return f"bytes={first_byte}-" if first_byte else ""


def _placed(body: Body, stream: bool) -> LogBody:
    status, said = body.response.status, body.response.headers.get("content-range", "")
    if status == 416:
        found = _UNMET.fullmatch(said)
        size = int(found[1]) if found else 0
        return LogBody(body, size, size, empty=True)
    stall = None if stream else STALL_SECONDS
    if status != 206:
        return LogBody(body, 0, None if stream else body.length, stall=stall)
    part = _RANGE.fullmatch(said)
    if part is None or body.coding != "identity":
        raise NotApify("The answer is a part of the log without saying which.", hint=wire.ADDRESS_HINT)
    return LogBody(body, int(part[1]), None if part[3] == "*" else int(part[3]), stall=stall)
