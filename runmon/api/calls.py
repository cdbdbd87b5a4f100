"""How a call is made: addressed, retried where that is harmless, bounded, and its failure put into words."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from runmon.api import wire
from runmon.api.bodies import Body
from runmon.api.http import httpx
from runmon.api.transport import Transport
from runmon.errors import ApiError, LinkError, TooLarge, TooSlow, Unreachable
from runmon.model.storages import Place

T = TypeVar("T")

SMALL_SECONDS = 15.0
"""The whole of a small JSON answer."""
PAGE_SECONDS = 60.0
"""The whole of a page or a record."""
HEADER_SECONDS = 15.0
"""Until the headers of a stream."""
STALL_SECONDS = 60.0
"""Without one byte of an export that is on its way."""

SMALL_BYTES = 16 * 1024 * 1024
PAGE_BYTES = 64 * 1024 * 1024
_ERROR_BYTES = 65_536
_RETRIED = {408, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Patience:
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


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where, what it is about in words, and its bounds."""

    path: tuple[str, ...]
    what: str
    """Completes a sentence: "There is no {what} at HOST." """
    query: wire.Query = field(default_factory=dict)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    seconds: float = SMALL_SECONDS
    limit: int = SMALL_BYTES
    """Decoded bytes of the body at most."""
    cut: bool = False
    """Whether a larger body is cut at the limit; else it is TooLarge."""
    repeatable: bool = True
    """Whether sending it twice does what sending it once does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of status 2xx."""

    status: int
    headers: httpx.Headers
    body: bytes
    length: int | None = None
    """Bytes of the whole body where the server said so."""
    cut: bool = False
    """Whether there was more."""


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
                if last or not (call.repeatable and self._may_pass(error)):
                    raise
            await self._patience.sleep(pause)
            attempt += 1

    async def _ask_once(self, call: Call) -> Answer:
        try:
            async with asyncio.timeout(call.seconds), self._opened(call, call.seconds, "gzip") as body:
                data, more = await body.read(call.limit)
        except TimeoutError:
            raise TooSlow(f"{self._host} did not answer about {call.what} in time.") from None
        if more and not call.cut:
            raise TooLarge(f"The answer about {call.what} is larger than {call.limit // 1_000_000} MB.")
        return Answer(body.response.status_code, body.response.headers, data, body.length, more)

    @asynccontextmanager
    async def _opened(self, call: Call, seconds: float, coding: str) -> AsyncIterator[Body]:
        """An open answer of status 2xx (416 to a range), its headers within `seconds`; others are raised."""
        url, spelled = self._transport.where.path(*call.path), wire.query(call.query)
        headers = {"Accept": "application/json, */*", "Accept-Encoding": coding, **call.headers}
        async with self._transport.open(
            call.method,
            f"{url}?{spelled}" if spelled else url,
            headers=headers,
            content=call.content,
            seconds=seconds,
        ) as response:
            body = Body(response)
            unmet = response.status_code == 416 and "Range" in call.headers
            if response.status_code >= 300 and not unmet:
                raise await self._failure(call, body)
            yield body

    async def _failure(self, call: Call, body: Body) -> ApiError:
        try:
            async with asyncio.timeout(SMALL_SECONDS):
                said, _more = await body.read(_ERROR_BYTES)
        except (LinkError, httpx.TransportError, TimeoutError):
            said = b""
        return wire.failure(
            body.response.status_code,
            body.response.headers,
            said,
            what=call.what,
            where=self._transport.where,
            token=self._transport.token is not None,
        )

    def _may_pass(self, error: ApiError) -> bool:
        """Whether the same request may succeed a moment later; on this machine nobody starts by himself."""
        absent = isinstance(error, Unreachable) and self._transport.where.loopback
        return error.status in _RETRIED or (isinstance(error, LinkError) and error.status == 0 and not absent)

    @property
    def _host(self) -> str:
        return self._transport.where.host


def path_of(place: Place, below_run: str, by_id: str) -> tuple[str, ...]:
    """The path of a storage: `actor-runs/ID/dataset`, or `datasets/ID`."""
    if place.storage_id is not None:
        return (by_id, place.storage_id)
    return ("actor-runs", place.run_id or "", below_run)


def named(place: Place, noun: str) -> str:
    """A storage in words, for errors."""
    return f"{noun} {place.storage_id}" if place.storage_id is not None else f"{noun} of run {place.run_id}"
