"""A local platform with runs of every status, kept in folders as `runmon serve` keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from runmon.local.app import LocalPlatform
from runmon.local.identity import actor_id

ACTORS = ("shop-crawler", "login-bot", "price-watch")
TRACEBACK = """\
2026-11-25T10:00:00.000Z [apify] INFO  Initializing Actor
2026-11-25T10:00:01.000Z [apify] ERROR Actor failed with an exception
2026-11-25T10:00:01.000Z       Traceback (most recent call last):
2026-11-25T10:00:01.000Z         File "main.py", line 11, in main
2026-11-25T10:00:01.000Z       ValueError: no price on page 17
2026-11-25T10:00:02.000Z [apify] INFO  Exiting Actor
"""


def keep_run(
    home: Path, run_id: str, status: str, *, actor: str = ACTORS[0], minutes_ago: float = 5, log: str = "",
    items: int = 0, now: datetime | None = None, took_s: float = 30, **fields: Any,
) -> Path:  # fmt: skip
    """A folder of a finished run."""
    folder = home / run_id
    (folder / "datasets" / "default").mkdir(parents=True)
    for number in range(items):
        (folder / "datasets" / "default" / f"{number + 1:09}.json").write_text(f'{{"n": {number}}}')
    started = (now or datetime.now(UTC)) - timedelta(minutes=minutes_ago)
    run = {
        "id": run_id, "actId": actor_id(actor), "status": status, "startedAt": stamp(started),
        "finishedAt": stamp(started + timedelta(seconds=took_s)), "exitCode": 0, "meta": {"origin": "API"},
        "usageTotalUsd": 0.25, "statusMessage": None, **fields,
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run))
    (folder / "log.txt").write_text(log)
    return folder


def stamp(moment: datetime) -> str:
    """A moment as the API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def keep_fleet(home: Path) -> None:
    """A run of every end, newest first: SUCCEEDED, FAILED twice, TIMED-OUT, ABORTED."""
    keep_run(home, "goodRun0000000000", "SUCCEEDED", actor="price-watch", minutes_ago=5, items=12,
             statusMessage="Finished: 40 pages")  # fmt: skip
    keep_run(home, "loginRun000000000", "FAILED", actor="login-bot", minutes_ago=10, exitCode=1,
             statusMessage="Login failed: wrong password")  # fmt: skip
    keep_run(home, "traceRun000000000", "FAILED", minutes_ago=15, exitCode=91, log=TRACEBACK)
    keep_run(
        home, "slowRun0000000000", "TIMED-OUT", minutes_ago=90, exitCode=143, options={"timeoutSecs": 60}
    )
    keep_run(home, "stopRun0000000000", "ABORTED", minutes_ago=60 * 48, exitCode=143)


@contextmanager
def fleet(root: Path, *, alive: int = 2) -> Iterator[LocalPlatform]:
    """A platform with the fleet in `root/home`, and so many runs that are RUNNING without a process."""
    home = root / "home"
    home.mkdir(parents=True)
    keep_fleet(home)
    with LocalPlatform(home=home) as platform:
        platform.recall()
        for name in ACTORS:
            platform.register(name, ("true",))
        for number in range(alive):
            run = {
                "status": "RUNNING",
                "id": f"aliveRun{number:09}",
                "statusMessage": f"Crawled {number}/9 pages",
            }
            platform.create(root / f"alive{number}", actor="price-watch", run=run)
        yield platform
