"""Promise: a headless command starts without the screen's or the server's libraries."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measure import report

PROBE = """
import sys
from runmon.cli.main import main
assert main(["status", "HG7ML7M8z78YcAPEB", "--api-url", "http://127.0.0.1:9"]) == 6
heavy = {"textual", "starlette", "uvicorn", "PIL", "pygments", "psutil"} & set(sys.modules)
print(",".join(sorted(heavy)))
"""


def main() -> bool:
    loaded = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True
    ).stdout.strip()
    return report("`runmon status` loads no screen and no server", loaded or "none loaded", kept=not loaded)
