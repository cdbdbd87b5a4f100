"""What a witness needs and we do not ship, installed once per test session, outside the checkout."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runmon.local.app import LocalPlatform

ROOT = Path(__file__).parents[2]
INSTALL_S = 300
DRIVE_S = 60


def once(factory: pytest.TempPathFactory, name: str, install: Callable[[Path], None]) -> Path:
    """A folder of the whole session, installed by the first of its processes that asks."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    place, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            place.mkdir(exist_ok=True)
            install(place)
            done.touch()
    return place


def install_previous_client(place: Path) -> None:
    """The newest release before the present major version."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    ran([*pip, "--target", str(place), "apify-client>=2,<3"], timeout=INSTALL_S)


def install_node_packages(place: Path) -> None:
    """The Apify SDK for JavaScript and the crawler that reads pages without a browser."""
    npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    ran([*npm, "--prefix", str(place), "apify@3", "@crawlee/cheerio@3"], cwd=place, timeout=INSTALL_S)


def ran(command: list[str], **options: Any) -> str:
    """What a command wrote; its errors are shown when it fails."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask_previous(
    place: Path, platform: LocalPlatform, *, kind: str, run: str | None = None
) -> dict[str, Any]:
    """What the previous client, sync or async, tells of a run; without one, of driving everything."""
    wish = {"kind": kind, "url": platform.url, "token": platform.token, "run": run}
    told: dict[str, Any] = json.loads(
        ran(
            [sys.executable, "-S", "-m", "tests.witness.previous_client"],
            input=json.dumps(wish),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(place)},
            timeout=DRIVE_S,
        )
    )
    return told
