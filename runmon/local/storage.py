"""What the three storages share: a folder that others may write too, atomic files, a card of facts.

Every file appears by rename within its folder, so a reader (or the next start after a kill -9) finds the old
bytes or the new ones. Names of our own begin with `~`, which no Apify key, request id or item number does.
"""

from __future__ import annotations

import itertools
import os
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from runmon.local import raw_json
from runmon.local.faults import ApiFault, read_only

CARD = "__metadata__.json"
TEMPORARY = "~tmp-"
READ_AT_ONCE = 65_536
SETTLED_NS = 50_000_000
"""A folder changed later than this before a scan may change again within the same clock tick."""
SLOW_SCAN_S = 0.02
"""Scans longer than this are rationed to a tenth of the time."""

_numbers = itertools.count(1)


class Storage:
    """A folder with its identity, times, counters and the facts that its run lends it."""

    kind = ""
    """The API's path segment: `datasets`, `key-value-stores` or `request-queues`."""

    def __init__(
        self, folder: Path, *, id: str, read_only: bool = False, facts: Mapping[str, Any] | None = None
    ) -> None:
        self.folder = folder
        self.id = id
        self.read_only = read_only
        self.facts: dict[str, Any] = dict(facts or {})
        """Fields of the API object that the store cannot know: `userId`, `username`, `actId`, `actRunId`."""
        self.dropped = False
        self.lock = threading.RLock()
        self.reads = self.writes = self.deletes = self.lists = 0
        self._prefix = f"{folder}{os.sep}"
        self._seen_ns = -1
        self._next_scan = 0.0
        self._loaded = False
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
        self._load_card()

    # The card

    def _load_card(self) -> None:
        card = read_json(self._prefix + CARD)
        self.card: dict[str, Any] = card if isinstance(card, dict) else {}
        born = folder_time(self.folder)
        self.created = moment(self._kept("createdAt", "created_at")) or born
        self.modified = moment(self._kept("modifiedAt", "modified_at")) or born
        self.accessed = moment(self._kept("accessedAt", "accessed_at")) or born
        name = self.card.get("name")
        self.name: str | None = name if isinstance(name, str) else None

    def _kept(self, *names: str) -> Any:
        return next((self.card[name] for name in names if self.card.get(name) is not None), None)

    def save_card(self) -> None:
        """Write the metadata file in the spellings of both Crawlees."""
        if self.read_only or self.dropped:
            return
        times = {"accessed": self.accessed, "created": self.created, "modified": self.modified}
        card = {**self.card, "id": self.id, "name": self.name}
        card |= {f"{name}_at": str(when) for name, when in times.items()}
        card |= {f"{name}At": iso(when) for name, when in times.items()}
        self.write(CARD, msgspec.json.format(msgspec.json.encode(card | self._counts()), indent=2))

    def _counts(self) -> dict[str, Any]:
        return {}

    def metadata(self) -> dict[str, Any]:
        """The fields that all three API objects have."""
        return {
            "id": self.id,
            "name": self.name,
            "userId": self.facts.get("userId", "local"),
            "createdAt": iso(self.created),
            "modifiedAt": iso(self.modified),
            "accessedAt": iso(self.accessed),
            "actId": self.facts.get("actId"),
            "actRunId": self.facts.get("actRunId"),
            "generalAccess": self.card.get("generalAccess", "FOLLOW_USER_SETTING"),
        }

    def rename(self, *, name: str | None = None, general_access: str | None = None) -> None:
        """Give the storage a name or an access level; None leaves it."""
        self.writable()
        with self.lock:
            self.name = self.name if name is None else name or None
            if general_access is not None:
                self.card["generalAccess"] = general_access
            self.modified = now()
            self.save_card()
            self.settle()

    def drop(self) -> None:
        """Delete every file of the storage and the folder; the store answers no more (`dropped`)."""
        self.writable()
        with self.lock:
            for entry in files(self.folder):
                Path(entry.path).unlink(missing_ok=True)
            self.dropped = True
            self._forget()
            try:
                self.folder.rmdir()
            except OSError:
                self.refresh()

    def _forget(self) -> None:
        self._seen_ns = -1

    # Files

    def writable(self) -> None:
        """Refuse a write to a storage opened for reading. Raises ApiFault 403."""
        if self.read_only:
            raise read_only()
        if self.dropped:
            raise ApiFault(404, "record-not-found", "The storage was deleted")

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place at once: the name holds its old bytes until it holds all of `data`."""
        temporary = f"{self._prefix}{TEMPORARY}{os.getpid()}-{next(_numbers)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            written = os.write(handle, data)
            while written < len(data):
                written += os.write(handle, memoryview(data)[written:])
        except BaseException:
            os.close(handle)
            Path(temporary).unlink(missing_ok=True)
            raise
        os.close(handle)
        os.replace(temporary, self._prefix + name)  # noqa: PTH105 (a Path here costs a fifth of the write)

    def remove(self, name: str) -> bool:
        """Delete a file; False when there was none."""
        try:
            os.unlink(self._prefix + name)  # noqa: PTH108
        except FileNotFoundError:
            return False
        return True

    def _sweep(self) -> None:
        for entry in files(self.folder):
            if entry.name.startswith(TEMPORARY) and not alive(entry.name):
                Path(entry.path).unlink(missing_ok=True)

    # Writers beside us

    def stale(self) -> bool:
        """Whether the folder changed since it was last read (one `stat`)."""
        return folder_ns(self._prefix) != self._seen_ns and time.monotonic() >= self._next_scan

    def refresh(self) -> None:
        """Take in what other programs wrote since the last look. Cheap when nothing changed."""
        with self.lock:
            if not self.stale():
                return
            if not self._loaded and not self.read_only:
                self._sweep()
            before, started = folder_ns(self._prefix), time.monotonic()
            complete = self._read_folder()
            took = time.monotonic() - started
            settled = complete and time.time_ns() - before > SETTLED_NS
            self._loaded = True
            self._seen_ns = before if settled else -1
            self._next_scan = time.monotonic() + 10 * took if took > SLOW_SCAN_S else 0.0

    def load(self) -> None:
        """Read the folder unless it was read before; opening reads nothing, for folders can be huge."""
        if not self._loaded:
            self.refresh()

    def _read_folder(self) -> bool:
        """Read the folder anew; False when a file was still being written and a second look is due."""
        return True

    def settle(self) -> None:
        """Remember the folder as it is after a write of our own."""
        self._seen_ns = folder_ns(self._prefix)


def files(folder: Path, *, undecodable: bool = False) -> Iterator[os.DirEntry[str]]:
    """The regular files of a folder in no order, no symbolic links; nothing when it is absent.

    Those whose names are no text come only where wanted, with surrogates for their odd bytes.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and (undecodable or utf8(entry.name)):
                    yield entry
    except OSError:
        return


def utf8(name: str) -> bool:
    """Whether a file name is text (the API can name nothing else)."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def read_file(path: str) -> bytes | None:
    """The bytes of a regular file, or None where there is none; links are not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        data = os.read(handle, READ_AT_ONCE)
        return data if len(data) < READ_AT_ONCE else data + _rest(handle)
    except OSError:
        return None
    finally:
        os.close(handle)


def _rest(handle: int) -> bytes:
    found = bytearray()
    while stat.S_ISREG(os.fstat(handle).st_mode) and (more := os.read(handle, 1 << 20)):
        found += more
    return bytes(found)


def read_json(path: str) -> Any:
    """The JSON of a file, or None where it is absent, half written or no JSON."""
    raw = read_file(path)
    try:
        return None if raw is None else raw_json.value(raw)
    except (ValueError, RecursionError):
        return None


def alive(name: str) -> bool:
    """Whether the process that made this temporary file still runs."""
    number = name.removeprefix(TEMPORARY).partition("-")[0]
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except OSError:
        return True
    return True


def folder_ns(path: str) -> int:
    """When the folder's list of names last changed, in ns since 1970; 0 when it is not there."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def folder_time(path: Path) -> datetime:
    """The folder's own time, to the ms; now when it is not there."""
    changed = folder_ns(str(path))
    return datetime.fromtimestamp(changed / 1e9, UTC) if changed else now()


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


def iso(when: datetime) -> str:
    """`2026-11-23T18:17:02.179Z`, as the API writes times."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: Any) -> datetime | None:
    """A time in either dialect's spelling, in UTC; None for anything else."""
    try:
        when = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when
