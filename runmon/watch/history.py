"""What was measured of runs, kept on this machine: their charts are there after the end, and next time.

One file of JSON lines for each run, for the person's eyes only. Whatever goes wrong with it costs the past of
a chart, never the watching: nothing here raises, and lines that cannot be read are skipped.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from runmon.model.course import Moment

FOLDER_VARIABLE = "RUNMON_STATE_DIR"
MOST_BYTES = 512 * 1024
"""A longer file is thinned to about half when it is read."""
MOST_RUNS = 300
"""Files beyond this many go, the ones written longest ago first."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def state_folder() -> Path:
    """Where runmon keeps what it remembers: RUNMON_STATE_DIR, else the platform's place for it."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_state_path("runmon")


class History:
    """The measurements of one run on disk. For use in a thread."""

    def __init__(self, folder: Path, run_id: str) -> None:
        """`folder` holds the files of all runs; it is made when there is something to keep."""
        self._folder = folder
        name = run_id if _NAME.fullmatch(run_id) else hashlib.sha256(run_id.encode()).hexdigest()
        self.file = folder / f"{name}.jsonl"

    def read(self) -> list[Moment]:
        """Everything kept, in order of time."""
        with suppress(OSError):
            found = sorted(_moments(self._bytes()), key=lambda moment: moment.at)
            if self.file.stat().st_size > MOST_BYTES:
                found = thinned(found)
                self._replace(found)
            return found
        return []

    def add(self, moments: Sequence[Moment]) -> bool:
        """Keep these too; False where the disk does not take them."""
        if not moments:
            return True
        try:
            new = not self.file.exists()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self.file, os.O_APPEND, moments)
            if new:
                self._forget_oldest()
        except OSError:
            return False
        return True

    def _bytes(self) -> bytes:
        descriptor = os.open(self.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return b""
            return file.read(4 * MOST_BYTES)

    def _replace(self, moments: Sequence[Moment]) -> None:
        beside = self.file.with_suffix(f".{os.getpid()}.new")
        self._write(beside, os.O_TRUNC, moments)
        beside.replace(self.file)

    def _write(self, file: Path, how: int, moments: Sequence[Moment]) -> None:
        lines = b"".join(msgspec.json.encode(moment) + b"\n" for moment in moments)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | how, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as kept:
            os.fchmod(kept.fileno(), 0o600)
            kept.write(lines)

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[MOST_RUNS:]:
            with suppress(OSError):
                file.unlink()


def thinned(moments: Sequence[Moment]) -> list[Moment]:
    """Half of them: the newest quarter whole, every third of those before."""
    cut = len(moments) - len(moments) // 4
    return [*moments[:cut:3], *moments[cut:]]


def _moments(raw: bytes) -> Iterable[Moment]:
    decoder = msgspec.json.Decoder(Moment)
    for line in raw.splitlines():
        with suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            yield decoder.decode(line)
