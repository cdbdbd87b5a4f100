"""The runs of an account for the pictures of the list: every end, at times that stand still."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from runmon.local.app import LocalPlatform
from tests.fleet import TRACEBACK, keep_run, stamp

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
CRASH = TRACEBACK.replace("no price on page 17", "price not found on https://shop.example/products/17")


class Told(NamedTuple):
    """One run: who, how it ended, minutes ago, seconds it took, what it said, exit code, items, USD."""

    actor: str
    status: str
    ago: float
    took: float
    said: str = ""
    code: int = 0
    items: int = 0
    usd: float = 0.0
    log: str = ""


ALIVE = (
    Told("website-content-crawler", "RUNNING", 4, 0, "Crawled 148/612 pages, 3 failed requests"),
    Told("price-watch", "RUNNING", 11, 0, "Crawled 20/40 pages, 0 failed requests"),
)
ENDED = (
    Told("price-watch", "SUCCEEDED", 71, 312, "Finished: 40 pages, 0 failed", 0, 40, 0.031),
    Told("shop-crawler", "FAILED", 84, 95, "Actor failed with an exception", 91, 17, 0.0094, CRASH),
    Told("login-bot", "FAILED", 96, 14, "Login to shop.example failed: wrong password", 1, 0, 0.0008),
    Told("website-content-crawler", "SUCCEEDED", 130, 1840, "Finished: 4213 pages, 12 failed", 0, 4213, 1.26),
    Told("price-watch", "SUCCEEDED", 131, 304, "Finished: 40 pages, 0 failed", 0, 40, 0.030),
    Told("memory-hog", "FAILED", 170, 402, "Out of memory: raise it above 512 MB", 137, 88, 0.042),
    Told("sitemap-reader", "TIMED-OUT", 190, 3600, "", 143, 1204, 0.37),
    Told("price-watch", "SUCCEEDED", 191, 299, "Finished: 40 pages, 0 failed", 0, 40, 0.030),
    Told("website-content-crawler", "ABORTED", 260, 44, "", 143, 12, 0.0031),
    Told("shop-crawler", "SUCCEEDED", 1500, 640, "Finished: 300 pages, 2 failed", 0, 298, 0.21),
    Told("price-watch", "SUCCEEDED", 1511, 310, "Finished: 40 pages, 0 failed", 0, 40, 0.031),
    Told("sitemap-reader", "SUCCEEDED", 3100, 2210, "Finished: 1204 pages, 0 failed", 0, 1204, 0.24),
)


@contextmanager
def many_runs(root: Path) -> Iterator[LocalPlatform]:
    """A platform with these runs."""
    home = root / "home"
    home.mkdir()
    for number, told in enumerate(ENDED):
        keep(home, number, told)
    with LocalPlatform(home=home) as platform:
        platform.recall()
        for name in {told.actor for told in (*ALIVE, *ENDED)}:
            platform.register(name, ("true",))
        for number, told in enumerate(ALIVE):
            started = stamp(NOW - timedelta(minutes=told.ago))
            run = {"id": run_id(f"alive {number}"), "status": told.status, "statusMessage": told.said,
                   "startedAt": started, "meta": {"origin": "SCHEDULER"},
                   "usageTotalUsd": 0.0312}  # fmt: skip
            platform.create(root / f"alive{number}", actor=told.actor, run=run)
        yield platform


def keep(home: Path, number: int, told: Told) -> None:
    """The folder of an ended run."""
    more: dict[str, Any] = {"options": {"timeoutSecs": 3600}, "meta": {"origin": "SCHEDULER"}}
    keep_run(
        home, run_id(f"ended {number}"), told.status, actor=told.actor, minutes_ago=told.ago, now=NOW,
        took_s=told.took, log=told.log, items=told.items, statusMessage=told.said or None, exitCode=told.code,
        usageTotalUsd=told.usd, **more,
    )  # fmt: skip


def run_id(seed: str) -> str:
    """An id that looks like one."""
    return hashlib.sha256(seed.encode()).hexdigest()[:17]
