"""Whether a folder that was opened for reading still holds the run that was found in it."""

from __future__ import annotations

from runmon.local.folder import RunFolder, is_storage
from runmon.local.traces import TAKEN, Traces

GONE = "The folder is gone, or was emptied"


class Presence:
    """Remembers which run a folder held. Costs a look at one file; where there is no run.json, at a few."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._mark = mark(folder)
        self._run = run_in(folder)
        self._traces = Traces(folder) if self._mark is None else None

    def absence(self) -> str:
        """Why the run is not there any more, as a sentence without its full stop; empty while it is."""
        now = mark(self._folder)
        if now is None:
            return self._absence_of_plain()
        if now == self._mark:
            return ""
        run = run_in(self._folder)
        if run is not None and run != self._run:
            return TAKEN
        self._mark = now
        return ""

    def _absence_of_plain(self) -> str:
        left = is_storage(self._folder.storage) or self._folder.log_file.is_file()
        return self._traces.absence() if left and self._traces is not None else GONE


def mark(folder: RunFolder) -> tuple[int, int, int] | None:
    """What changes when run.json does; None where there is none."""
    try:
        found = folder.run_file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def run_in(folder: RunFolder) -> object:
    """The id in run.json; None where there is none, or it is half-written."""
    return folder.read_run().get("id")
