"""A run's home on disk: run.json, log.txt and the storage folder that Crawlee and the Apify SDK write."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from runmon.errors import BadTarget, LocalFault
from runmon.local import raw_json
from runmon.local.identity import derived_id, legal_id

KINDS = {"dataset": "datasets", "records": "key_value_stores", "queue": "request_queues"}
"""A storage's kind here → its folder below the storage root."""

SMALL_FILE = 4_194_304
"""Bytes of JSON that are read whole; run objects and metadata are far below."""


class RunFolder(msgspec.Struct, frozen=True):
    """Where one run's files lie. `path` holds run.json and log.txt, `storage` the three storage folders."""

    path: Path
    storage: Path
    log_file: Path
    origin: str = ""
    """What ids derive from where the files name none; empty: the path."""

    @property
    def run_file(self) -> Path:
        """The run object as the API gives it."""
        return self.path / "run.json"

    @property
    def own_id(self) -> str:
        """The run's id where run.json names none: the same each time."""
        return derived_id(self.origin or str(self.path))

    def place(self, kind: str, name: str = "default") -> Path:
        """The folder of a storage: kind `dataset`, `records` or `queue`."""
        return self.storage / KINDS[kind] / name

    def storage_id(self, kind: str, name: str = "default") -> str:
        """The id its metadata gives, else one derived from its place."""
        given = read_object(self.place(kind, name) / "__metadata__.json").get("id")
        parts = (self.origin, kind, name) if self.origin else (str(self.place(kind, name)),)
        return str(given) if legal_id(given) else derived_id(*parts)

    def names(self, kind: str) -> list[str]:
        """The named storages that are there besides `default`."""
        try:
            found = sorted(entry.name for entry in (self.storage / KINDS[kind]).iterdir() if entry.is_dir())
        except OSError:
            return []
        return [name for name in found if name != "default"]

    def read_run(self) -> dict[str, Any]:
        """run.json, or an empty object when it is missing, half-written or no object."""
        return read_object(self.run_file)

    def write_run(self, run: dict[str, Any]) -> None:
        """Replace run.json in one step: a reader and a power cut see the old or the new one.

        On a full disk it is rewritten in its own place, so that the outcome of a run is not lost.
        """
        content = msgspec.json.encode(run)
        try:
            replace_file(self.run_file, msgspec.json.format(content, indent=2))
        except OSError:
            rewrite_file(self.run_file, content)


def open_folder(path: Path) -> RunFolder:
    """The run folder meant by a path: one with run.json or log.txt, a storage folder, or one around it.

    Raises BadTarget when there is nothing like it.
    """
    home = Path(os.path.abspath(path))  # noqa: PTH100 -- symlinks stay as typed: ids derive from the path
    try:
        mode = home.stat().st_mode
    except FileNotFoundError as error:
        raise BadTarget(f"There is no folder {path}.") from error
    except (OSError, ValueError) as error:
        raise BadTarget(f"The folder {path} cannot be read ({error}).") from error
    if not stat.S_ISDIR(mode):
        raise BadTarget(f"{path} is a file, not a folder.", hint="Give a storage folder or a run folder.")
    for root in (home, home / "storage"):
        if is_storage(root):
            return RunFolder(home, root, nearest_log(home, root))
    if (home / "run.json").is_file() or (home / "log.txt").is_file():
        return RunFolder(home, home, nearest_log(home, home))
    raise BadTarget(
        f"{path} holds no run: neither run.json nor log.txt, datasets, key_value_stores or request_queues.",
        hint="Give a storage folder or a run folder.",
    )


def is_storage(root: Path) -> bool:
    """Whether a folder looks like a storage root of either Crawlee dialect."""
    return any((root / name).is_dir() for name in KINDS.values())


def nearest_log(home: Path, root: Path) -> Path:
    """log.txt in the folder, in its storage root, or beside a bare storage folder; else where it would be."""
    beside = [home.parent / "log.txt"] if root == home and home.name == "storage" else []
    return next(
        (place for place in (home / "log.txt", root / "log.txt", *beside) if place.is_file()),
        home / "log.txt",
    )


def make_folder(root: Path, *, purge: bool) -> RunFolder:
    """A folder ready for a new run. `purge` empties the default storages as Crawlee does: all but the input.

    Raises LocalFault when the folder cannot be written.
    """
    folder = plain_folder(root)
    home = folder.path
    try:
        for name in ("run.json", "log.txt"):  # first: who looks at the run before must see that it is gone
            (home / name).unlink(missing_ok=True)
        for kind in KINDS:
            if purge:
                purge_storage(folder.place(kind))
            folder.place(kind).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalFault(f"The folder {root} cannot be prepared for a run ({error.strerror}).") from error
    return folder


def emptied(root: Path) -> int | None:
    """How many items of a run before `purge` would remove from a folder; None where nothing is there."""
    folder = plain_folder(root)
    found = folder.run_file.exists() or folder.log_file.exists()
    items = 0
    for kind in KINDS:
        with contextlib.suppress(OSError), os.scandir(folder.place(kind)) as entries:
            names = [entry.name for entry in entries if entry.name.partition(".")[0] != "INPUT"]
            found = found or bool(names)
            if kind == "dataset":
                items = sum(name.endswith(".json") and not name.startswith(("_", ".")) for name in names)
    return items if found else None


def plain_folder(root: Path) -> RunFolder:
    """A run folder whose parts all lie in one place."""
    home = Path(os.path.abspath(root))  # noqa: PTH100 -- as in open_folder
    return RunFolder(home, home, home / "log.txt")


def purge_storage(place: Path) -> None:
    """Remove a storage's files but an input record; symbolic links are removed, never followed."""
    if place.is_symlink():
        raise OSError(0, f"{place} is a symbolic link")
    if not place.is_dir():
        return
    for entry in place.iterdir():
        if entry.name == "INPUT" or entry.name.startswith("INPUT."):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def read_object(path: Path) -> dict[str, Any]:
    """A small JSON file with an object; anything else (missing, half-written, huge) reads as empty."""
    try:
        if not path.is_file() or path.stat().st_size > SMALL_FILE:
            return {}
        found = raw_json.value(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever sees a part of it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def rewrite_file(path: Path, content: bytes) -> None:
    """Put JSON in the room that a file has already. Raises OSError where there is none, or too little."""
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        facts = os.fstat(handle)
        if len(content) > max(facts.st_size, 512 * facts.st_blocks):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.pwrite(handle, content.ljust(facts.st_size), 0)
    finally:
        os.close(handle)
