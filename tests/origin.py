"""A server that breaks as told, a clock that only tests move, and an ear for what a watch tells."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from runmon.watch.clock import Clock
from runmon.watch.events import Condition, Event, LogGrew, Pane, PaneChanged, PaneState, RunSeen
from runmon.watch.watch import Watch

RUN_ID = "HG7ML7M8z78YcAPEB"
DEADLINE_S = 60.0
TURN_S = 0.0002
START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class HeldClock(Clock):
    """Moves only when told; whoever sleeps is woken in order."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.jumped = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self.at

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.at - 1000.0 + self.jumped)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.at + seconds, woken))
        await woken

    def step(self, most: float) -> None:
        """Move to the next moment somebody waits for, at most so far."""
        self._sleepers = [one for one in self._sleepers if not one[1].done()]
        due = min((one[0] for one in self._sleepers), default=self.at + most)
        self.at = min(max(due, self.at), self.at + most)
        for moment, woken in self._sleepers:
            if moment <= self.at and not woken.done():
                woken.set_result(None)

    async def until(self, condition: Callable[[], object], *, most: float = 600.0) -> None:
        """Let time pass until the condition holds, at most so many seconds of it."""
        end, deadline = self.at + most, time.monotonic() + DEADLINE_S
        while not condition():
            assert self.at < end, f"did not happen within {most} s of the watch's time"
            assert time.monotonic() < deadline, "did not happen in time"
            await settle()
            if not condition():
                self.step(0.25)

    async def advance(self, seconds: float, *, turn_s: float = TURN_S) -> None:
        """Let so many seconds pass; with `turn_s` 0 as fast as can be, for long stretches."""
        end = self.at + seconds
        while self.at < end:
            await settle(turn_s)
            self.step(min(1.0, end - self.at))
        await settle()


async def settle(turn_s: float = TURN_S) -> None:
    """Give sockets and tasks of this loop their turns."""
    for _turn in range(5 if turn_s else 20):
        await asyncio.sleep(turn_s)


@dataclass
class Fault:
    """What happens to one log connection, after it has sent so many bytes."""

    kind: str
    """fin, reset, end (a clean end), hole (nothing more comes, ever), status, corrupt (one byte), refuse."""
    after: int = 0
    status: int = 503


@dataclass
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float


@dataclass
class Origin:
    """An Apify-shaped server of one run."""

    log: bytes = b""
    status: str = "RUNNING"
    ranges: bool = False
    waits: bool = False
    """Whether `waitForFinish` is honoured."""
    faults: deque[Fault] = field(default_factory=deque)
    """One for each log connection to come; then all is well."""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """Path below /v2/ → status and body (a dict: data or error) instead of the usual answer."""
    hung: set[str] = field(default_factory=set)
    """Paths below /v2/ that never answer."""
    asked: list[Asked] = field(default_factory=list)
    run: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"items": 0})
    clock: HeldClock = field(default_factory=HeldClock)
    port: int = 0

    def __post_init__(self) -> None:
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.serving: set[asyncio.Task[None]] = set()
        self._finished_at: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def final(self) -> bool:
        return self.status in {"SUCCEEDED", "FAILED", "ABORTED", "TIMED-OUT"}

    def write(self, data: bytes) -> None:
        self.log += data
        self.poke()

    def finish(self, status: str = "SUCCEEDED", *, ago_s: float = 0.0) -> None:
        self.status = status
        self._finished_at = (self.clock.wall() - timedelta(seconds=ago_s)).isoformat().replace("+00:00", "Z")
        self.poke()

    def resurrect(self) -> None:
        self.status, self._finished_at = "RUNNING", None
        self.poke()

    def poke(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def asked_for(self, end: str) -> list[Asked]:
        return [one for one in self.asked if one.path.endswith(end)]

    def cut_all(self) -> None:
        """Break every open connection."""
        for writer in list(self._open):
            writer.transport.abort()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut_all()
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.serving.discard(task)
            self._open.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        target = urlsplit(head[0].split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in head[1:])}
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        path = target.path.removeprefix("/v2/")
        self.asked.append(Asked(path, query, headers, self.clock.at))
        if path in self.hung:
            await reader.read()
            return False
        if path in self.answers:
            return await self._json(writer, *self.answers[path])
        if path.endswith("/log"):
            await self._log(writer, query, headers)
            return False
        return await self._object(writer, path, query)

    async def _object(self, writer: asyncio.StreamWriter, path: str, query: dict[str, str]) -> bool:
        if path == f"actor-runs/{RUN_ID}":
            if self.waits and "waitForFinish" in query and not self.final:
                await self._changed.wait()
            return await self._json(writer, 200, self.run_object())
        if path in {f"actor-runs/{RUN_ID}/dataset", "datasets/data"}:
            return await self._json(writer, 200, {"id": "data", "itemCount": self.counts["items"]})
        if path in {f"actor-runs/{RUN_ID}/key-value-store", "key-value-stores/keys"}:
            return await self._json(writer, 200, {"id": "keys"})
        if path in {f"actor-runs/{RUN_ID}/request-queue", "request-queues/queue"}:
            return await self._json(writer, 200, {"id": "queue", "pendingRequestCount": 1})
        return await self._json(writer, 404, {"type": "record-not-found", "message": "Not here"})

    def run_object(self) -> dict[str, Any]:
        return {
            "id": RUN_ID,
            "status": self.status,
            "finishedAt": self._finished_at,
            "defaultDatasetId": "data",
            "defaultKeyValueStoreId": "keys",
            "defaultRequestQueueId": "queue",
            **self.run,
        }

    async def _json(self, writer: asyncio.StreamWriter, status: int, body: Any) -> bool:
        if isinstance(body, dict):
            body = json.dumps({"data": body} if status < 300 else {"error": body}).encode()
        head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        extra = "retry-after: 7\r\n" if status == 429 else ""
        writer.write((head + extra + "\r\n").encode() + body)
        await writer.drain()
        return True

    async def _log(
        self, writer: asyncio.StreamWriter, query: dict[str, str], headers: dict[str, str]
    ) -> None:
        fault = self.faults.popleft() if self.faults else Fault("none")
        if fault.kind == "status":
            await self._json(writer, fault.status, {"type": "x", "message": "as told"})
            return
        if fault.kind == "refuse":
            writer.transport.abort()
            return
        start = self._range(headers.get("range", ""))
        if start is not None and start > len(self.log):
            size = len(self.log)
            writer.write(
                f"HTTP/1.1 416 X\r\ncontent-range: bytes */{size}\r\ncontent-length: 0\r\n\r\n".encode()
            )
            return
        self._log_head(writer, start)
        await self._log_body(writer, start or 0, "stream" in query, fault)

    def _range(self, asked: str) -> int | None:
        if not self.ranges or not asked:
            return None
        first, _, last = asked.removeprefix("bytes=").partition("-")
        return int(first) if first else max(0, len(self.log) - int(last))

    def _log_head(self, writer: asyncio.StreamWriter, start: int | None) -> None:
        status = "200 OK" if start is None else "206 Partial Content"
        part = "" if start is None else f"content-range: bytes {start}-{2**53 - 1}/*\r\n"
        writer.write(f"HTTP/1.1 {status}\r\ntransfer-encoding: chunked\r\n{part}\r\n".encode())

    async def _log_body(self, writer: asyncio.StreamWriter, at: int, stream: bool, fault: Fault) -> None:
        sent = 0
        while True:
            changed = self._changed
            data = self.log[at:]
            if fault.kind != "none":
                data = data[: max(0, fault.after - sent)]
            if data:
                await send_chunk(writer, data)
                at, sent = at + len(data), sent + len(data)
            if fault.kind != "none" and (sent >= fault.after or not stream):
                if fault.kind != "corrupt":
                    await self._break(writer, fault)
                    return
                await send_chunk(writer, b"?")
                at, fault = at + 1, Fault("none")
            elif at >= len(self.log) and (not stream or self.final):
                writer.write(b"0\r\n\r\n")
                await writer.drain()
                return
            elif not data:
                await changed.wait()

    async def _break(self, writer: asyncio.StreamWriter, fault: Fault) -> None:
        if fault.kind == "end":
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        elif fault.kind == "reset":
            writer.transport.abort()
        elif fault.kind == "hole":
            while not writer.transport.is_closing():
                await self._changed.wait()


async def send_chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))
    await writer.drain()


class Ear:
    """Everything a watch told, in order."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.events: list[Event] = []
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self.watch.events():
            self.events.append(event)

    async def stop(self) -> None:
        """Wait for the end of the events."""
        await asyncio.wait({self._task}, timeout=DEADLINE_S)
        assert self._task.done()

    @property
    def listening(self) -> bool:
        return not self._task.done()

    async def stop_listening(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    def state(self, pane: Pane) -> PaneState:
        told = [one.state for one in self.events if isinstance(one, PaneChanged) and one.pane is pane]
        return told[-1] if told else PaneState()

    def conditions(self, pane: Pane) -> list[Condition]:
        return [
            one.state.condition for one in self.events if isinstance(one, PaneChanged) and one.pane is pane
        ]

    def runs(self) -> list[RunSeen]:
        return [one for one in self.events if isinstance(one, RunSeen)]

    def grown(self) -> list[LogGrew]:
        return [one for one in self.events if isinstance(one, LogGrew)]

    @property
    def last_grown(self) -> tuple[int, int, int]:
        """The size, the lines and the generation of the log that were told last."""
        told = self.grown()[-1:]
        return (told[0].size, told[0].lines, told[0].generation) if told else (0, 0, 0)

    @property
    def complete(self) -> bool:
        return bool(self.grown()) and self.grown()[-1].complete


@dataclass
class Watched:
    """A watch over the origin, and what it told."""

    origin: Origin
    clock: HeldClock
    watch: Watch
    ear: Ear
    breaks: bool = False
    """Whether the test breaks a worker on purpose."""

    def log(self) -> bytes:
        return self.watch.log.read(0, self.watch.log.size)

    async def until(self, condition: Callable[[], object], *, most: float = 600.0) -> None:
        await self.clock.until(condition, most=most)

    async def until_state(self, pane: Pane, condition: Condition, *, most: float = 600.0) -> PaneState:
        await self.until(lambda: self.ear.state(pane).condition is condition, most=most)
        return self.ear.state(pane)

    async def has_log(self) -> None:
        """The whole log of the origin as it is now has arrived, and the ear has heard what was told of it."""
        await self.until(lambda: self.log() == self.origin.log)
        await self.until(lambda: not self.ear.listening or self.ear.last_grown == self.totals)

    @property
    def totals(self) -> tuple[int, int, int]:
        """The size, the lines and the generation of the log that is kept."""
        log = self.watch.log
        return log.size, log.lines, log.generation


Begin = Callable[..., Awaitable[Watched]]
