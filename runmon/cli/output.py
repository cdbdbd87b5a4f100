"""Where a command with `-o FILE` writes: a file that is whole or not there, or a device or pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runmon.errors import LocalFault
from runmon.export.saving import Folder


@contextmanager
def output(file: str | None, *, growing: bool = False) -> Iterator[int]:
    """A descriptor to write to: stdout, or the file, which takes the place of an older one at the end.

    A `growing` file can be read while it is written. So can a device or a pipe. Raises LocalFault.
    """
    if file is None:
        sys.stdout.flush()
        yield sys.stdout.fileno()
    elif growing or (Path(file).exists() and not Path(file).is_file()):
        with _written_at_once(file) as descriptor:
            yield descriptor
    else:
        path = Path(file)
        with Folder(path.parent) as folder, folder.draft(path.name, replace=True) as draft:
            yield draft.descriptor
            draft.publish()


@contextmanager
def _written_at_once(file: str) -> Iterator[int]:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise LocalFault(f"{file} cannot be written: {error.strerror}.") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)
