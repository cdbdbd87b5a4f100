"""Promises: a racing log is followed at once with a fifth of a core, and a silent one costs nothing.

Of what racing costs, more than a half are 15 frames a second, each with all lines new (3 to 5 ms), a fifth
the messages between widgets, a tenth reading. A key waits for the frame that is being made, then for its
own: 10 to 20 ms where a core is free, more where programs share it. A silent run costs 8 ms a second: three
tenths of it for asking the server, as long as that is on this machine once a second, a quarter for the
frame in which the run's time goes on.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from itertools import pairwise

from benchmarks.measure import Program, report
from benchmarks.served_log import RUN_ID, growing

RATE = 10_000
CALM_RATE = 200
FIRST = "the first line|lines  "
LOOK_S = 10.0
KEYS = 60
NUMBERED = re.compile(rb"m *\d{3,8} \x1b")
"""A line number in the gutter as it is written to a terminal."""
TICK = re.compile(rb"tick(\d{6})")
ENV = {"APIFY_TOKEN": "test-token"}


def watching(url: str) -> Program:
    """runmon over the run of a server, 120 × 40."""
    return Program([sys.executable, "-m", "runmon", RUN_ID, "--api-url", url], env=ENV)


def drain(program: Program, seconds: float) -> list[float]:
    """Read for so long; the moments at which something came."""
    until, moments = time.perf_counter() + seconds, []
    while (left := until - time.perf_counter()) > 0:
        if program.read(left):
            moments.append(time.perf_counter())
    return moments


def share(program: Program, seconds: float) -> float:
    """The share of a core that it takes."""
    used, began = program.used_s(), time.perf_counter()
    drain(program, seconds)
    return (program.used_s() - used) / (time.perf_counter() - began)


def quantile(values: list[float], share: float) -> float:
    """The value that a share of all do not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def racing() -> bool:
    """10,000 lines a second: CPU, the longest time without a frame, from a key to its frame."""
    with growing(RATE) as (url, _), watching(url) as program:
        program.until(FIRST)
        drain(program, 3)
        shares = [share(program, LOOK_S) for _ in range(3)]
        moments = drain(program, LOOK_S)
        keyed = [key_to_frame(program) for _ in range(KEYS)]
    used = min(shares)
    gaps = [1000 * (after - before) for before, after in pairwise(moments)]
    middle, late, longest = statistics.median(keyed), quantile(keyed, 0.99), max(gaps)
    kept = [
        report(f"{RATE:,} lines/s: ≤ 20 % of a core", f"{used:.1%}", kept=used <= 0.2),
        report("key to frame p99 ≤ 50 ms", f"p50 {middle:.0f}, p99 {late:.0f} ms", kept=late <= 50),
        report(
            "no frame longer than 100 ms",
            f"{longest:.0f} ms at most, p99 {quantile(gaps, 0.99):.0f} ms",
            kept=longest <= 100,
        ),
    ]
    return all(kept)


def key_to_frame(program: Program) -> float:
    """Milliseconds from the key for line numbers to the first of them; they are hidden again afterwards."""
    began = time.perf_counter()
    program.press("\x0c")
    rest = b""
    while not NUMBERED.search(rest):
        rest = rest[-40:] + program.read(2)
        if time.perf_counter() - began > 2:
            raise TimeoutError("no line numbers came")
    taken = time.perf_counter() - began
    program.press("\x0c")
    drain(program, 0.21)
    return 1000 * taken


def late() -> bool:
    """From a byte that the server writes to the cell on the terminal, among 200 other lines a second."""
    with growing(CALM_RATE, ticks=True) as (url, server), watching(url) as program:
        program.until(FIRST)
        drain(program, 2)
        seen: dict[int, float] = {}
        until, rest = time.monotonic() + 25, b""
        while (left := until - time.monotonic()) > 0:
            rest = rest[-60:] + program.read(left)
            now = time.monotonic()
            for found in TICK.finditer(rest):
                seen.setdefault(int(found[1]), now)
        delays = [1000 * (seen[n] - at) for n, at in told(server) if n in seen and n > min(seen)]
    middle, last = statistics.median(delays), quantile(delays, 0.99)
    figure = f"p50 {middle:.0f}, p99 {last:.0f} ms, {len(delays)} lines"
    return report("byte written → cell: p50 ≤ 30, p99 ≤ 80 ms", figure, kept=middle <= 30 and last <= 80)


def told(server: subprocess.Popen[str]) -> list[tuple[int, float]]:
    """Number and moment of every line that was measured."""
    server.kill()
    assert server.stdout is not None
    pairs = (line.split() for line in server.stdout if line.count(" ") == 1)
    return [(int(number), float(moment)) for number, moment in pairs]


def silent() -> bool:
    with growing(0) as (url, _), watching(url) as program:
        program.until(FIRST)
        drain(program, 5)
        used = min(share(program, LOOK_S) for _ in range(3))
    return report("silent: ≤ 1 % of a core", f"{used:.2%}", kept=used <= 0.01)


def main() -> bool:
    return all([racing(), late(), silent()])
