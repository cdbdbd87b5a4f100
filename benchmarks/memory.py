"""A log as long as the platform lets one grow and a million items, followed in 200 MiB.

The program runs on a terminal of its own; the server is here, so that its memory does not count.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Queue

from benchmarks.measure import report
from tests.loopback import Seen, Server, answer, data
from tests.terminal import RUNMON, Terminal

RUN_ID = "HG7ML7M8z78YcAPEB"
LOG_BYTES = 42 * 1024 * 1024
"""10,485,760 characters of four bytes."""
ITEMS = 1_000_000
MOST_MIB = 200
ENVIRONMENT = {"APIFY_TOKEN": "test-token"}
TO_THE_ITEMS = ("3", "G")
BACK_AND_FORTH = (
    *("\x1b[5~",) * 20,
    "g",
    *("\x1b[6~",) * 20,
    "2",
    "g",
    *("\x1b[6~",) * 20,
    "/",
    "page 77",
    "\r",
)
"""Through pages of both, to both ends, and a search through the whole log."""


def log() -> bytes:
    """Lines of Crawlee as long as the log may be."""
    line = b"2026-11-24T10:11:%02d.%03dZ \x1b[32mINFO\x1b[39m  CheerioCrawler: page %d is read and stored\n"
    lines = (line % (n // 1000 % 60, n % 1000, n) for n in range(LOG_BYTES // 76))
    return b"".join(lines)[:LOG_BYTES]


def items(offset: int, limit: int) -> bytes:
    """A page of items, as wide as a shop's."""
    numbers = range(offset, min(offset + limit, ITEMS))
    page = [{"title": f"Kettle {n}", "price": n % 97, "text": "x" * 300} for n in numbers]
    return answer(
        json.dumps(page).encode(),
        x_apify_pagination_offset=str(offset),
        x_apify_pagination_limit=str(limit),
        x_apify_pagination_count=str(len(page)),
        x_apify_pagination_total=str(ITEMS),
    )


class Platform:
    """One run that is running, with a log that stays open and a dataset that stays full."""

    def __init__(self) -> None:
        self.log = log()

    async def __call__(self, seen: Seen) -> bytes | None:
        if seen.path.endswith("/log"):
            with suppress(asyncio.CancelledError, ConnectionError):
                await self.stream(seen)
            return None
        if seen.path.endswith("/items"):
            query = {name: values[0] for name, values in seen.query.items()}
            return items(int(query.get("offset", 0)), int(query.get("limit", 1000)))
        if seen.path.endswith("/dataset"):
            return data({"id": "data", "itemCount": ITEMS, "cleanItemCount": ITEMS})
        if seen.path.endswith(RUN_ID):
            return data({"id": RUN_ID, "status": "RUNNING", "startedAt": "2026-11-24T10:00:00.000Z"})
        return data({"id": "other", "items": []})

    async def stream(self, seen: Seen) -> None:
        """All of the log, and a line now and then."""
        await seen.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for at in range(0, len(self.log), 65_536):
            piece = self.log[at : at + 65_536]
            await seen.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        while not seen.writer.is_closing():
            await seen.send(b"a\r\nnews here\n\r\n")
            await asyncio.sleep(0.2)


class Serving:
    """The platform on a loop of its own."""

    def __init__(self) -> None:
        self._begun: Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> str:
        self._thread.start()
        url, self._loop, self._ended = self._begun.get(timeout=60)
        return url

    def __exit__(self, *why: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    async def _serve(self) -> None:
        listening = await asyncio.start_server(Server(Platform()).serve, "127.0.0.1", 0)
        ended = asyncio.Event()
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        self._begun.put((url, asyncio.get_running_loop(), ended))
        await ended.wait()
        listening.close()


def peak_mib() -> float:
    """The greatest resident size that the program ever had."""
    with (
        Serving() as url,
        Terminal((*RUNMON, RUN_ID, "--api-url", url), columns=160, rows=45, env=ENVIRONMENT) as terminal,
    ):
        terminal.sees("news here", "Kettle 0", "live")
        _press(terminal, TO_THE_ITEMS)
        terminal.until(lambda: f"{ITEMS}Kettle" in "".join(terminal.text.split()))
        _press(terminal, BACK_AND_FORTH)
        status = Path(f"/proc/{terminal.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _press(terminal: Terminal, keys: Sequence[str]) -> None:
    for key in keys:
        terminal.send(key)
        for _ in range(3):
            terminal.read(0.05)


def main() -> bool:
    """The whole of both, on one screen."""
    most = peak_mib()
    promise = f"a log of {LOG_BYTES // 2**20} MiB and {ITEMS:,} items in {MOST_MIB} MiB"
    return report(promise, f"{most:.0f} MiB at most", kept=most <= MOST_MIB)
