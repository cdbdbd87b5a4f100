"""A server of a few lines on loopback: each test says what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from runmon.api.address import Address, address
from runmon.api.client import Api, Patience

Handler = Callable[["Seen"], Awaitable[bytes] | bytes]


@dataclass
class Seen:
    """One request as it arrived, and the connection to answer on."""

    method: str
    target: str
    headers: dict[str, str]
    writer: asyncio.StreamWriter
    body: bytes = b""

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


@dataclass
class Server:
    """Answers every request with what `handler` gives: raw HTTP, so that a test can break any rule of it."""

    handler: Handler
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client hung up."""

    @property
    def address(self) -> Address:
        return address(self.url)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.closed.set()
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.split("\r\n")
        method, target, _version = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        seen = Seen(method, target, headers, writer, body)
        self.seen.append(seen)
        answer = self.handler(seen)
        await seen.send(answer if isinstance(answer, bytes) else await answer)
        if b"\r\n\r\n" not in (answer if isinstance(answer, bytes) else b"\r\n\r\n"):
            writer.close()


def answer(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A whole HTTP answer; header names are written with underscores."""
    fields = {"content-type": "application/json", "content-length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode() + body


Start = Callable[[Handler], Awaitable[Server]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts servers, and ends them after the test."""
    async with AsyncExitStack() as stack:

        async def started(handler: Handler) -> Server:
            server = Server(handler)
            listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
            stack.callback(listening.close)
            server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
            return server

        yield started


async def no_pause(_seconds: float) -> None:
    """Instead of sleeping between tries."""


QUICK = Patience(sleep=no_pause)


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Api]]:
    """Makes clients that do not sleep between tries, and closes them after the test."""
    async with AsyncExitStack() as stack:

        def connected(server: Server, **options: object) -> Api:
            api = Api(server.address, **({"patience": QUICK} | options))  # type: ignore[arg-type]
            stack.push_async_callback(api.aclose)
            return api

        yield connected
