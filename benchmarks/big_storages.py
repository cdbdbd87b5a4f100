"""Promises: a JSON record of 9 MB, 100,000 keys and 100,000 requests are looked at without waiting."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import psutil

from benchmarks.measure import Program, report
from benchmarks.tools import quiet_home

RUN = "HG7ML7M8z78YcAPEB"
COUNT, ROUNDS = 100_000, 5
SERVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

COUNT = 100_000
NOW = "2026-11-24T10:00:00.000Z"
RUN = {"id": sys.argv[1], "status": "SUCCEEDED", "startedAt": NOW, "finishedAt": NOW, "exitCode": 0}
ROW = '{"url":"http://shop.example/%d","title":"Kettle","price":12.90,"tags":["a","b"]}'
BIG = ("[" + ",".join(ROW % n for n in range(115_000)) + "]").encode()
KEYS = ["INPUT", "OUTPUT", *(f"key{n:06}" for n in range(COUNT))]

def request(n):
    url = f"https://shop.example/products/{n}"
    data = {"label": "product", "__crawlee": {"state": 4, "crawlDepth": 2}}
    return {"id": f"r{n:06}", "url": url, "uniqueKey": url, "method": "GET", "retryCount": 0,
            "handledAt": NOW, "userData": data}

class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        name = path.rpartition("/")[2]
        if name == "OUTPUT":
            return self.give(BIG)
        if name == "log":
            return self.give(b"2026-11-24T10:00:00.000Z INFO  done\\n", "text/plain")
        self.give(json.dumps({"data": self.answer(path, name, query)}).encode())
    def answer(self, path, name, query):
        limit = int(query.get("limit", ["1000"])[0])
        if name == "keys":
            after = query.get("exclusiveStartKey", [""])[0]
            first = KEYS.index(after) + 1 if after else 0
            page = KEYS[first:first + limit]
            more = page[-1] if first + limit < len(KEYS) else None
            return {"items": [{"key": key, "size": 100} for key in page], "nextExclusiveStartKey": more}
        if name == "requests":
            first = int(query.get("cursor", ["0"])[0])
            after = str(first + limit) if first + limit < COUNT else None
            page = range(first, min(first + limit, COUNT))
            return {"items": [request(n) for n in page], "nextCursor": after}
        if name == "head":
            return {"items": [], "limit": limit}
        if name == "request-queue":
            return {"id": "q", "totalRequestCount": COUNT, "handledRequestCount": COUNT, "modifiedAt": NOW}
        return RUN if name == RUN["id"] else {"id": "s", "itemCount": 0, "modifiedAt": NOW}
    def give(self, body, kind="application/json"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def watched() -> Iterator[Program]:
    """A run with large storages on the screen, the log focused."""
    command = [sys.executable, "-c", SERVER, RUN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        env = {"APIFY_TOKEN": "t", "APIFY_CLIENT_BASE_URL": f"http://127.0.0.1:{port}", "HOME": quiet_home()}
        try:
            with Program([sys.executable, "-m", "runmon", RUN], env=env) as program:
                program.until("SUCCEEDED")
                program.rest()
                yield program
        finally:
            server.kill()


def seconds(program: Program, keys: str, wanted: str) -> float:
    """From a key to what it shows."""
    began = time.perf_counter()
    program.press(keys)
    program.until(wanted)
    return time.perf_counter() - began


def big_record(program: Program) -> tuple[float, float, float]:
    """Seconds from Enter to the first lines of 9 MB of JSON, CPU time of it, seconds from End to its last."""
    seconds(program, "4", "OUTPUT")
    program.press("fgj")
    program.rest(1.0)
    opened, used, ended = [], [], []
    for _ in range(ROUNDS):
        before = program.used_s()
        opened.append(seconds(program, "\r", r"2 of .*\n.*\n.*\[\s"))
        used.append(program.used_s() - before)
        program.rest()
        ended.append(seconds(program, "G", "shop.example/114999"))
        seconds(program, "\x1b", "key00000")
        program.rest()
    return median(opened), median(used), median(ended)


def rss_mib(program: Program) -> float:
    return float(psutil.Process(program.pid).memory_info().rss) / 2**20


def main() -> bool:
    with watched() as program:
        opened, used, ended = big_record(program)
    with watched() as program:
        before = rss_mib(program)
        keys_s = seconds(program, "4", "key00000")
        program.press("&zzz\r")
        program.until("100\u202f002 +0 match")
        keys_mib = rss_mib(program) - before
    with watched() as program:
        before = rss_mib(program)
        queue_s = seconds(program, "5", "products/0")
        program.press("v")
        program.until("100\u202f000 in all(?!.*scanned)")
        program.rest(2.0)
        queue_mib = rss_mib(program) - before
    return all(
        [
            report(
                "9 MB of JSON: first lines ≤ 0.2 s", f"{opened:.3f} s, {used:.2f} s CPU", kept=opened <= 0.2
            ),
            report("9 MB of JSON: end ≤ 0.5 s", f"{ended:.3f} s", kept=ended <= 0.5),
            report("100,000 keys: first screen ≤ 1 s", f"{keys_s:.2f} s", kept=keys_s <= 1),
            report("100,000 keys: ≤ 100 MiB more", f"{keys_mib:.0f} MiB", kept=keys_mib <= 100),
            report("100,000 requests: first screen ≤ 1 s", f"{queue_s:.2f} s", kept=queue_s <= 1),
            report("100,000 requests: ≤ 100 MiB more", f"{queue_mib:.0f} MiB", kept=queue_mib <= 100),
        ]
    )
