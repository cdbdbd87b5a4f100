"""A soak: an Actor writes, both followers read through a proxy that breaks things, and no byte may differ.

`python -m tests.soak --minutes 30 --seeds 8` prints one line a seed; `--seed N` replays one. Exit code 1
where a byte was lost, doubled or reordered, or a pane was older than promised without saying so.
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
from dataclasses import dataclass, field
from pathlib import Path

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.watch.events import Condition, Pane
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


@dataclass
class Report:
    """What one seed showed."""

    seed: int
    faults: dict[str, int] = field(default_factory=dict)
    recovery_s: list[float] = field(default_factory=list)
    lies: list[str] = field(default_factory=list)
    """Moments at which a pane was older than promised and did not say so."""
    exact: dict[str, bool] = field(default_factory=dict)
    size: int = 0
    rollbacks: int = 0

    @property
    def well(self) -> bool:
        return all(self.exact.values()) and not self.lies

    def __str__(self) -> str:
        waits = sorted(self.recovery_s) or [0.0]
        p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
        return (
            f"seed {self.seed}: {sum(self.faults.values())} faults of {len(self.faults)} kinds, "
            f"{self.size} bytes, exact {self.exact}, rollbacks {self.rollbacks}, lies {len(self.lies)}, "
            f"recovery p50 {statistics.median(waits):.2f} s p95 {p95:.2f} s max {waits[-1]:.2f} s"
        )


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
            listening = asyncio.create_task(_listen(watch))
            looking = asyncio.create_task(_look(watch, report))
            await _weather(proxy, watch, platform, run_id, report, seconds)
            await _complete(watch)
            await asyncio.wait_for(headless.wait(), 60)
            for task in (listening, looking):
                task.cancel()
            await asyncio.gather(listening, looking, return_exceptions=True)
            truth = _read(_log_of(Path(folder)))
            report.exact = {
                "screen": _hash(watch.log.read(0, watch.log.size)) == _hash(truth),
                "file": _hash(_read(out)) == _hash(truth),
            }
            report.size, report.faults = len(truth), dict(proxy.hits)
            report.rollbacks = sum(change.moved == 0 for change in watch.log.changes)
    return report


async def _headless(url: str, token: str, run_id: str, out: Path) -> asyncio.subprocess.Process:
    environment = {**os.environ, "APIFY_TOKEN": token, "APIFY_CLIENT_BASE_URL": url}
    with out.open("wb") as file:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "runmon", "log", "-f", run_id),
            stdout=file,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )


async def _listen(watch: Watch) -> None:
    async for _event in watch.events():
        pass


async def _look(watch: Watch, report: Report) -> None:
    """Every quarter of a second: does a pane claim to be right that was not renewed in time?"""
    while True:
        await asyncio.sleep(GLANCE_S)
        for pane, state in watch.states.items():
            late = watch.overdue(pane)
            if state.condition in SURE and late > 1.0:
                report.lies.append(f"{pane.value} {late:.1f} s overdue as {state.condition.value}")


async def _weather(
    proxy: ChaosProxy, watch: Watch, platform: LocalPlatform, run_id: str, report: Report, seconds: float
) -> None:
    until = time.monotonic() + seconds
    await _recovered(watch, platform, run_id)
    while time.monotonic() < until:
        proxy.storm()
        await asyncio.sleep(proxy.chance.uniform(0.3, 3.0))
        proxy.calm()
        began = time.monotonic()
        await _recovered(watch, platform, run_id)
        report.recovery_s.append(time.monotonic() - began)


async def _recovered(watch: Watch, platform: LocalPlatform, run_id: str) -> None:
    """Every pane claims to be right, and the log holds what the run had written a moment ago."""
    log = _log_of(platform.registry.run(run_id).folder.path)
    known = log.stat().st_size if log.exists() else 0
    deadline = time.monotonic() + 90
    while watch.log.size < known or any(one.condition not in SURE for one in watch.states.values()):
        assert time.monotonic() < deadline, f"no recovery: {watch.states}"
        await asyncio.sleep(0.01)


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
    well = True
    for seed in range(asked.seed, asked.seed + asked.seeds):
        report = asyncio.run(soak(seed, asked.minutes * 60 / asked.seeds))
        well = well and report.well
        sys.stdout.write(f"{report}\n{''.join(f'  {lie}{chr(10)}' for lie in report.lies[:5])}")
        sys.stdout.flush()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
