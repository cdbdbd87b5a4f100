"""Who writes a run folder: a lock that the kernel takes back when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os

from runmon.local.folder import RunFolder


def lock_path(folder: RunFolder) -> str:
    """The file whose lock says that a platform is writing this run."""
    return str(folder.path / ".runmon.lock")


def held_elsewhere(folder: RunFolder) -> bool:
    """Whether a living process holds the run (a killed one holds nothing: the kernel took its lock)."""
    try:
        handle = os.open(lock_path(folder), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def hold(folder: RunFolder) -> int | None:
    """Hold a folder's lock until the handle is closed; None where another process has it."""
    handle = None
    with contextlib.suppress(OSError):
        handle = os.open(lock_path(folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return handle
    if handle is not None:
        os.close(handle)
    return None
