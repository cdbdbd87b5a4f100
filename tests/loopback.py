"""A server of a few lines on loopback that answers raw HTTP, so that a test can break any rule of it."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from runmon.api.address import Address, address
from runmon.api.client import Api


@dataclass
class Seen:
    """One request as it arrived, and the connection to answer on."""

    method: str
    target: str
    headers: dict[str, str]
    writer: asyncio.StreamWriter
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Handler = Callable[[Seen], "Awaitable[bytes | None] | bytes | None"]


@dataclass
class Server:
    """Answers every request with what `handler` gives; None ends the connection."""

    handler: Handler
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client ended a connection."""

    @property
    def address(self) -> Address:
        return address(self.url)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hung_up.set()
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.rstrip().split("\r\n")
        method, target, _version = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        seen = Seen(method, target, headers, writer, body)
        self.seen.append(seen)
        told = self.handler(seen)
        answered = await told if inspect.isawaitable(told) else told
        if answered is None:
            return False
        await seen.send(answered)
        return True


Start = Callable[[Handler], Awaitable[Server]]
"""The fixture that starts servers."""
Connect = Callable[..., Api]
"""The fixture that makes clients."""


def answer(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A whole HTTP answer; header names are written with underscores."""
    fields = {"content-type": "application/json", "content-length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode() + body


def data(content: object, status: int = 200, **headers: str) -> bytes:
    """Content in Apify's envelope."""
    return answer(json.dumps({"data": content}).encode(), status=status, **headers)


def fault(status: int, kind: str = "some-error", message: str = "It went wrong", **headers: str) -> bytes:
    """An error in Apify's shape."""
    return answer(
        json.dumps({"error": {"type": kind, "message": message}}).encode(), status=status, **headers
    )


def zipped(body: bytes, **headers: str) -> bytes:
    """A whole answer, compressed."""
    return answer(gzip.compress(body), 200, content_encoding="gzip", **headers)
