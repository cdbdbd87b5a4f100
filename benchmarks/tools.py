"""Other programs that show logs, where this machine has them; none of them is needed to run runmon."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache

NAMES = {"lnav": "lnav", "less": "less", "toolong": "tl", "visidata": "vd", "curl": "curl"}
"""What each is called on a PATH; `RUNMON_BENCH_LNAV` and so on name another place."""


@cache
def tool(name: str) -> str | None:
    """Where a program is; None, said once, where it is not."""
    variable = f"RUNMON_BENCH_{name.upper()}"
    found = shutil.which(os.environ.get(variable, NAMES[name]))
    if found is None:
        print(f"absent  {name}: not on PATH as {NAMES[name]}, nor named by {variable}")
    return found


@cache
def quiet_home() -> str:
    """An empty home, so that no program opens a log where it was left, nor writes into a person's own."""
    return tempfile.mkdtemp(prefix="runmon-bench-home-")
