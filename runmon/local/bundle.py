"""A bundle, which is a run folder in a zip: unpacked to look at, whoever made it.

A zip from a stranger may name files outside, be links, or unfold to more than a disk holds. Each of these
makes it no bundle; nothing of it is renamed or skipped to make it fit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from msgspec.structs import replace

from runmon.errors import BadTarget, LocalFault
from runmon.local.folder import KINDS, RunFolder, open_folder
from runmon.local.scratch import scratch

MAX_FILES = 1_000_000
MAX_BYTES = 4 << 30
MAX_DIRECTORY = 256 << 20
"""Bytes of a zip's list of contents, which is read whole."""
MAX_DEPTH = 16
MAX_NAME = 255
SPARE_DISK = 256 << 20
"""Bytes of the disk that stay free."""
CHUNK = 1 << 20
PREFIX = "runmon-bundle-"
"""How folders begin into which bundles are unpacked."""
FILE_COST = 16_384
"""What a file costs beside its bytes, in bytes that take as long."""

_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 65_536 + 200
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


Told = Callable[[float], None]
"""Hears how much is done, 0 to 1."""


def in_silence(_share: float) -> None:
    """For those who need no word of it."""


@contextmanager
def run_in(path: Path, told: Told = in_silence) -> Iterator[RunFolder]:
    """The run of a folder or of a bundle, which is named in what is said of it. BadTarget, LocalFault."""
    with unpacked(path, told) as place:
        if place == path:
            yield open_folder(place)
            return
        try:
            found = open_folder(place)
        except BadTarget:
            raise BadTarget(
                f"{path} holds no run: neither run.json nor {', '.join(KINDS.values())}.",
                hint="A bundle is a run folder in a zip.",
            ) from None
        yield replace(found, origin=fingerprint(path))


def fingerprint(path: Path) -> str:
    """The same for the same bundle, wherever it lies and is unpacked."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def unpacked(path: Path, told: Told = in_silence) -> Iterator[Path]:
    """A run folder for a path: the folder itself, or a bundle's contents, gone when the context ends.

    BadTarget where a file is no bundle that can be trusted; LocalFault where it cannot be unpacked.
    """
    if not path.is_file():
        yield path
        return
    with scratch(PREFIX) as place:
        unpack(path, place, told)
        yield root_of(place)


def root_of(place: Path) -> Path:
    """The run folder within: the place, or the one folder in it when somebody zipped the folder itself."""
    entries = list(place.iterdir())
    alone = len(entries) == 1 and entries[0].is_dir() and entries[0].name not in {*KINDS.values(), "storage"}
    return entries[0] if alone else place


def unpack(path: Path, place: Path, told: Told = in_silence) -> None:
    """Write a bundle's files below a new folder, telling how much is done. BadTarget, LocalFault."""
    try:
        check_directory(path)
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or "it is no zip archive"
        raise BadTarget(
            f"{path} is no bundle: {reason}.", hint="A bundle is a run folder in a zip."
        ) from None
    with archive:
        entries = archive.infolist()
        check_sizes(path, entries, place)
        work, done = Unpacking(path, archive, place), 0
        whole = sum(entry.file_size + FILE_COST for entry in entries)
        for entry in entries:
            work.extract(entry)
            done += entry.file_size + FILE_COST
            told(done / whole)
        work.date_folders()


def check_directory(path: Path) -> None:
    """Refuse a list of contents too long to be read. BadTarget; ValueError where there is none; OSError."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        tail = file.read()
    end, end_64 = tail.rfind(_END), tail.rfind(_END_64)
    if end < 0 or len(tail) < end + 22:
        raise ValueError(path)
    size = struct.unpack_from("<I", tail, end + 12)[0]
    if size == 0xFFFFFFFF and end_64 >= 0 and len(tail) >= end_64 + 48:
        size = struct.unpack_from("<Q", tail, end_64 + 40)[0]
    if size > MAX_DIRECTORY:
        raise too_large(path)


def too_large(path: Path) -> BadTarget:
    """What is said of a bundle past the bounds."""
    return BadTarget(
        f"{path} is too large for a bundle: it may unfold to {MAX_BYTES >> 30} GiB in {MAX_FILES:,} files.",
        hint="Unpack it yourself, and open the folder.",
    )


def check_sizes(path: Path, entries: list[zipfile.ZipInfo], place: Path) -> None:
    """Judge what the list says before anything is written. BadTarget, LocalFault."""
    promised = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_FILES or promised > MAX_BYTES:
        raise too_large(path)
    if promised + SPARE_DISK > shutil.disk_usage(place).free:
        raise LocalFault(f"There is no room to unpack {path}: it needs {promised >> 20} MiB.")


def check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    """BadTarget for a link, a device, or a name that no run folder has."""
    folder, below, name = entry.orig_filename.removesuffix("/").rpartition("/")
    if not plain(name) or (below and not all_plain(folder)):
        raise untrusted(path, entry, "its name leads elsewhere")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG}:
        raise untrusted(path, entry, "it is a link or a device")
    if entry.flag_bits & 1:
        raise untrusted(path, entry, "it is encrypted")


@lru_cache(maxsize=256)
def all_plain(folder: str) -> bool:
    """Whether the way to a folder is short, and each step of it plain."""
    steps = folder.split("/")
    return len(steps) < MAX_DEPTH and all(map(plain, steps))


def plain(step: str) -> bool:
    """Whether a part of a name is that of a file here, on any system."""
    if step in {"", ".", ".."} or len(step.encode("utf-8", "surrogateescape")) > MAX_NAME:
        return False
    return step.isprintable() and not set(step) & set("\\:")


def untrusted(path: Path, entry: zipfile.ZipInfo, why: str) -> BadTarget:
    """What is said of a bundle with an entry that is none of a run's."""
    return BadTarget(f"{path} cannot be trusted as a bundle: of {entry.filename[:80]!r}, {why}.")


class Unpacking:
    """Entries on their way into a new folder of ours, each once; counts what comes, whatever was promised."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, place: Path) -> None:
        self._path, self._archive, self._place = path, archive, str(place)
        self._left = MAX_BYTES
        self._made: dict[str, float] = {}
        """Folders that are there, with the times that they get."""

    def extract(self, entry: zipfile.ZipInfo) -> None:
        """Write one entry with the time it had. BadTarget."""
        check_entry(self._path, entry)
        where = f"{self._place}/{entry.orig_filename.removesuffix('/')}"
        folder = where if entry.is_dir() else where.rpartition("/")[0]
        try:
            if folder not in self._made:
                Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            if not entry.is_dir():
                self._write(entry, where)
        except _DAMAGE as error:
            reason = getattr(error, "strerror", None) or "it is damaged"
            raise BadTarget(
                f"{self._path} cannot be unpacked: of {entry.filename[:80]!r}, {reason}."
            ) from None
        self._made[folder] = moment(entry.date_time)

    def date_folders(self) -> None:
        """Give each folder the time of its last entry: making files in it gave it another."""
        for folder, then in self._made.items():
            date(folder, then)

    def _write(self, entry: zipfile.ZipInfo, where: str) -> None:
        with self._archive.open(entry) as source:
            held = os.open(where, _NEW, 0o666)
            try:
                while chunk := source.read(CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise too_large(self._path)
                    write(held, chunk)
                date(held, moment(entry.date_time))
            finally:
                os.close(held)


def write(descriptor: int, data: bytes) -> None:
    """Write all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


@lru_cache(maxsize=256)
def moment(parts: tuple[int, int, int, int, int, int]) -> float:
    """An entry's time as files have it; negative where it is none."""
    try:
        return time.mktime((*parts, 0, 0, -1))
    except (ValueError, OverflowError):
        return -1.0


def date(file: str | int, then: float) -> None:
    """Give a file a time: a run without run.json is told by the times of its files."""
    if then >= 0:
        with suppress(OSError):
            os.utime(file, (then, then))
