"""Faults on request: the platform's lags and limits and a bad network, for tests to rely on."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runmon.errors import BadInput
from runmon.local.faults import ApiFault, fault_response
from runmon.local.wire import plain_json

SLICE_S = 0.02


class Faults(msgspec.Struct, frozen=True):
    """What goes wrong, each off at zero. Seconds, bytes, or every nth request."""

    item_count_lag: float = 0
    """Seconds by which a dataset's counts and totals lag behind its items."""
    settle: float = 0
    """Seconds after a run's end in which its costs and compute units still read 0."""
    appear: float = 0
    """Seconds for which a new run answers 404, as on a replica that lags."""
    log_cap: int = 0
    """Bytes after which a log goes no further (the platform's are 10,485,760)."""
    redirect_records: int = 0
    """1: records answer 302 to another origin, which refuses an Authorization header."""
    slow: int = 0
    """Bytes a second of every body."""
    cut_every: int = 0
    """Every nth body breaks off in its middle."""
    error_every: int = 0
    """Every nth request answers 503."""
    rate_limit: int = 0
    """Requests a second before 429."""

    @classmethod
    def parse(cls, text: str) -> Faults:
        """`item-count-lag=5,cut-every=7`; `platform` stands for the platform's own lags. BadInput."""
        known = {field.name.replace("_", "-"): field for field in msgspec.structs.fields(cls)}
        found: dict[str, Any] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            if part == "platform":
                found |= {"item_count_lag": 5.0, "settle": 5.0, "appear": 0.5, "log_cap": 10_485_760}
                continue
            name, _, value = part.partition("=")
            if name not in known:
                raise BadInput(
                    f"There is no fault {name!r}.", hint=f"Known are platform, {', '.join(known)}."
                )
            found[known[name].name] = figure(name, value, known[name].type is int)
        return cls(**found)

    @property
    def on_the_wire(self) -> bool:
        """Whether any of them concerns every answer."""
        return any((self.slow, self.cut_every, self.error_every, self.rate_limit))


def figure(name: str, text: str, whole: bool) -> float:
    """The value of a fault; 1 when none is given. BadInput for what is no number of at least 0."""
    try:
        value = (int if whole else float)(text or "1")
    except ValueError:
        value = -1
    if not 0 <= value < 1e12:
        raise BadInput(f"The fault {name} takes a number of at least 0, not {text!r}.")
    return value


class Disturbed:
    """An ASGI app whose answers come late, broken or not at all."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app = app
        self.faults = faults
        self.served = 0
        self.bodies = 0
        self.recent: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.served += 1
        fault = self.refusal()
        if fault is not None:
            await fault_response(fault)(scope, receive, send)
            return
        await self.app(scope, receive, Hurt(self, send).send)

    def refusal(self) -> ApiFault | None:
        """429 or 503, when it is this request's turn."""
        now = time.monotonic()
        while self.recent and now - self.recent[0] > 1:
            self.recent.popleft()
        if self.faults.rate_limit and len(self.recent) >= self.faults.rate_limit:
            return rate_limited(self.faults.rate_limit)
        self.recent.append(now)
        if self.faults.error_every and self.served % self.faults.error_every == 0:
            return ApiFault(503, "internal-server-error", "This answer was asked to fail")
        return None


def rate_limited(limit: int) -> ApiFault:
    """429 as the platform words it."""
    fault = ApiFault(
        429, "rate-limit-exceeded", "You have exceeded the rate limit. Please wait a moment and try again."
    )
    fault.headers = {"x-ratelimit-limit": str(limit)}
    return fault


class BrokenOff(Exception):
    """Makes the server close a connection within a body."""


class Hurt:
    """Sends one answer slowly, or half of it."""

    def __init__(self, owner: Disturbed, send: Send) -> None:
        self.owner = owner
        self._send = send
        self.cut = False

    async def send(self, message: Message) -> None:
        """ASGI's `send`."""
        body = message.get("body", b"") if message["type"] == "http.response.body" else b""
        if not body:
            await self._send(message)
            return
        self.owner.bodies += 1
        every = self.owner.faults.cut_every
        if every and self.owner.bodies % every == 0:
            await self._send({**message, "body": body[: len(body) // 2], "more_body": True})
            raise BrokenOff
        await self.drip(message, body)

    async def drip(self, message: Message, body: bytes) -> None:
        """The body at its pace."""
        pace = self.owner.faults.slow
        step = max(1, round(pace * SLICE_S)) if pace else len(body)
        for start in range(0, len(body), step):
            last = start + step >= len(body)
            more = message.get("more_body", False) or not last
            await self._send({**message, "body": body[start : start + step], "more_body": more})
            if not last:
                await asyncio.sleep(step / pace)


class CountLag:
    """Remembers how many items a dataset had, to answer with the count of some seconds ago."""

    def __init__(self, seconds: float, count: int) -> None:
        self.seconds = seconds
        self.history: deque[tuple[float, int]] = deque([(-1.0, count)])

    def note(self, count: int) -> None:
        """The dataset has so many items now."""
        if count != self.history[-1][1]:
            self.history.append((time.monotonic(), count))

    def count(self) -> int:
        """How many it had then."""
        then = time.monotonic() - self.seconds
        while len(self.history) > 1 and self.history[1][0] <= then:
            self.history.popleft()
        return self.history[0][1]

    def falsify(self, response: Response) -> Response:
        """The dataset object or a page of items, with the count of then."""
        if "x-apify-pagination-total" in response.headers:
            response.headers["x-apify-pagination-total"] = str(self.count())
        elif response.headers.get("content-type", "").startswith("application/json") and response.body:
            found = msgspec.json.decode(response.body)
            if isinstance(found, dict) and "itemCount" in (found.get("data") or {}):
                found["data"] |= {"itemCount": self.count(), "cleanItemCount": self.count()}
                return plain_json(found, response.status_code)
        return response
