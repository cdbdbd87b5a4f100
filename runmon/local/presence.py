"""Whether a folder that was opened for reading still holds the run that was found in it."""

from __future__ import annotations

from runmon.local.folder import RunFolder, is_storage

GONE = "The folder of this run is gone, or was emptied"
TAKEN = "Another run has taken this folder's place; leave and open it again to see it"


class Presence:
    """Remembers which run a folder held. Costs a look at one file; at three folders where there is none."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._mark = mark(folder)
        self._run = run_in(folder)

    def absence(self) -> str:
        """Why the run is not there any more, as a sentence without its full stop; empty while it is."""
        now = mark(self._folder)
        if now is None:
            left = is_storage(self._folder.storage) or (self._folder.path / "log.txt").is_file()
            return "" if left and self._mark is None else GONE
        if now == self._mark:
            return ""
        run = run_in(self._folder)
        if run is not None and run != self._run:
            return TAKEN
        self._mark = now
        return ""


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
