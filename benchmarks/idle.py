"""Promises: watching a run that does nothing costs ≤ 1 % of one core and ≤ 0.5 requests/s at the far pace."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from benchmarks.log_follow import drain, share
from benchmarks.measure import Program, report
from runmon.local import app
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.watch.pace import FAR
from tests.witness.tap import Tap

CALM_S = 25.0
"""Until storages that do not change are looked at rarely."""
LOOKS, LOOK_S = 3, 20.0
HEAR_S = 60.0
PLACES = {"the log in focus": "2", "the dataset in focus": "3"}
"""Where a person rests, and the key that goes there."""


def main() -> bool:
    with silent_run() as (tap, command, env):
        with Program(command, columns=160, rows=45, env=env) as program:
            cheap = costs_no_core(program)
        with Program(command, columns=120, rows=40, env=env) as program:
            return asks_rarely(program, tap) and cheap


@contextmanager
def silent_run() -> Iterator[tuple[Tap, list[str], dict[str, str]]]:
    """A run that says one line; what its server hears, and how it is watched."""
    tap, whole = Tap(), app.guarded

    def heard(*given: Any, **options: Any) -> Any:
        return tap.on(whole(*given, **options))

    with (
        TemporaryDirectory() as scratch,
        patch.object(app, "guarded", heard),
        LocalPlatform() as platform,
    ):
        run_id = platform.start(RunSpec(("sh", "-c", "echo waits; sleep 900"), Path(scratch) / "run"))
        env = {"APIFY_TOKEN": platform.token, "RUNMON_PACE": f"{FAR.run_s:g}", "RUNMON_STATE_DIR": scratch}
        yield tap, [sys.executable, "-m", "runmon", run_id, "--api-url", platform.url], env


def costs_no_core(program: Program) -> bool:
    """Every pane on show: the share of a core, the least of some looks."""
    program.until("waits")
    share(program, CALM_S)
    shares = [share(program, LOOK_S) for _ in range(LOOKS)]
    used = min(shares)
    told = ", ".join(f"{one * 100:.2f}" for one in shares)
    return report("idle watching ≤ 1 % of one core", f"{used * 100:.2f} % (of {told})", kept=used <= 0.01)


def asks_rarely(program: Program, tap: Tap) -> bool:
    """The first screen, then the dataset: requests that reached the server in a second."""
    program.until("waits")
    kept = True
    for place, key in PLACES.items():
        program.press(key)
        drain(program, CALM_S)
        before, began = len(tap.heard), time.perf_counter()
        drain(program, HEAR_S)
        rate = (len(tap.heard) - before) / (time.perf_counter() - began)
        kept &= report(f"idle watching ≤ 0.5 requests/s, {place}", f"{rate:.2f}/s", kept=rate <= 0.5)
    return kept
