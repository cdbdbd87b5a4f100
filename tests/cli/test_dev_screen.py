"""`runmon dev` and `runmon demo` with their screen, on a real terminal: `q` leaves and nothing stays."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pexpect
import psutil

ALTERNATE_SCREEN_LEFT = b"\x1b[?1049l"
LONG_S = 60


def runmon(folder: Path, *arguments: str) -> pexpect.spawn[bytes]:
    return pexpect.spawn(
        sys.executable,
        ["-m", "runmon", *arguments],
        cwd=str(folder),
        env=os.environ | {"TERM": "xterm-256color", "TMPDIR": str(folder)},
        dimensions=(45, 160),
        timeout=LONG_S,
    )


def left(child: pexpect.spawn[bytes]) -> bytes:
    """What came after `q`, to the end of the program."""
    child.send(b"q")
    told: bytes = child.read()
    child.wait()
    return told


def test_dev_shows_the_run_and_q_ends_everything_it_started(tmp_path: Path) -> None:
    script = "setsid sleep 1000 & echo the kettle is $((40 + 2)); sleep 1000"
    child = runmon(tmp_path, "dev", "--", "bash", "-c", script)
    child.expect(b"the kettle is 42")
    started = psutil.Process(child.pid).children(recursive=True)
    assert len(started) == 3

    told = left(child)

    assert (child.exitstatus, ALTERNATE_SCREEN_LEFT in told) == (0, True)
    assert not [one for one in started if one.is_running()]
    run = json.loads((tmp_path / "storage" / "run.json").read_bytes())
    assert run["status"] == "ABORTED"


def test_the_demo_shows_its_crawl_and_q_leaves_nothing(tmp_path: Path) -> None:
    child = runmon(tmp_path, "demo", "--pages", "60")
    child.expect(b"/product/")
    started = psutil.Process(child.pid).children(recursive=True)

    told = left(child)

    assert (child.exitstatus, ALTERNATE_SCREEN_LEFT in told) == (0, True)
    assert started and not [one for one in started if one.is_running()]
    assert list(tmp_path.iterdir()) == []
