"""Promises: a dataset of 1,000,000 items opens at once, and its last row is one page away.

The local platform serves the items; a door before it counts the pages and knows when each was answered.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.items import linked_items
from benchmarks.measure import Program, report
from benchmarks.tools import quiet_home
from runmon.local.app import LocalPlatform

ITEMS, ROUNDS = 1_000_000, 5
KEPT = ("Content-Type", "X-Apify-Pagination-Offset", "X-Apify-Pagination-Count", "X-Apify-Pagination-Total")


@dataclass
class Door:
    """What came through: when each page of items was answered."""

    upstream: str
    pages: list[float] = field(default_factory=list)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Passing(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                link = HTTPConnection(door.upstream, timeout=60)
                link.request("GET", self.path, headers={"Authorization": self.headers["Authorization"]})
                answer = link.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                for name in KEPT:
                    if value := answer.headers.get(name):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                link.close()
                if urlsplit(self.path).path.endswith("/items"):
                    door.pages.append(time.perf_counter())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Passing


@contextmanager
def watched(folder: Path) -> Iterator[tuple[Program, Door]]:
    """The run on the screen behind a door, its log focused."""
    with LocalPlatform(read_only=True) as platform:
        run = platform.open(folder)
        door = Door(urlsplit(platform.url).netloc)
        server = ThreadingHTTPServer(("127.0.0.1", 0), door.handler())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {
            "APIFY_TOKEN": platform.token,
            "APIFY_CLIENT_BASE_URL": f"http://127.0.0.1:{server.server_port}",
            "HOME": quiet_home(),
        }
        try:
            with Program([sys.executable, "-m", "runmon", run], env=env, columns=80, rows=24) as program:
                program.until("Dataset")
                program.rest(1.0)
                yield program, door
        finally:
            server.shutdown()


def opened_and_ended(folder: Path) -> tuple[float, float, int, float]:
    """Seconds from the first answer to its rows and from key to them; pages and seconds to the last row."""
    with watched(folder) as (program, door):
        began = time.perf_counter()
        program.press("3")
        program.until("Kettle")
        shown = time.perf_counter()
        after_answer = shown - door.pages[0]
        program.rest(1.0)
        before, pressed = len(door.pages), time.perf_counter()
        program.press("G")
        program.until("1\u202f000\u202f000 +http")
        ended = time.perf_counter() - pressed
        program.rest(1.0)
        return after_answer, shown - began, len(door.pages) - before, ended


def main() -> bool:
    with TemporaryDirectory() as root:
        folder = linked_items(Path(root), ITEMS)
        with LocalPlatform(read_only=True) as platform:
            platform.open(folder)
        taken = [opened_and_ended(folder) for _ in range(ROUNDS)]
    answered, key, ended = (median(one[place] for one in taken) for place in (0, 1, 3))
    pages = max(one[2] for one in taken)
    return all(
        [
            report(
                "1,000,000 items: rows ≤ 0.15 s after the answer",
                f"{answered:.3f} s",
                kept=answered <= 0.15,
            ),
            report("1,000,000 items: rows ≤ 0.3 s after the key", f"{key:.3f} s", kept=key <= 0.3),
            report("1,000,000 items: last row = one page", f"{pages} pages, {ended:.3f} s", kept=pages == 1),
        ]
    )
