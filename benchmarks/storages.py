"""Promises: the local platform takes 10,000 items/s in batches of 100, and exports in constant memory."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import psutil

from benchmarks.measure import pairs, report

SERVER = """
import sys
from pathlib import Path
from runmon.local.app import LocalPlatform
with LocalPlatform(token="t") as platform:
    print(platform.url.rpartition(":")[2], platform.create(Path(sys.argv[1])), flush=True)
    sys.stdin.read()
"""
BARE = """
import asyncio, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
answer = b"[" + b",\\n".join([sys.argv[1].encode()] * 100) + b"]"
async def get(request):
    return Response(answer, media_type="application/json")
async def post(request):
    await request.body()
    return Response(b"{}", 201, media_type="application/json")
app = Starlette(routes=[Route("/items", get), Route("/items", post, methods=["POST"])])
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], "bare", flush=True)
server = uvicorn.Server(uvicorn.Config(app, http="h11", log_config=None, access_log=False, lifespan="off"))
server.run([listener])
"""
ITEM = json.dumps({"url": "https://shop.example/1", "title": "Kettle " * 60, "price": 1.0, "text": "x" * 460})
BATCH = f"[{','.join([ITEM] * 100)}]".encode()
EXPORTED = 30_000
CALLS = 50


@dataclass
class Place:
    """A server in a process of its own and the path of its items."""

    connection: http.client.HTTPConnection
    path: str
    process: psutil.Process

    def call(self, method: str, query: str = "", body: bytes | None = None) -> http.client.HTTPResponse:
        headers = {"authorization": "Bearer t", "content-type": "application/json"}
        self.connection.request(method, self.path + query, body, headers)
        return self.connection.getresponse()

    def rate(self, method: str, query: str = "", body: bytes | None = None) -> float:
        """Calls in a second of the server's CPU, so that other work on the machine does not count."""
        self.connection.close()
        began = self.busy_s()
        for _ in range(CALLS):
            self.call(method, query, body).read()
        return CALLS / (self.busy_s() - began)

    def busy_s(self) -> float:
        """The CPU time the server used so far."""
        used = self.process.cpu_times()
        return used.user + used.system

    def growth_mib(self, query: str) -> float:
        """How far the server's memory grows while it sends an answer."""
        self.connection.close()
        before = peak = self.process.memory_info().rss
        answer = self.call("GET", query)
        while answer.read(1 << 20):
            peak = max(peak, self.process.memory_info().rss)
        return (peak - before) / 2**20


@contextmanager
def serving(program: str, argument: str, path: str) -> Iterator[Place]:
    """A server started from a program that prints its port and a run id."""
    command = [sys.executable, "-c", program, argument]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port, run = process.stdout.readline().split()
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=600)
        try:
            yield Place(connection, path.format(run=run), psutil.Process(process.pid))
        finally:
            connection.close()
            process.terminate()


def main() -> bool:
    items = "/v2/actor-runs/{run}/dataset/items"
    with (
        TemporaryDirectory() as folder,
        serving(SERVER, folder, items) as ours,
        serving(BARE, ITEM, "/items") as bare,
    ):
        pushes = pairs(lambda: ours.rate("POST", body=BATCH), lambda: bare.rate("POST", body=BATCH))
        reads = pairs(lambda: ours.rate("GET", "?limit=100"), lambda: bare.rate("GET"))
        for _ in range(EXPORTED // 100 - 6 * CALLS):
            ours.call("POST", body=BATCH).read()
        growth = {name: ours.growth_mib(f"?format={name}") for name in ("json", "csv", "xlsx", "xml")}
    return all(
        [
            report(
                "10,000 items pushed in 1 s of CPU, in batches of 100 × 1 kB",
                f"{pushes[0] * 100:,.0f} items/s, {pushes[0] / pushes[1]:.2f} × a bare route",
                kept=pushes[0] * 100 >= 10_000,
            ),
            report(
                "100 items of 1 kB read in ≤ 10 ms of CPU",
                f"{reads[0]:.0f} calls/s, {reads[0] / reads[1]:.2f} × a bare route with the same bytes",
                kept=reads[0] >= 100,
            ),
            report(
                "exports grow memory by ≤ 32 MiB",
                ", ".join(f"{name} {grown:.1f} MiB" for name, grown in growth.items()),
                kept=max(growth.values()) <= 32,
            ),
        ]
    )
