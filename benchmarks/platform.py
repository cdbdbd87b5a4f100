"""Promises: little more than a bare route, a million items in constant memory, every operation answered."""

from __future__ import annotations

import json
import os
import re
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import report
from benchmarks.storages import BATCH, SERVER, Place, serving

BARE = """
import asyncio, sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from runmon.local.doorstep import loopback_socket
from runmon.local.server import LoopbackServer
answer = open(sys.argv[1], "rb").read()
async def get(request):
    return Response(answer, media_type="application/json; charset=utf-8")
async def post(request):
    await request.body()
    return Response(b"{}", 201, media_type="application/json; charset=utf-8")
async def serve():
    app = Starlette(routes=[Route("/bare", get), Route("/bare", post, methods=["POST"])])
    listener = loopback_socket(0)
    await LoopbackServer(app, listener).start()
    print(listener.getsockname()[1], "bare", flush=True)
    await asyncio.Event().wait()
asyncio.run(serve())
"""
ROUNDS = 5
MILLION = 1_000_000
NAMES_A_FILE = 50_000
"""Hard links to one file: a million items without a million blocks."""
APIFY = Path(__file__).parents[2] / "shared" / "api" / "openapi-run-group.json"
METHODS = {"get", "head", "post", "put", "delete"}


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is measured, and how often at a time."""

    method: str
    path: str
    times: int
    body: bytes | None = None

    def on(self, place: Place) -> tuple[float, float]:
        """Calls in a second of the server's CPU and of the clock, one after the other on one connection."""
        place.connection.close()
        busy, began = place.busy_s(), time.perf_counter()
        for _ in range(self.times):
            place.call(self.method, body=self.body).read()
        return self.times / (place.busy_s() - busy), self.times / (time.perf_counter() - began)


def beside_bare(ours: Place, call: Call, folder: str) -> tuple[str, float]:
    """Rates by CPU and by the clock, with their ratios to a bare route's on the same server; the CPU rate."""
    ours.path = call.path
    same = Path(folder) / "same-bytes"
    same.write_bytes(ours.call(call.method, body=call.body).read())
    with serving(BARE, str(same), "/bare") as bare:
        call.on(ours), call.on(bare)
        taken = [(*call.on(ours), *call.on(bare)) for _ in range(ROUNDS)]
    cpu, wall, bare_cpu, bare_wall = (statistics.median(column) for column in zip(*taken, strict=True))
    figure = (
        f"{cpu:,.0f}/s of CPU, {cpu / bare_cpu:.2f} × a bare route; {wall:,.0f}/s, {wall / bare_wall:.2f} ×"
    )
    return figure, cpu


def streamed(place: Place, run: str, query: str) -> tuple[int, float, float, float]:
    """Items received, MiB resident before the call and at most during it, and seconds."""
    place.path = f"/v2/actor-runs/{run}/dataset/items"
    place.connection.close()
    before = peak = resident_mib(place)
    began, lines = time.perf_counter(), 0
    answer = place.call("GET", query)
    while piece := answer.read(1 << 20):
        lines += piece.count(b"\n")
        peak = max(peak, resident_mib(place))
    return lines, before, peak, time.perf_counter() - began


def resident_mib(place: Place) -> float:
    """The server's resident memory."""
    return float(place.process.memory_info().rss) / 2**20


def million(folder: Path) -> None:
    """Fill a storage folder with a million items."""
    place = folder / "datasets" / "default"
    place.mkdir(parents=True)
    source = ""
    for number in range(1, MILLION + 1):
        path = f"{place}/{number:09}.json"
        if number % NAMES_A_FILE == 1:
            source = path
            Path(path).write_text(json.dumps({"n": number, "title": "Kettle"}))
        else:
            os.link(source, path)


OPENED = SERVER.replace("platform.create(Path(sys.argv[1]))", "platform.open(Path(sys.argv[1]))")


def answered(place: Place) -> tuple[int, int, int]:
    """Operations described here; of Apify's run group, those described here; and all of those."""
    place.path = "/v2/openapi.json"
    ours = operations(json.loads(place.call("GET").read()))
    theirs = operations(json.loads(APIFY.read_text())) if APIFY.is_file() else set()
    return len(ours), len(theirs & ours), len(theirs)


def operations(document: dict[str, dict[str, dict[str, object]]]) -> set[tuple[str, str]]:
    """Methods and paths, without the names of path parameters."""
    found = document["paths"].items()
    return {
        (method, re.sub("{[^}]+}", "{}", path)) for path, item in found for method in METHODS & item.keys()
    }


def main() -> bool:
    with TemporaryDirectory() as folder, serving(SERVER, f"{folder}/run", "{run}") as ours:
        run = f"/v2/actor-runs/{ours.path}"
        ours.path = f"{run}/dataset/items"
        ours.call("POST", body=BATCH).read()
        one = beside_bare(ours, Call("GET", run, 1000), folder)
        page = beside_bare(ours, Call("GET", f"{run}/dataset/items?limit=100", 200), folder)
        push = beside_bare(ours, Call("POST", f"{run}/dataset/items", 50, BATCH), folder)
        told, met, wanted = answered(ours)
    with TemporaryDirectory() as folder:
        million(Path(folder))
        with serving(OPENED, folder, "{run}") as ours:
            lines, before, peak, took = streamed(ours, ours.path, "?format=jsonl")
    return all(
        [
            report("a run is told 1,000 times in 1 s of CPU", one[0], kept=one[1] >= 1000),
            report("a page of 100 × 1 kB is read 500 times in 1 s of CPU", page[0], kept=page[1] >= 500),
            report("a batch of 100 × 1 kB is stored 100 times in 1 s of CPU", push[0], kept=push[1] >= 100),
            report(
                "1,000,000 items streamed in constant memory (≤ 32 MiB more)",
                f"{lines:,} items in {took:.1f} s, {before:.0f} MiB before, {peak:.0f} MiB at most",
                kept=lines == MILLION and peak - before <= 32,
            ),
            report(
                "every operation of Apify's run group is answered",
                f"{f'{met} of {wanted}' if wanted else 'no list to count by'}; {told} operations in all",
                kept=met == wanted,
            ),
        ]
    )
