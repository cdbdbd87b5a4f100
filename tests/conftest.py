"""Every test, whichever worker runs it, starts from the same environment and keeps nothing outside it."""

import os
import tempfile

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
for name in ("COLUMNS", "LINES", "NO_COLOR"):
    os.environ.pop(name, None)
_STATE = tempfile.TemporaryDirectory(prefix="runmon-state-", ignore_cleanup_errors=True)
os.environ["RUNMON_STATE_DIR"] = _STATE.name


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for a processor: half of the time a test waits for a process, a socket or a window."""
    return 2 * (os.cpu_count() or 1)
