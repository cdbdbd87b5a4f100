"""`runmon demo`: it runs anywhere, quickly when it is small, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runmon.cli.demo import shop_plan

LONG_S = 60


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "runmon", "demo", "--no-ui", *arguments]
    environment = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=LONG_S, env=environment)


def test_a_small_demo_succeeds_in_seconds_and_leaves_nothing(tmp_path: Path) -> None:
    done = demo(tmp_path, "--pages", "5")
    assert (done.returncode, b"Finished! Total 5 requests" in done.stdout) == (0, True)
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_crashes_says_so_with_its_exit_code(tmp_path: Path) -> None:
    done = demo(tmp_path, "--pages", "12", "--crash", "--seconds", "20", "--storage", "kept")
    run = json.loads((tmp_path / "kept" / "run.json").read_bytes())
    assert (done.returncode, run["status"], run["exitCode"]) == (1, "FAILED", 91)
    assert b"The shop changed the format of its price lists" in done.stderr


@pytest.mark.parametrize(
    ("given", "seconds"),
    [({}, 90), ({"pages": 2_000}, 90), ({"seconds": 30.0}, 30), ({"pages": 30}, 9), ({"pages": 5}, 1.5)],
)
def test_the_pace_is_planned_for_the_wanted_time_and_few_pages_take_less(
    given: dict[str, Any], seconds: float
) -> None:
    wanted = {"pages": 300, "fail_rate": 0.05, "crash": False, "seconds": 90.0, "seed": 1, **given}
    plan, rate = shop_plan(**wanted)
    assert plan.pages / rate == pytest.approx(seconds, rel=0.15)
    assert rate * plan.delay_s <= 4
