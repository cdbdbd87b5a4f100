"""`python -m screenshots.record [NAME…]`: record real demo runs, which the pictures show at a frozen moment.

`crawl` is a run half way, `done` one that succeeded, `crash` one that its parser broke. A recording is the
run folder as it lay on disk at that moment, plus `seen.jsonl`: the run object as the API gave it, once a
second. Paths of this machine are replaced by those that Actors have on the platform.
"""

from __future__ import annotations

import copy
import json
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runmon.cli.demo import run_spec, shop_plan
from runmon.local.app import LocalPlatform
from runmon.local.demo.shop import ShopSite
from runmon.local.runner import RunSpec
from screenshots.scenes import PAGES

HERE = Path(__file__).parent / "recorded"
PATHS = {
    str(Path(__file__).parents[1]).encode(): b"/usr/src/app",
    sys.prefix.encode(): b"/usr/local",
    sys.base_prefix.encode(): b"/usr/local",
}
"""Of this machine → of the platform's image."""


HANGS = """
for page in 1 2 3; do echo "INFO  Crawler: page $page read"; sleep 1; done
echo "WARN  Crawler: no answer from https://shop.example/4"; sleep 600
"""


def record(name: str, *, pages: int, seconds: float, stop_at: float | None, crash: bool = False) -> None:
    """Crawl; keep the folder `stop_at` seconds after the start, or at the end where that is None."""
    plan, rate = shop_plan(pages=pages, fail_rate=0.14, crash=crash, seconds=seconds, seed=7)
    seen: list[dict[str, Any]] = []
    with TemporaryDirectory() as scratch, ShopSite(plan) as site, LocalPlatform() as platform:
        folder = Path(scratch) / "run"
        run_id = platform.start(run_spec(site.url, plan, rate, folder))
        began = time.monotonic()
        while stop_at is None or time.monotonic() - began < stop_at:
            run = copy.deepcopy(platform.wait(run_id, 1.0))
            seen.append({"at": datetime.now(UTC).isoformat(), "run": run})
            if run["status"] in {"SUCCEEDED", "FAILED"}:
                break
        keep(folder, HERE / name, seen)


def record_process(name: str, script: str, *, timeout_s: float = 0, abort_after: float | None = None) -> None:
    """Run a shell script as an Actor, to its end or until it is aborted."""
    seen: list[dict[str, Any]] = []
    with TemporaryDirectory() as scratch, LocalPlatform() as platform:
        folder = Path(scratch) / "run"
        run_id = platform.start(RunSpec(("sh", "-c", script), folder, timeout_s=timeout_s, memory_mb=256))
        began = time.monotonic()
        while not seen or seen[-1]["run"]["finishedAt"] is None:
            run = copy.deepcopy(platform.wait(run_id, 1.0))
            seen.append({"at": datetime.now(UTC).isoformat(), "run": run})
            if abort_after is not None and time.monotonic() - began > abort_after:
                platform.abort(run_id, gracefully=False)
        keep(folder, HERE / name, seen)


def record_ready(name: str) -> None:
    """A run that waits to be started."""
    with TemporaryDirectory() as scratch, LocalPlatform() as platform:
        folder = Path(scratch) / "run"
        run = copy.deepcopy(platform.wait(platform.create(folder), 0.0))
        keep(folder, HERE / name, [{"at": datetime.now(UTC).isoformat(), "run": run}])


def keep(folder: Path, target: Path, seen: list[dict[str, Any]]) -> None:
    """Copy a run folder and what was seen of it."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(".*"))
    for file in filter(Path.is_file, target.rglob("*")):
        body = file.read_bytes()
        for here, there in sorted(PATHS.items(), reverse=True):
            body = body.replace(here, there)
        file.write_bytes(body)
    (target / "run.json").write_text(json.dumps(seen[-1]["run"], indent=2, ensure_ascii=False) + "\n")
    (target / "seen.jsonl").write_text("".join(json.dumps(each) + "\n" for each in seen))


RECORDINGS: dict[str, Callable[[], None]] = {
    "ready": lambda: record_ready("ready"),
    "hang": lambda: record_process("hang", HANGS, timeout_s=9),
    "aborted": lambda: record_process("aborted", HANGS, abort_after=7),
    "done": lambda: record("done", pages=PAGES["done"], seconds=40, stop_at=None),
    "crawl": lambda: record("crawl", pages=PAGES["crawl"], seconds=90, stop_at=28),
    "crash": lambda: record("crash", pages=PAGES["crash"], seconds=60, stop_at=None, crash=True),
}


if __name__ == "__main__":
    for wanted in sys.argv[1:] or RECORDINGS:
        RECORDINGS[wanted]()
    sys.exit(0)
