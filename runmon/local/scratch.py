"""A temporary folder for as long as somebody uses it; one whose process was killed goes at the next start."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

YOUNG_S = 60.0
"""A folder this young may not be held yet by the process that just made it."""


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A new private folder, gone when the context ends. Meanwhile, those that nobody holds are removed."""
    Thread(target=sweep, args=(prefix,), name="sweep", daemon=True).start()
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as place:
        held = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield Path(place)
        finally:
            os.close(held)


def sweep(prefix: str) -> None:
    """Remove our folders of that name whose processes have died."""
    for place in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if left_behind(place):
            shutil.rmtree(place, ignore_errors=True)


def left_behind(place: Path) -> bool:
    """Whether a folder is ours and not young, and no living process holds it."""
    try:
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return False
        if time.time() - found.st_ctime < YOUNG_S:
            return False
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
