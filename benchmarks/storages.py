"""Promises: the local platform exports items in constant memory, whatever the format."""

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

from benchmarks.measure import report

SERVER = """
import sys
from pathlib import Path
from runmon.local.app import LocalPlatform
with LocalPlatform(token="t") as platform:
    print(platform.url.rpartition(":")[2], platform.create(Path(sys.argv[1])), flush=True)
    sys.stdin.read()
"""
ITEM = json.dumps({"url": "https://shop.example/1", "title": "Kettle " * 60, "price": 1.0, "text": "x" * 460})
BATCH = f"[{','.join([ITEM] * 100)}]".encode()
EXPORTED = 30_000


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
    with TemporaryDirectory() as folder, serving(SERVER, folder, items) as place:
        for _ in range(EXPORTED // 100):
            place.call("POST", body=BATCH).read()
        growth = {name: place.growth_mib(f"?format={name}") for name in ("json", "csv", "xlsx", "xml")}
    return report(
        "exports grow memory by ≤ 32 MiB",
        ", ".join(f"{name} {grown:.1f} MiB" for name, grown in growth.items()),
        kept=max(growth.values()) <= 32,
    )
