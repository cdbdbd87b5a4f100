"""Every test, whichever worker runs it, starts from the same environment."""

import os

for name in ("COLUMNS", "LINES", "NO_COLOR"):
    os.environ.pop(name, None)
