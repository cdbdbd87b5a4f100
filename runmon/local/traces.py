"""What tells a plain storage folder's run from the next one in the same folder, where no run.json does.

A crawler that starts anew empties its storages first. A run never takes back items, never begins its log
again, and keeps the start that its statistics name.
"""

from __future__ import annotations

import time
from pathlib import Path

from runmon.local.evidence import STATISTICS
from runmon.local.folder import RunFolder, read_object

TAKEN = "Another run has taken this folder"
REMOVED = "What it had stored was removed; a crawler does so when it starts anew"
HEAD = 1024
"""Bytes by which a log is known."""
WRITTEN_S = 5.0
"""A file that changes so soon after it was made is still being written for the first time."""


class Traces:
    """Remembers what a run without run.json has left; costs some looks at files each time it is asked."""

    def __init__(self, folder: RunFolder) -> None:
        self._item = folder.place("dataset") / "000000001.json"
        self._made = written(self._item)
        self._log = folder.log_file
        self._seen = (written(self._log), size(self._log))
        self._head = head(self._log)
        self._records = folder.place("records")
        self._looked: float | None = None
        self._starts: dict[Path, str] = {}
        self._learn_starts()
        self._verdict = ""

    def absence(self) -> str:
        """Why this is another run's folder by now; empty while it is not. Once said, it stays said."""
        self._verdict = self._verdict or self._find()
        return self._verdict

    def _find(self) -> str:
        if self._log_began_again():
            return TAKEN
        self._learn_starts()
        told = {path: start_in(path) for path in self._starts}
        if any(told[path] == start for path, start in self._starts.items()):
            return ""
        if any(told.values()):
            return TAKEN
        had_items = self._made is not None
        return self._item_tells() or (REMOVED if self._starts and not had_items else "")

    def _learn_starts(self) -> None:
        """Crawlers write their statistics some time after they started."""
        changed = written(self._records)
        if not self._starts and changed != self._looked:
            self._starts, self._looked = starts(self._records), changed

    def _item_tells(self) -> str:
        """What the first item says, which nobody writes twice."""
        now, before = written(self._item), self._made
        if before is None or now == before or (now is not None and time.time() - before < WRITTEN_S):
            self._made = now
            return ""
        return TAKEN if now is not None else REMOVED

    def _log_began_again(self) -> bool:
        """Whether the log is shorter than it was, or begins with other words."""
        now = (written(self._log), size(self._log))
        if now == self._seen or now[0] is None:
            return False
        before, self._seen, was = self._seen, now, self._head
        if now[1] < before[1]:
            return True
        if len(was) < HEAD:
            self._head = head(self._log)
        return not head(self._log).startswith(was)


def written(path: Path) -> float | None:
    """When a file was last written; None where there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def size(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def head(path: Path) -> bytes:
    """The beginning of a file; empty where there is none."""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def starts(place: Path) -> dict[Path, str]:
    """When the crawlers of a run started, by the files of their statistics."""
    try:
        names = [entry for entry in place.iterdir() if STATISTICS.fullmatch(entry.name)]
    except OSError:
        return {}
    return {path: start for path in names if (start := start_in(path))}


def start_in(path: Path) -> str:
    """When a crawler started, by its statistics; empty where nothing tells."""
    start = read_object(path).get("crawlerStartedAt")
    return start if isinstance(start, str) else ""
