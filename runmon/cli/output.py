"""Where a command with `-o FILE` writes: a file that is whole or not there, or a device or pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runmon.cli.terminal import UNWRITABLE
from runmon.cli.unpacking import unwound_by_signals
from runmon.errors import AlreadyThere, LocalFault
from runmon.export.saving import Folder, fault


@contextmanager
def output(file: str | None, *, growing: bool = False, force: bool = False) -> Iterator[int]:
    """A descriptor to write to: stdout, or the file; with `force` it may take the place of an older one.

    It does so at the end, but for a `growing` file, which can be read while it is written. So can a device
    or a pipe. Raises LocalFault, AlreadyThere.
    """
    if file is None:
        sys.stdout.flush()
        yield sys.stdout.fileno()
    elif (no_file := Path(file).exists() and not Path(file).is_file()) or growing:
        with _written_at_once(file, replace=force or no_file) as descriptor:
            yield descriptor
    else:
        path = Path(file)
        with Folder(path.parent) as folder, folder.draft(path.name, replace=force) as draft:
            with _told_of(path):
                yield draft.descriptor
            with unwound_by_signals():
                draft.publish()


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """A full disk as a sentence about the file that was to be written."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNWRITABLE or error.filename is not None:
            raise
        raise fault(path, "cannot be written", error) from None


@contextmanager
def _written_at_once(file: str, *, replace: bool) -> Iterator[int]:
    new = os.O_CREAT | (os.O_TRUNC if replace else os.O_EXCL)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC | new, 0o644)
    except FileExistsError:
        raise AlreadyThere(Path(file)) from None
    except OSError as error:
        raise LocalFault(f"{file} cannot be written: {error.strerror}.") from None
    try:
        yield descriptor
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise fault(Path(file), "cannot be written", error) from None
    finally:
        os.close(descriptor)
