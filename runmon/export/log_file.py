"""A log, or the lines of it that a filter keeps, as bytes for a file or another program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from runmon.errors import LocalFault
from runmon.export.saving import Folder
from runmon.model.kept import Stretch
from runmon.model.log import LogBuffer

PIECE = 1 << 20
Cleaner = Callable[[bytes], bytes]
"""Makes whole lines of a log harmless."""


def log_bytes(
    buffer: LogBuffer, stretches: Iterable[Stretch] | None = None, clean: Cleaner = bytes
) -> Iterator[bytes]:
    """The log as it is when this begins, in pieces; with stretches, their lines alone. Made for a thread.

    Everything, not cleaned, is exact to the byte. Raises LocalFault where the log is not all here, or is
    rewritten meanwhile.
    """
    size, generation = buffer.size, buffer.generation

    def must_hold() -> None:
        if buffer.generation != generation or not buffer.intact:
            raise LocalFault("The log was rewritten meanwhile. Try again.")

    if buffer.start:
        raise LocalFault("The start of the log is not here yet. Try again in a moment.")
    whole = (buffer.read(at, min(at + PIECE, size)) for at in range(0, size, PIECE))
    pieces = _chosen(buffer, stretches) if stretches is not None else _lines(whole)
    for piece in pieces:
        yield clean(piece)
        must_hold()
    must_hold()


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut behind newlines."""
    held = b""
    for piece in pieces:
        head, newline, tail = piece.rpartition(b"\n")
        if newline:
            yield held + head + newline
            held = tail
        else:
            held += piece
    if held:
        yield held


def _chosen(buffer: LogBuffer, stretches: Iterable[Stretch]) -> Iterator[bytes]:
    """The lines of stretches, each ended by a newline."""
    wanted = iter(stretches)
    first, after = next(wanted, (0, 0))
    for start, block in buffer.blocks():
        if first >= after:
            return
        lines, kept = block.removesuffix(b"\n").split(b"\n"), list[bytes]()
        end = start + len(lines)
        while first < min(after, end):
            kept += lines[first - start : after - start]
            first = min(after, end)
            if first == after:
                first, after = next(wanted, (0, 0))
        if kept:
            yield b"\n".join(kept) + b"\n"


def save_log(path: Path, pieces: Iterable[bytes], *, replace: bool = False) -> int:
    """Write a file that is whole or not there at all; how many bytes it has. Raises LocalFault."""
    with Folder(path.parent) as folder, folder.draft(path.name, replace=replace) as draft:
        for piece in pieces:
            draft.write(piece)
        written = draft.written
        draft.publish()
    return written
