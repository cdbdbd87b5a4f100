"""Files that appear whole or not at all, in the folder that was meant, over nothing that was there unasked.

A file is written as a draft beside its place and gets its name only when every byte is on the disk. Whatever
happens before, the folder is as it was; after `kill -9` a draft may lie there, which the
next save of the same file removes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from runmon.errors import AlreadyThere, LocalFault
from runmon.model.units import byte_size

_DRAFT, _END = ".runmon-", ".draft"
_ABANDONED_S = 3600
"""A draft of another file that nobody holds is left over from a crash once it is this old."""
_TRIES = 5
"""Drafts begun anew because another program swept one between its making and its lock."""
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links answer."""
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PART = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE = 1024 * 1024


def meant(typed: str) -> Path:
    """The path a person typed, whole and without detours: `~/a/../b` is `/home/ann/b`."""
    return Path(os.path.abspath(Path(typed.strip()).expanduser()))  # noqa: PTH100 (resolve follows links)


class Folder:
    """A folder held open: whatever becomes of its path meanwhile, files land in it and nowhere else."""

    def __init__(self, path: Path, *, make: bool = False) -> None:
        """`make` creates the folder, not those above it, where there is none. Raises LocalFault."""
        self.path = path
        missing = path.parent if make else path
        if not missing.exists():
            raise LocalFault(f"There is no folder {missing}.", hint="Make it first, or name another.")
        with told(path, "cannot be written to"):
            if make:
                path.mkdir(exist_ok=True)
            self.descriptor = os.open(
                path.resolve(), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            )

    def __enter__(self) -> Folder:
        with suppress(OSError):
            self.sweep()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.descriptor)

    def has(self, name: str) -> bool:
        """Whether something is there under this name, be it a link to nowhere."""
        try:
            os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise fault(self.path / name, "cannot be looked at", error) from None
        return True

    @contextmanager
    def draft(
        self,
        name: str,
        *,
        replace: bool = False,
        private: bool = False,
        size: int | None = None,
        resume: bool = False,
    ) -> Iterator[Draft]:
        """A file to write; it becomes `name` by `publish`, and vanishes where that does not happen.

        `name` must be the name of one file (`safe_name`). `replace` lets it take the place of another file;
        `private` keeps it from everybody else; `size` are the bytes that it will have, where that is known.
        `resume` keeps what was written as `NAME.part` where it does not become whole, and goes on with one
        that is there. Raises LocalFault, AlreadyThere.
        """
        if "/" in name or "\0" in name or name in {"", ".", ".."}:
            raise LocalFault(f"{name!r} is not the name of a file.")
        if not replace and self.has(name):
            raise AlreadyThere(self.path / name)
        self._room_for(size)
        draft = Draft(self, name, replace=replace, private=private, size=size, resume=resume)
        try:
            yield draft
        finally:
            draft.close()

    def _room_for(self, size: int | None) -> None:
        """LocalFault where so many bytes do not fit."""
        with told(self.path, "cannot be written to"):
            free = os.fstatvfs(self.descriptor)
        if size is not None and size > free.f_bavail * free.f_frsize:
            raise LocalFault(
                f"{self.path} has no room for {byte_size(size)}: "
                f"{byte_size(free.f_bavail * free.f_frsize)} are free."
            )

    def sweep(self, start: str = _DRAFT, *, old: float = _ABANDONED_S) -> None:
        """Remove what crashes of ours left behind: drafts of some age in seconds that no process holds."""
        names = [name for name in os.listdir(self.descriptor) if name.startswith(start)]  # noqa: PTH208 (by descriptor)
        for name in names:
            with suppress(OSError):
                self._sweep_one(name, old)

    def _sweep_one(self, name: str, age: float) -> None:
        held = os.open(
            name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=self.descriptor
        )
        try:
            facts = os.fstat(held)
            old = time.time() - facts.st_mtime >= age
            if old and stat.S_ISREG(facts.st_mode) and facts.st_uid == os.geteuid() and name.endswith(_END):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(name, dir_fd=self.descriptor)
        finally:
            os.close(held)


class Draft:
    """A file that is being written. Made by `Folder.draft`."""

    def __init__(
        self, folder: Folder, name: str, *, replace: bool, private: bool, size: int | None, resume: bool
    ) -> None:
        self._folder, self._name, self._replace = folder, name, replace
        self._private, self._size, self._resume, self._published = private, size, resume, False
        start = f"{_DRAFT}{sha256(os.fsencode(name)).hexdigest()[:12]}-"
        if not resume:
            with suppress(OSError):
                folder.sweep(start, old=-_ABANDONED_S)
        for _ in range(_TRIES):
            self._draft = f"{name}.part" if resume else f"{start}{secrets.token_hex(8)}{_END}"
            if self._open():
                return
            os.close(self.descriptor)
            os.close(self.descriptor)
        raise LocalFault(f"{self.path} is being written by other programs.")

    def _open(self) -> bool:
        """Whether the draft is there and ours; False where another program swept it meanwhile."""
        with told(self.path, "cannot be written"):
            self.descriptor = os.open(
                self._draft,
                _PART if self._resume else _NEW,
                0o600 if self._private else 0o666,
                dir_fd=self._folder.descriptor,
            )
        try:
            return self._own(self._private)
        except BaseException:
            if not self._resume:
                with suppress(FileNotFoundError):
                    os.unlink(self._draft, dir_fd=self._folder.descriptor)
            os.close(self.descriptor)
            raise

    @property
    def path(self) -> Path:
        """Where the file is once it is published."""
        return self._folder.path / self._name

    @property
    def written(self) -> int:
        """Bytes that are in it."""
        with told(self.path, "cannot be written"):
            return os.fstat(self.descriptor).st_size

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes. LocalFault where the disk does not take them."""
        view = memoryview(data)
        with told(self.path, "cannot be written"):
            while view:
                view = view[os.write(self.descriptor, view[:_PIECE]) :]

    def keep(self, size: int) -> None:
        """Keep only the first `size` bytes, and go on behind them."""
        with told(self.path, "cannot be written"):
            os.ftruncate(self.descriptor, size)
            os.lseek(self.descriptor, size, os.SEEK_SET)

    def publish(self) -> Path:
        """Give the file its name, every byte of it on the disk; where it is.

        Raises AlreadyThere where somebody else took the name meanwhile, LocalFault where bytes are missing.
        """
        written = self.written
        if self._size is not None and written != self._size:
            raise LocalFault(f"{self.path} was not saved: {written} of {self._size} bytes came.")
        with told(self.path, "cannot be saved"):
            os.fsync(self.descriptor)
            self._name_it()
            self._published = True
            with suppress(OSError):
                os.fsync(self._folder.descriptor)
        return self.path

    def discard(self) -> None:
        """Leave nothing behind, also of one that could be gone on with."""
        self._resume = False

    def close(self) -> None:
        """Remove what did not become a file, but for a `.part` that can be gone on with."""
        with suppress(OSError, LocalFault):
            if not self._published and not (self._resume and self.written):
                os.unlink(self._draft, dir_fd=self._folder.descriptor)
        os.close(self.descriptor)

    def _own(self, private: bool) -> bool:
        """Hold the draft as ours: a plain file of ours under one name, which no other process writes.

        Gives whether it still has its name then.
        """
        with told(self.path, "cannot be written"):
            facts = os.fstat(self.descriptor)
            if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1 or facts.st_uid != os.geteuid():
                raise LocalFault(f"{self._folder.path / self._draft} is in the way: it is no file of ours.")
            if private:
                os.fchmod(self.descriptor, 0o600)
            self._lock()
            os.lseek(self.descriptor, 0, os.SEEK_END)
            return os.fstat(self.descriptor).st_nlink == 1

    def _lock(self) -> None:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalFault(f"{self.path} is being written by another program.") from None
        except OSError:
            return  # file systems that know no locks

    def _name_it(self) -> None:
        where = self._folder.descriptor
        if self._replace:
            self._keep_mode()
            self._move(where)
            return
        try:
            os.link(self._draft, self._name, src_dir_fd=where, dst_dir_fd=where, follow_symlinks=False)
        except FileExistsError:
            if not self._is_ours():
                raise AlreadyThere(self.path) from None
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._take_place(where)
            return
        with suppress(OSError):
            os.unlink(self._draft, dir_fd=where)

    def _keep_mode(self) -> None:
        """Who may read the file that is replaced may read the new one, and nobody else."""
        with suppress(FileNotFoundError):
            old = os.stat(self._name, dir_fd=self._folder.descriptor, follow_symlinks=False)
            if stat.S_ISREG(old.st_mode) and not self._private:
                os.fchmod(self.descriptor, stat.S_IMODE(old.st_mode) & 0o777)

    def _is_ours(self) -> bool:
        """Whether the name is ours although linking failed: NFS repeats calls whose answers it lost."""
        named = os.stat(self._name, dir_fd=self._folder.descriptor, follow_symlinks=False)
        return os.path.samestat(named, os.fstat(self.descriptor))

    def _take_place(self, where: int) -> None:
        """Without hard links: take the name with an empty file, which nobody else can then do, and move."""
        try:
            os.close(os.open(self._name, _NEW, 0o600, dir_fd=where))
        except FileExistsError:
            raise AlreadyThere(self.path) from None
        try:
            self._move(where)
        except BaseException:
            os.unlink(self._name, dir_fd=where)
            raise

    def _move(self, where: int) -> None:
        os.replace(self._draft, self._name, src_dir_fd=where, dst_dir_fd=where)


@contextmanager
def told(path: Path, what: str) -> Iterator[None]:
    """Errors of the system as a sentence about `path`."""
    try:
        yield
    except AlreadyThere:
        raise
    except OSError as error:
        raise fault(path, what, error) from None


def fault(path: Path, what: str, error: OSError) -> LocalFault:
    """What the system said, as a sentence."""
    return LocalFault(f"{path} {what}: {(error.strerror or str(error)).lower()}.")
