"""A server of this process answers without a socket: requests and answers are handed over between two loops.

httpx lets a transport take the place of connections, ASGI lets anybody take the place of a server. What is
saved is the wire: packing into HTTP/1.1 and unpacking, and loading what does both.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from runmon.api.http import httpx

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

_BODILESS = {204, 304}

AHEAD_BYTES = 4 * 1_048_576
"""How far an answer may run ahead of who reads it."""


class Direct(httpx.AsyncBaseTransport):
    """Requests to an ASGI application on a loop of another thread; its answers are streamed."""

    def __init__(self, application: Application, loop: asyncio.AbstractEventLoop) -> None:
        self._application = application
        self._loop = loop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer once its head is there. httpx.ConnectError where the application's loop is closed."""
        sent = await request.aread()
        exchange = Exchange(self._loop, scope_of(request), sent)
        try:
            exchange.begin(self._application)
        except RuntimeError:
            raise httpx.ConnectError("The local platform is not running.", request=request) from None
        try:
            head = await exchange.head()
        except BaseException:
            exchange.end()
            raise
        stream = Body(exchange, length_of(request, head))
        return httpx.Response(head["status"], headers=head["headers"], stream=stream)


def scope_of(request: httpx.Request) -> Message:
    """A request as ASGI describes it."""
    path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": (request.url.host, request.url.port),
        "state": {},
    }


def length_of(request: httpx.Request, head: Message) -> int | None:
    """The bytes that follow a head; None where only the end will tell."""
    if request.method == "HEAD" or head["status"] in _BODILESS:
        return 0
    said = dict(head["headers"]).get(b"content-length")
    return None if said is None else int(said)


class Exchange:
    """One request and its answer: the application writes on its loop, the client reads on its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, scope: Message, sent: bytes) -> None:
        self._there, self._here = loop, asyncio.get_running_loop()
        self._scope, self._sent = scope, sent
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
        """Status and headers. httpx.RemoteProtocolError where the application gave none."""
        first = await self.next()
        if first is None or isinstance(first, BaseException):
            raise httpx.RemoteProtocolError("The local platform gave no answer.") from first
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


class Body(httpx.AsyncByteStream):
    """The bytes of an answer, as the application makes them."""

    def __init__(self, exchange: Exchange, length: int | None) -> None:
        self._exchange = exchange
        self._left = length

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """httpx.RemoteProtocolError where it breaks off before its end, or the length that was said."""
        more = self._left != 0
        while more:
            message = await self._exchange.next()
            if message is None or isinstance(message, BaseException):
                raise httpx.RemoteProtocolError("The answer broke off.") from message
            if body := message.get("body", b""):
                yield body
                self._took(len(body))
            more = message.get("more_body", False)
        if self._left:
            raise httpx.RemoteProtocolError("The answer is shorter than it said.")

    def _took(self, size: int) -> None:
        self._exchange.took(size)
        if self._left is not None:
            self._left -= size

    async def aclose(self) -> None:
        """Stop the application's work on it."""
        self._exchange.end()
