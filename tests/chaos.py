"""A TCP proxy that breaks things as networks, proxies and tired servers do, by a seed to replay it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass

KINDS = (
    "latency",
    "bandwidth",
    "slow close",
    "cut",
    "reset",
    "black hole",
    "slices",
    "corrupt",
    "garbage",
    "status page",
    "refuse",
    "half open",
)
"""Every fault; `corrupt` only ever hits the answer to a log request, as TLS would catch the rest."""

PAGES = (
    b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy",
    b"HTTP/1.1 502 Bad\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>",
    b"HTTP/1.1 429 Slow\r\ncontent-length: 2\r\nretry-after: 1\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 22\r\n\r\n<h1>Please log in</h1>",
)


class Cut(Exception):
    """The connection ends here; `reset` by RST."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self.reset = reset


@dataclass
class Trouble:
    """A fault that strikes a connection's answers after so many bytes."""

    kind: str
    after: int


class Connection:
    """One client, one upstream, and what is wrong between them."""

    def __init__(self, proxy: ChaosProxy, client: asyncio.StreamWriter) -> None:
        self.proxy = proxy
        self.client = client
        self.trouble: Trouble | None = None
        self.asks_log = False
        self.swallowed = False

    async def serve(self, reader: asyncio.StreamReader) -> None:
        if self._strikes("refuse"):
            raise Cut(reset=True)
        if self._strikes("half open"):
            self.swallowed = True
            await reader.read()
            return
        if self._strikes("status page") or self._strikes("garbage"):
            await self._answer_for_upstream(reader)
            return
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.proxy.upstream)
        try:
            await self._both_ways(reader, up_reader, up_writer)
        finally:
            up_writer.transport.abort()

    async def _both_ways(
        self, reader: asyncio.StreamReader, up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter
    ) -> None:
        ways = {
            asyncio.ensure_future(self._up(reader, up_writer)),
            asyncio.ensure_future(self._down(up_reader)),
        }
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        for way in done:
            way.result()

    async def _answer_for_upstream(self, reader: asyncio.StreamReader) -> None:
        kind = self.trouble.kind if self.trouble else ""
        self.hit()
        await reader.readuntil(b"\r\n\r\n")
        chance = self.proxy.chance
        self.client.write(chance.choice(PAGES) if kind == "status page" else chance.randbytes(200))
        await self.client.drain()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            self.asks_log = self.asks_log or b"/log" in data.partition(b"\r\n")[0]
            if not self.swallowed:
                writer.write(data.replace(b":%d\r\n" % self.proxy.port, b":%d\r\n" % self.proxy.upstream))
                await writer.drain()

    async def _down(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(65_536):
            await self._pass_on(data)

    async def _pass_on(self, data: bytes) -> None:
        trouble = self.trouble
        if trouble is not None:
            harmless, data = data[: trouble.after], data[trouble.after :]
            trouble.after -= len(harmless)
            await self._write(harmless)
            if data:
                data = await self._strike(trouble, data)
        await self._write(data)

    async def _strike(self, trouble: Trouble, data: bytes) -> bytes:
        match trouble.kind:
            case "cut" | "reset":
                self.hit()
                raise Cut(reset=trouble.kind == "reset")
            case "slow close":
                self.hit()
                await self._write(data)
                await asyncio.sleep(self.proxy.chance.uniform(0.05, 0.5))
                raise Cut(reset=False)
            case "black hole":
                self.hit()
                self.swallowed = True
            case "corrupt" if self.asks_log:
                self.hit()
                at = self.proxy.chance.randrange(len(data))
                return data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :]
            case "latency":
                self.hit()
                await asyncio.sleep(self.proxy.chance.uniform(0.05, 0.4))
            case "bandwidth" | "slices":
                await self._drip(trouble.kind, data)
                return b""
        return data

    async def _drip(self, kind: str, data: bytes) -> None:
        self.hit()
        step = 1 if kind == "slices" else 500
        for at in range(0, min(len(data), 300 * step), step):
            await self._write(data[at : at + step])
            await asyncio.sleep(0 if kind == "slices" else 0.001)
        await self._write(data[300 * step :])

    async def _write(self, data: bytes) -> None:
        if self.client.transport.is_closing():
            raise Cut(reset=True)
        if data and not self.swallowed:
            self.client.write(data)
            await self.client.drain()

    def hit(self) -> None:
        """The fault has struck; it strikes once."""
        if self.trouble is not None:
            self.proxy.hits[self.trouble.kind] += 1
            self.trouble = None

    def _strikes(self, kind: str) -> bool:
        if self.trouble is None or self.trouble.kind != kind:
            return False
        if kind in {"refuse", "half open"}:
            self.hit()
        return True


class ChaosProxy:
    """Stands between a client and `upstream`; faults strike while `stormy`."""

    def __init__(self, upstream: int, seed: int, *, kinds: tuple[str, ...] = KINDS) -> None:
        self.upstream = upstream
        self.chance = random.Random(seed)
        self.kinds = kinds
        self.hits: Counter[str] = Counter()
        self.stormy = False
        self.port = 0
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> ChaosProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_why: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open.values():
            task.cancel()
        await asyncio.gather(*self._open.values(), return_exceptions=True)

    def storm(self) -> None:
        """From now on things break, connections that are open included."""
        self.stormy = True
        for connection in self._open:
            if connection.trouble is None and self.chance.random() < 0.8:
                connection.trouble = self._trouble(
                    ("cut", "reset", "black hole", "corrupt", "latency", "slices"), 20_000
                )

    def calm(self) -> None:
        """The network is well again; what was swallowed is known to be dead."""
        self.stormy = False
        for connection in list(self._open):
            connection.trouble = None
            if connection.swallowed:
                connection.client.transport.abort()

    def _trouble(self, kinds: tuple[str, ...], most: int) -> Trouble | None:
        known = [kind for kind in kinds if kind in self.kinds]
        return Trouble(self.chance.choice(known), int(most ** self.chance.random()) - 1) if known else None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, writer)
        if self.stormy and self.chance.random() < 0.8:
            connection.trouble = self._trouble(self.kinds, 200_000)
        task = asyncio.current_task()
        assert task is not None
        self._open[connection] = task
        try:
            await connection.serve(reader)
        except Cut as cut:
            if cut.reset:
                writer.transport.abort()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            del self._open[connection]
            writer.close()
