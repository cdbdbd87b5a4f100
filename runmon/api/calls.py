"""How a call is made: addressed, retried where that is harmless, bounded, and its failure put into words."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec

from runmon.api import wire
from runmon.api.bodies import Body
from runmon.api.paths import Spot
from runmon.api.transport import Transport
from runmon.errors import ApiError, LinkError, RateLimited, TooLarge, TooSlow, Unreachable

T = TypeVar("T")
V = TypeVar("V", bound=msgspec.Struct)

SMALL_SECONDS = 15.0
"""The whole of a small JSON answer."""
PAGE_SECONDS = 60.0
"""The whole of a page or a record, and of sending one."""
HEADER_SECONDS = 15.0
"""Until the headers of a stream."""
STALL_SECONDS = 60.0
"""Without one byte of an export, or of a log that is no stream, on its way."""

SMALL_BYTES = 16 * 1024 * 1024
PAGE_BYTES = 64 * 1024 * 1024
JSON_TYPE = "application/json; charset=utf-8"
_ERROR_BYTES = 65_536
_RETRIED = {408, 429, 500, 502, 503, 504}


class Patience(msgspec.Struct, frozen=True):
    """How often and how long a repeatable call is repeated: as Apify's own clients do, but bounded."""

    retries: int = 4
    first_s: float = 0.5
    most_s: float = 8.0
    total_s: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    def pause(self, attempt: int, error: ApiError) -> float:
        """Seconds before the try after `attempt` (0 = the first) failed with `error`."""
        backoff: float = min(self.first_s * 2**attempt * (1 + self.chance()), self.most_s)
        return max(backoff, error.retry_after or 0.0)


ONCE = Patience(retries=0)
"""For followers, who keep their own pace."""


class Call(msgspec.Struct, frozen=True):
    """One call: where, what is sent, and its bounds."""

    spot: Spot
    query: wire.Query = msgspec.field(default_factory=dict)
    method: str = "GET"
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    content: bytes | None = None
    content_type: str = JSON_TYPE
    seconds: float = SMALL_SECONDS
    limit: int = SMALL_BYTES
    """Decoded bytes of the answer's body at most."""
    cut: bool = False
    """Whether a larger body is cut at the limit; else it is TooLarge."""
    repeatable: bool = True
    """Whether sending it twice does what sending it once does."""

    @property
    def what(self) -> str:
        """Completes a sentence: "There is no … at HOST"."""
        return self.spot.what


class Answer(msgspec.Struct, frozen=True):
    """A whole answer of status 2xx."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    length: int | None = None
    """Bytes of the whole body where the server said so."""
    cut: bool = False
    """Whether there was more."""


class Download:
    """A large answer on its way: iterate for its bytes. TooSlow after 60 s without one, CutShort at a cut."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self.content_type: str = body.response.headers.get("content-type", "")
        self.size = body.length
        """Bytes of the whole where the server said so; None otherwise."""
        self.scanned = wire.count(body.response.headers, "x-apify-pagination-count")
        """Of items: how many the server looks at for it, where it said so."""
        self.total = wire.count(body.response.headers, "x-apify-pagination-total")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._body.chunks(stall=STALL_SECONDS):
            yield chunk


class Calls:
    """What the calls of every storage stand on."""

    def __init__(self, transport: Transport, patience: Patience, client_key: str) -> None:
        self._transport = transport
        self._patience = patience
        self._client_key = client_key

    async def _ask(self, call: Call, decode: Callable[[Answer], T]) -> T:
        """The decoded answer, within the call's bounds; raises ApiError and its kinds."""
        until = time.monotonic() + self._patience.total_s
        attempt = 0
        while True:
            try:
                return decode(await self._ask_once(call))
            except ApiError as error:
                pause = self._patience.pause(attempt, error)
                last = attempt >= self._patience.retries or time.monotonic() + pause > until
                if last or not self._may_pass(call, error):
                    raise
            await self._patience.sleep(pause)
            attempt += 1

    async def _do(self, call: Call) -> None:
        """A call whose answer says nothing but that it was done."""
        await self._ask(call, lambda _answer: None)

    async def _ask_once(self, call: Call) -> Answer:
        try:
            async with asyncio.timeout(call.seconds), self._opened(call, call.seconds, "gzip") as body:
                data, more = await body.read(call.limit)
        except TimeoutError:
            raise TooSlow(f"{self._host} did not answer about {call.what} in time.") from None
        if more and not call.cut:
            raise TooLarge(f"The answer about {call.what} is larger than {call.limit // 1_000_000} MB.")
        return Answer(body.response.status, body.response.headers, data, body.length, more)

    @asynccontextmanager
    async def _download(self, call: Call) -> AsyncIterator[Download]:
        """An answer of any size, its headers within the call's seconds."""
        near = self._transport.where.loopback  # where coding costs more than it saves
        async with self._opened(call, call.seconds, "identity" if near else "gzip") as body:
            yield Download(body)

    @asynccontextmanager
    async def _opened(self, call: Call, seconds: float, coding: str) -> AsyncIterator[Body]:
        """An open answer of status 2xx (416 to a range), its headers within `seconds`; others are raised."""
        url, spelled = (
            self._transport.where.path(*call.spot.path),
            wire.query({**call.spot.query, **call.query}),
        )
        async with self._transport.open(
            call.method,
            f"{url}?{spelled}" if spelled else url,
            headers=_headers(call, coding),
            content=call.content,
            seconds=seconds,
        ) as response:
            body = Body(response)
            unmet = response.status == 416 and "Range" in call.headers
            if response.status >= 300 and not unmet:
                raise await self._failure(call, body)
            yield body

    async def _failure(self, call: Call, body: Body) -> ApiError:
        try:
            async with asyncio.timeout(SMALL_SECONDS):
                said, _more = await body.read(_ERROR_BYTES)
        except (LinkError, TimeoutError):
            said = b""
        return wire.failure(
            body.response.status,
            body.response.headers,
            said,
            what=call.what,
            where=self._transport.where,
            token=self._transport.token,
        )

    def _may_pass(self, call: Call, error: ApiError) -> bool:
        """Whether the same request may be sent again, and may succeed a moment later.

        What is not repeatable is sent again only where the server cannot have begun it. On this machine a
        server that is not there will not come.
        """
        if isinstance(error, Unreachable):
            return not self._transport.where.loopback
        if not call.repeatable:
            return isinstance(error, RateLimited)
        return error.status in _RETRIED or (isinstance(error, LinkError) and error.status == 0)

    @property
    def _host(self) -> str:
        return self._transport.where.host


def _headers(call: Call, coding: str) -> dict[str, str]:
    sent = {"Content-Type": call.content_type} if call.content is not None else {}
    return {"Accept": "application/json, */*", "Accept-Encoding": coding, **sent, **call.headers}


def json_of(value: Any) -> bytes:
    """A body of JSON; fields that are None are left out of an object."""
    if isinstance(value, dict):
        value = {name: content for name, content in value.items() if content is not None}
    return msgspec.json.encode(value)
