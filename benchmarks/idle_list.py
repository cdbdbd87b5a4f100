"""Promise: the list of runs of a silent account costs ≤ 1 % of one core at the far pace."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.log_follow import share
from benchmarks.measure import Program, report
from runmon.watch.runs import FAR_RUNS
from tests.fleet import fleet

CALM_S = 10.0
LOOKS, LOOK_S = 3, 20.0


def main() -> bool:
    with TemporaryDirectory() as scratch, fleet(Path(scratch) / "fleet", alive=0) as platform:
        env = {
            "APIFY_TOKEN": platform.token,
            "APIFY_CLIENT_BASE_URL": platform.url,
            "RUNMON_STATE_DIR": scratch,
            "RUNMON_PACE": f"{FAR_RUNS.list_s:g}",
        }
        with Program([sys.executable, "-m", "runmon"], columns=160, rows=45, env=env) as program:
            program.until("5 of 5 runs")
            share(program, CALM_S)
            shares = [share(program, LOOK_S) for _ in range(LOOKS)]
    used = min(shares)
    told = ", ".join(f"{one * 100:.2f}" for one in shares)
    return report(
        "the list of a silent account ≤ 1 % of one core", f"{used * 100:.2f} % (of {told})", kept=used <= 0.01
    )
