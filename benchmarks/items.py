"""Promises: an export keeps up with curl in constant memory; counting a field costs what loading does.

The items lie in a folder that the local platform serves; VisiData gets the same items as one file.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.measure import report
from benchmarks.platform import OPENED
from benchmarks.storages import serving
from benchmarks.tools import quiet_home, tool

EXPORTED, COUNTED, NAMES_A_FILE = 1_000_000, 100_000, 50_000
ROUNDS = int(os.environ.get("RUNMON_BENCH_ROUNDS", "3"))
COUNT = """
import asyncio, json, sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.model.frequency import Frequency
from runmon.model.storages import Place
from runmon.watch.item_scan import scan
def cpu():
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
async def main():
    with LocalPlatform(read_only=True) as platform:
        place = Place.below(platform.open(Path(sys.argv[1])))
        async with Api(address(platform.url), Token(platform.token)) as api:
            await api.items(place, offset=0, limit=1)
            wall, before, counted = perf_counter(), cpu(), Frequency(("category",))
            async for part in scan(api, place):
                await asyncio.to_thread(lambda: counted.take(item for _, item in part.decoded()))
            assert counted.total == int(sys.argv[2])
            peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps([perf_counter() - wall, cpu() - before, peak]))
asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Took:
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def item(number: int) -> bytes:
    """An item of a shop, about 0.3 kB."""
    found = {
        "url": f"https://shop.example/products/{number}",
        "title": f"Kettle {number}",
        "price": number % 977 / 10,
        "category": ("kettle", "mug", "pan", "pot")[number % 4],
        "text": "x" * 120,
        "stock": number % 3 == 0,
        "rating": {"value": number % 5, "count": number % 90},
    }
    return json.dumps(found).encode()


def linked_items(folder: Path, count: int) -> Path:
    """A storage folder of so many items, most of them names of a few files."""
    place = folder / "datasets" / "default"
    place.mkdir(parents=True)
    source = place / "none"
    for number in range(1, count + 1):
        path = place / f"{number:09}.json"
        if number % NAMES_A_FILE == 1:
            source = path
            path.write_bytes(item(number))
        else:
            os.link(source, path)
    return folder


def real_items(folder: Path, lines: Path, count: int) -> Path:
    """A storage folder of so many items, each its own file, and the same as lines in one file."""
    place = folder / "datasets" / "default"
    place.mkdir(parents=True)
    with lines.open("wb") as out:
        for number in range(1, count + 1):
            (place / f"{number:09}.json").write_bytes(item(number))
            out.write(item(number) + b"\n")
    return folder


def took(command: Sequence[str], env: dict[str, str] | None = None) -> Took:
    """Run a command to its end."""
    began = perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=os.environ | (env or {})
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Took(perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def exports(folder: Path, out: Path) -> list[bool]:
    """runmon and curl in turn, each to a file."""
    curl = tool("curl")
    if curl is None:
        return []
    path = "/v2/actor-runs/{run}/dataset/items"
    with serving(OPENED, str(folder), path) as place:
        base, run = f"http://127.0.0.1:{place.connection.port}", place.path.split("/")[3]
        place.call("GET", "?limit=1").read()
        ours, theirs = [], []
        for round_ in range(ROUNDS):
            name = str(out / f"ours{round_}.json")
            env = {"APIFY_TOKEN": "t", "APIFY_CLIENT_BASE_URL": base}
            ours.append(took([sys.executable, "-m", "runmon", "items", run, "-o", name], env))
            other = str(out / "theirs.json")
            theirs.append(
                took([curl, "-sf", "-H", "Authorization: Bearer t", "-o", other, base + place.path])
            )
            same = os.path.getsize(name) == os.path.getsize(other)  # noqa: PTH202
            os.unlink(name)  # noqa: PTH108
    fast, slow = (statistics.median(each.wall_s for each in found) for found in (theirs, ours))
    peak = max(each.peak_mib for each in ours)
    print(f"        {EXPORTED:,} items: runmon {slow:.1f} s, curl {fast:.1f} s")
    return [
        report("an export ≥ 0.8 × as fast as curl", f"{fast / slow:.2f} ×", kept=fast / slow >= 0.8 and same),
        report("… in constant memory", f"{peak:.0f} MiB at most", kept=peak <= 100),
    ]


def counts(folder: Path, lines: Path) -> list[bool]:
    """A whole-dataset frequency and VisiData's load of the same items, in turn, by their CPU."""
    visidata = tool("visidata")
    if visidata is None:
        return []
    ours, theirs = [], []
    nothing = lines.with_name("nothing.jsonl")
    nothing.write_bytes(item(1) + b"\n")
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-c", COUNT, str(folder), str(COUNTED)],
            capture_output=True,
            text=True,
            check=True,
        )
        ours.append(Took(*json.loads(done.stdout.splitlines()[-1])))
        home = {"HOME": quiet_home(), "TERM": "xterm"}
        started = took([visidata, "-b", str(nothing)], home)
        whole = took([visidata, "-b", str(lines)], home)
        theirs.append(Took(whole.wall_s - started.wall_s, whole.cpu_s - started.cpu_s, whole.peak_mib))
    mine, other = (statistics.median(each.cpu_s for each in found) for found in (ours, theirs))
    walls = tuple(statistics.median(each.wall_s for each in found) for found in (ours, theirs))
    print(f"        {COUNTED:,} items: runmon {mine:.2f} s of CPU ({walls[0]:.2f} s, server included), "
          f"VisiData {other:.2f} s ({walls[1]:.2f} s)")  # fmt: skip
    peak = max(each.peak_mib for each in ours)
    return [
        report("counting a field ≤ 1.5 × VisiData's load", f"{mine / other:.2f} ×", kept=mine <= 1.5 * other),
        report("… in ≤ 200 MiB", f"{peak:.0f} MiB at most", kept=peak <= 200),
    ]


def main() -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        kept = counts(real_items(root / "real", root / "items.jsonl", COUNTED), root / "items.jsonl")
        kept += exports(linked_items(root / "linked", EXPORTED), root)
    return all(kept)
