"""Promise: watching a run that does nothing, every pane on show, costs ≤ 1 % of one core at the far pace."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.log_follow import share
from benchmarks.measure import Program, report
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.watch.pace import FAR

CALM_S = 25.0
"""Until storages that do not change are looked at rarely."""
LOOKS, LOOK_S = 3, 20.0


def main() -> bool:
    with TemporaryDirectory() as scratch, LocalPlatform() as platform:
        run_id = platform.start(RunSpec(("sh", "-c", "echo waits; sleep 600"), Path(scratch) / "run"))
        command = [sys.executable, "-m", "runmon", run_id, "--api-url", platform.url]
        env = {"APIFY_TOKEN": platform.token, "RUNMON_PACE": f"{FAR.run_s:g}", "RUNMON_STATE_DIR": scratch}
        with Program(command, columns=160, rows=45, env=env) as program:
            program.until("waits")
            share(program, CALM_S)
            shares = [share(program, LOOK_S) for _ in range(LOOKS)]
    used = min(shares)
    told = ", ".join(f"{one * 100:.2f}" for one in shares)
    return report("idle watching ≤ 1 % of one core", f"{used * 100:.2f} % (of {told})", kept=used <= 0.01)
