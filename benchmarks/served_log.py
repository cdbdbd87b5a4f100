"""A server of one run whose log grows at a steady rate, in a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from benchmarks.crawlee_log import entry
from tests.loopback import Seen, Server, answer, data

RUN_ID = "HG7ML7M8z78YcAPEB"
STEP_S = 0.01
"""Between two writes of lines."""
TICK_S = 0.25
"""Between two lines whose arrival is measured."""
STAMP = b"2026-11-24T10:%02d:%02d.%03dZ "


class Growing:
    """Answers for a run that is running; every reader of the log gets `rate` lines a second."""

    def __init__(self, rate: int, ticks: bool) -> None:
        self.rate, self.ticks = rate, ticks
        pattern = [line for n in range(400) for line in entry(n)]
        self.lines = [line for line in pattern if len(line) < 400]

    async def __call__(self, seen: Seen) -> bytes | None:
        if seen.path.endswith("/log"):
            with suppress(asyncio.CancelledError, ConnectionError):
                await self.stream(seen)
            return None
        if seen.path.endswith(RUN_ID):
            return data({"id": RUN_ID, "status": "RUNNING", "startedAt": "2026-11-24T10:00:00.000Z"})
        if seen.path.endswith("/items"):
            return answer(b"[]")
        return data({"id": "other", "items": []})

    async def stream(self, seen: Seen) -> None:
        """Lines at the rate, and a tick now and then, until nobody reads."""
        await seen.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        await self.send(seen, b"2026-11-24T10:00:00.000Z INFO  the first line\n")
        began = time.monotonic()
        written, ticked = 0, 0
        while not seen.writer.is_closing():
            await asyncio.sleep(STEP_S)
            lasted = time.monotonic() - began
            due = int(lasted * self.rate) - written
            if due > 0:
                await self.send(seen, b"".join(map(self.line, range(written, written + due))))
                written += due
            if self.ticks and lasted > (ticked + 1) * TICK_S:
                ticked += 1
                print(ticked, time.monotonic(), flush=True)
                await self.send(seen, stamped(written, b"INFO  tick%06d" % ticked))

    def line(self, n: int) -> bytes:
        return stamped(n, self.lines[n % len(self.lines)])

    async def send(self, seen: Seen, piece: bytes) -> None:
        await seen.send(b"%x\r\n%b\r\n" % (len(piece), piece))


def stamped(n: int, text: bytes) -> bytes:
    """A line with the stamp of the moment when it is written at 1,000 lines a second."""
    return STAMP % (n // 60_000 % 60, n // 1000 % 60, n % 1000) + text + b"\n"


@contextmanager
def growing(rate: int, *, ticks: bool = False) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of such a server, and its process, which prints a line `number moment` for each tick."""
    command = [sys.executable, "-m", "benchmarks.served_log", str(rate), str(int(ticks))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


async def serve(rate: int, ticks: bool) -> None:
    """Serve until killed."""
    server = Server(Growing(rate, ticks))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2] == "1"))
