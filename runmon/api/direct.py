"""A server of this process answers without a socket: requests and answers are handed over between two loops.

ASGI lets anybody take the place of a server. What is saved is the wire: packing into HTTP/1.1 and unpacking,
and loading what does both.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from runmon.api.sender import Headers
from runmon.errors import CutShort, Unreachable

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

OFFER = "runmon.offer"
"""The extension of ASGI into which the application puts what it says of an answer to its own process only."""

_BODILESS = {204, 304}

AHEAD_BYTES = 4 * 1_048_576
"""How far an answer may run ahead of who reads it."""


class Direct:
    """Requests to an ASGI application on a loop of another thread; its answers are streamed."""

    def __init__(self, application: Application, loop: asyncio.AbstractEventLoop) -> None:
        self._application = application
        self._loop = loop

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> DirectResponse:
        """The response once its head is there. Unreachable where the application's loop is closed."""
        exchange = Exchange(self._loop, scope_of(method, url, headers, content), content or b"")
        try:
            exchange.begin(self._application)
        except RuntimeError:
            raise Unreachable("The local platform is not running.") from None
        try:
            head = await exchange.head()
        except BaseException:
            exchange.end()
            raise
        return DirectResponse(exchange, head, bodiless=method == "HEAD" or head["status"] in _BODILESS)

    async def aclose(self) -> None:
        """Nothing is kept between requests."""


def scope_of(method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Message:
    """A request as ASGI describes it.

    Of version 2.4, by which an application need not listen whether the client has gone (for which Starlette
    loads an event loop of anyio's): the answer is cancelled.
    """
    parts = urlsplit(url)
    sent = {"host": parts.netloc, **{name.lower(): value for name, value in headers.items()}}
    if content is not None:
        sent["content-length"] = str(len(content))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode("ascii") or b"/",
        "query_string": parts.query.encode("ascii"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname, parts.port),
        "state": {},
        "extensions": {OFFER: {}},
    }


class Exchange:
    """One request and its answer: the application writes on its loop, the client reads on its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, scope: Message, sent: bytes) -> None:
        self._there, self._here = loop, asyncio.get_running_loop()
        self._scope, self._sent = scope, sent
        self.offered: Mapping[str, Any] = scope["extensions"][OFFER]
        """What the application says of its answer beside it, once the head is there."""
        self._come: deque[Message | BaseException | None] = deque()
        self._news = asyncio.Event()
        self._ahead = 0
        self._room: asyncio.Event | None = None
        self._asked = False

    def begin(self, application: Application) -> None:
        """Start to answer, over there. RuntimeError where that loop is closed."""
        work = self._answer(application)
        try:
            self._work = asyncio.run_coroutine_threadsafe(work, self._there)
        except RuntimeError:
            work.close()
            raise

    async def _answer(self, application: Application) -> None:
        self._room = asyncio.Event()
        self._left = asyncio.Event()
        trouble: BaseException | None = None
        try:
            await application(self._scope, self._receive, self._send)
        except Exception as error:
            trouble = error
        finally:
            self._tell(trouble)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._sent, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        assert self._room is not None
        size = len(message.get("body", b""))
        self._ahead += size
        self._tell(message)
        while self._ahead > AHEAD_BYTES:
            self._room.clear()
            await self._room.wait()

    def _tell(self, what: Message | BaseException | None) -> None:
        with suppress(RuntimeError):
            self._here.call_soon_threadsafe(self._hear, what)

    def _hear(self, what: Message | BaseException | None) -> None:
        self._come.append(what)
        self._news.set()

    async def next(self) -> Message | BaseException | None:
        """What comes next from the application; None, or what went wrong, at its end."""
        while not self._come:
            self._news.clear()
            await self._news.wait()
        return self._come.popleft()

    async def head(self) -> Message:
        """Status and headers. CutShort where the application gave none."""
        first = await self.next()
        if first is None or isinstance(first, BaseException):
            raise CutShort("The local platform gave no answer.") from first
        return first

    def took(self, size: int) -> None:
        """So many bytes were read: the application may go on."""
        with suppress(RuntimeError):
            self._there.call_soon_threadsafe(self._make_room, size)

    def _make_room(self, size: int) -> None:
        self._ahead -= size
        if self._room is not None:
            self._room.set()

    def end(self) -> None:
        """Nobody reads on: what still works on the answer is stopped."""
        with suppress(RuntimeError):
            self._work.cancel()


class DirectResponse:
    """A response whose body comes as the application makes it."""

    def __init__(self, exchange: Exchange, head: Message, *, bodiless: bool) -> None:
        self._exchange = exchange
        self.status: int = head["status"]
        self.headers: Mapping[str, str] = Headers(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in head["headers"]
        )
        self.offered = exchange.offered
        said = self.headers.get("content-length")
        self._left = 0 if bodiless else None if said is None else int(said)

    async def chunks(self) -> AsyncIterator[bytes]:
        """CutShort where the body breaks off before its end, or the length that was said."""
        more = self._left != 0
        while more:
            message = await self._exchange.next()
            if message is None or isinstance(message, BaseException):
                raise CutShort("The answer of the local platform broke off.") from message
            if body := message.get("body", b""):
                yield body
                self._took(len(body))
            more = message.get("more_body", False)
        if self._left:
            raise CutShort("The answer of the local platform is shorter than it said.")

    def _took(self, size: int) -> None:
        self._exchange.took(size)
        if self._left is not None:
            self._left -= size

    async def aclose(self) -> None:
        """Stop the application's work on it."""
        self._exchange.end()
