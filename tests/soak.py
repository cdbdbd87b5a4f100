"""A soak: an Actor writes, both followers read through a proxy that breaks things, and no byte may differ.

`make soak ARGS="--minutes 30 --seeds 8"` prints one line a seed, and all together; `--seed N` replays one.
Exit code 1 where a byte was lost, doubled or reordered, where a pane was older than twice its interval
without saying so, or where 95 of 100 recoveries took longer than two seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
import os
import statistics
import sys
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.watch.events import Condition, ItemsCounted, Pane, QueueCounted, RecordsCounted, RunSeen
from runmon.watch.pace import NEAR
from runmon.watch.watch import Watch
from tests.chaos import ChaosProxy

ACTOR = """
import os, random, sys, time
chance, until, n = random.Random(int(sys.argv[1])), time.monotonic() + float(sys.argv[2]), 0
out = sys.stdout.buffer
while time.monotonic() < until:
    for _ in range(chance.choice([1, 1, 2, 5, 40])):
        n += 1
        odd = chance.choice([b"", b"\\xff\\xfe", "✓".encode(), b"x" * 3000])
        out.write(b"INFO  Crawler: page %d " % n + odd + b"\\n")
    out.flush()
    time.sleep(chance.choice([0.002, 0.01, 0.05, 0.2]))
out.write(b"no newline at the end")
"""
SURE = {Condition.LIVE, Condition.SETTLING, Condition.COMPLETE}
GLANCE_S = 0.25
TICK_S = 1.0
"""A claim may be withdrawn so late: the watch looks every half second, and this process is not alone."""
RECOVERED_S = 2.0
RENEWS = {RunSeen: Pane.RUN, ItemsCounted: Pane.ITEMS, RecordsCounted: Pane.RECORDS, QueueCounted: Pane.QUEUE}
INTERVAL_S = {
    Pane.RUN: NEAR.run_s,
    Pane.ITEMS: NEAR.counts_rest_s,
    Pane.RECORDS: NEAR.counts_rest_s,
    Pane.QUEUE: NEAR.counts_rest_s,
}


@dataclass
class Report:
    """What one seed showed."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    recovery_s: list[float] = field(default_factory=list)
    """After each storm that the watch noticed."""
    storms: int = 0
    lies: list[str] = field(default_factory=list)
    """Moments at which a pane was older than promised and did not say so."""
    oldest_s: dict[Pane, float] = field(default_factory=dict)
    """The greatest age of what a pane called right; of the log, how far it was behind what was written."""
    glances: int = 0
    exact: dict[str, bool] = field(default_factory=dict)
    size: int = 0
    rollbacks: int = 0
    failure: str = ""

    @property
    def p95_s(self) -> float:
        waits = sorted(self.recovery_s) or [0.0]
        return waits[min(len(waits) - 1, int(len(waits) * 0.95))]

    @property
    def well(self) -> bool:
        return all(self.exact.values()) and not self.lies and not self.failure

    def add(self, other: Report) -> None:
        """Take another seed's figures in."""
        self.faults += other.faults
        self.recovery_s += other.recovery_s
        self.lies += other.lies
        self.storms, self.glances = self.storms + other.storms, self.glances + other.glances
        self.size, self.rollbacks = self.size + other.size, self.rollbacks + other.rollbacks
        self.failure = self.failure or other.failure
        for pane, age in other.oldest_s.items():
            self.oldest_s[pane] = max(age, self.oldest_s.get(pane, 0.0))
        for reader, same in other.exact.items():
            self.exact[reader] = same and self.exact.get(reader, True)

    def __str__(self) -> str:
        waits = self.recovery_s or [0.0]
        ages = ", ".join(f"{pane.value} {age:.2f}" for pane, age in self.oldest_s.items())
        return (
            f"{sum(self.faults.values())} faults of {len(self.faults)} kinds in {self.storms} storms, "
            f"{self.size} bytes, exact {self.exact}, rollbacks {self.rollbacks}, "
            f"{len(self.lies)} lies in {self.glances} glances (oldest claims, s: {ages}), "
            f"{len(self.recovery_s)} recoveries p50 {statistics.median(waits):.2f} s "
            f"p95 {self.p95_s:.2f} s max {max(waits):.2f} s {self.failure}"
        ).rstrip()


async def soak(seed: int, seconds: float) -> Report:
    """One seed: storms and calm by turns for so many seconds, then the end of the run."""
    report = Report(seed)
    with LocalPlatform() as platform, tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-c", ACTOR, str(seed), str(seconds))
        run_id = platform.start(RunSpec(command=command, input=None, storage=Path(folder)))
        async with (
            ChaosProxy(int(platform.url.rpartition(":")[2]), seed) as proxy,
            Api(address(proxy.url), Token(platform.token)) as api,
            Watch(api, run_id) as watch,
        ):
            watch.show(tuple(Pane))
            out = Path(folder, "out.log")
            headless = await _headless(proxy.url, platform.token, run_id, out)
            ages = Ages(watch, _log_of(platform.registry.run(run_id).folder.path))
            saying = asyncio.create_task(headless.communicate())
            listening = asyncio.create_task(ages.listen())
            looking = asyncio.create_task(ages.look(report))
            await _weather(proxy, watch, platform, run_id, report, seconds)
            await _complete(watch)
            _, said = await asyncio.wait_for(saying, 60)
            if headless.returncode:
                report.failure = f"FAILED: exit code {headless.returncode}: {said.decode()[-300:]}"
            for task in (listening, looking):
                task.cancel()
            await asyncio.gather(listening, looking, return_exceptions=True)
            truth = _read(_log_of(Path(folder)))
            report.exact = {
                "screen": _hash(watch.log.read(0, watch.log.size)) == _hash(truth),
                "file": _hash(_read(out)) == _hash(truth),
            }
            report.size, report.faults = len(truth), proxy.hits
            report.rollbacks = sum(change.moved == 0 for change in watch.log.changes)
    return report


async def _headless(url: str, token: str, run_id: str, out: Path) -> asyncio.subprocess.Process:
    environment = {**os.environ, "APIFY_TOKEN": token, "APIFY_CLIENT_BASE_URL": url}
    with out.open("wb") as file:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "runmon", "log", "-f", run_id),
            stdout=file,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )


class Ages:
    """How old everything on show is, measured from outside."""

    def __init__(self, watch: Watch, log: Path) -> None:
        self.watch = watch
        self._log = log
        self._renewed: dict[Pane, float] = {}
        self._written: deque[tuple[float, int]] = deque()

    async def listen(self) -> None:
        """Note when each pane got new data."""
        async for event in self.watch.events():
            if pane := RENEWS.get(type(event)):
                self._renewed[pane] = time.monotonic()

    async def look(self, report: Report) -> None:
        """Every quarter of a second: does a pane claim to be right that was not renewed in time?"""
        while True:
            await asyncio.sleep(GLANCE_S)
            report.glances += 1
            for pane, state in self.watch.states.items():
                if state.condition in SURE - {Condition.COMPLETE}:
                    self._look_at(pane, state.condition, report)

    def _look_at(self, pane: Pane, condition: Condition, report: Report) -> None:
        age = self._behind() if pane is Pane.LOG else time.monotonic() - self._renewed[pane]
        report.oldest_s[pane] = max(age, report.oldest_s.get(pane, 0.0))
        late = self.watch.overdue(pane)
        if pane in INTERVAL_S:
            late = max(late, age - 2 * INTERVAL_S[pane])
        if late > TICK_S:
            report.lies.append(f"{pane.value} {late:.1f} s overdue as {condition.value}")

    def _behind(self) -> float:
        """Seconds since bytes were written that the watch does not have."""
        now = time.monotonic()
        self._written.append((now, self._log.stat().st_size if self._log.exists() else 0))
        while self._written and self._written[0][1] <= self.watch.log.size:
            self._written.popleft()
        return now - self._written[0][0] if self._written else 0.0


async def _weather(
    proxy: ChaosProxy, watch: Watch, platform: LocalPlatform, run_id: str, report: Report, seconds: float
) -> None:
    until = time.monotonic() + seconds
    await _recovered(watch, platform, run_id)
    while time.monotonic() < until:
        proxy.storm()
        await asyncio.sleep(proxy.chance.uniform(0.3, 3.0))
        proxy.calm()
        report.storms += 1
        began = time.monotonic()
        if await _recovered(watch, platform, run_id):
            report.recovery_s.append(time.monotonic() - began)


async def _recovered(watch: Watch, platform: LocalPlatform, run_id: str) -> bool:
    """Every pane claims to be right, and the log holds what the run had written; whether that took time."""
    log = _log_of(platform.registry.run(run_id).folder.path)
    known = log.stat().st_size if log.exists() else 0
    deadline, waited = time.monotonic() + 90, False
    while watch.log.size < known or any(one.condition not in SURE for one in watch.states.values()):
        assert time.monotonic() < deadline, f"no recovery: {watch.states}"
        waited = True
        await asyncio.sleep(0.01)
    return waited


async def _complete(watch: Watch) -> None:
    async with asyncio.timeout(120):
        while watch.states[Pane.LOG].condition is not Condition.COMPLETE:  # noqa: ASYNC110 polls from outside
            await asyncio.sleep(0.05)


def _log_of(folder: Path) -> Path:
    return next(iter(folder.rglob("log.txt")), folder / "log.txt")


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="in all")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1, help="the first")
    asked = parser.parse_args()
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    total = Report(asked.seed)
    for seed in range(asked.seed, asked.seed + asked.seeds):
        report = _one(seed, asked.minutes * 60 / asked.seeds)
        _say(f"seed {seed}: {report}", *report.lies[:5])
        total.add(report)
    _say(f"all: {total}", f"faults: {dict(total.faults.most_common())}")
    return 0 if total.well and total.p95_s <= RECOVERED_S else 1


def _one(seed: int, seconds: float) -> Report:
    try:
        return asyncio.run(soak(seed, seconds))
    except (AssertionError, TimeoutError) as error:
        return Report(seed, failure=f"FAILED: {type(error).__name__} {error}")


def _say(*lines: str) -> None:
    sys.stdout.write("\n  ".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
