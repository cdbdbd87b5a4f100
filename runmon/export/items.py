"""A dataset written out: bytes as the server sent them, in constant memory, gone on with where it was cut."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Protocol

from runmon.api.client import Api
from runmon.errors import LocalFault
from runmon.export.cursor import Cursor
from runmon.export.formula_guard import FormulaGuard
from runmon.export.item_pages import Wanted, whole
from runmon.export.item_stream import written
from runmon.export.saving import Draft, Folder
from runmon.model.storages import Place
from runmon.model.units import byte_size

FORMATS = ("json", "jsonl", "csv", "xlsx", "xml", "html", "rss")
"""What servers write."""
BUFFER = 1024 * 1024


@dataclass(slots=True)
class Progress:
    """How far an export has come."""

    items: int = 0
    """Items written; of formats that come in one piece it stays 0."""
    total: int | None = None
    """Items that there are, as far as is known."""
    bytes: int = 0
    begun_at: int = 0
    """Items that an earlier try had written, behind which this one goes on."""


Told = Callable[[Progress], None]


class Output(Protocol):
    """Takes the bytes of an export, in order."""

    async def write(self, data: bytes) -> None:
        """Take the next bytes."""


async def export(api: Api, place: Place, wanted: Wanted, out: Output, told: Told) -> Progress:
    """Write an export to `out`; `told` hears of progress. Raises ApiError, and what `out` raises."""
    progress = Progress()
    parts = _paged(api, place, wanted, progress) if wanted.paged else _guarded(api, place, wanted)
    async with aclosing(parts):
        async for data in parts:
            await out.write(data)
            progress.bytes += len(data)
            told(progress)
    return progress


async def save(
    api: Api, place: Place, wanted: Wanted, folder: Folder, name: str, told: Told, *, replace: bool = False
) -> tuple[str, Progress]:
    """Export to a file that appears whole; one that was cut is gone on with. Where it is, and how much.

    Raises ApiError, LocalFault, AlreadyThere. What was written stays as `NAME.part`.
    """
    with folder.draft(name, replace=replace, resume=wanted.paged) as draft:
        cursor = await Cursor.of(api, place, wanted, folder, draft, name)
        progress = Progress(items=cursor.items, bytes=draft.written, begun_at=cursor.items)
        told(progress)
        out = _DraftOutput(folder, draft, progress, cursor)
        parts = _paged(api, place, wanted, progress, cursor) if wanted.paged else _guarded(api, place, wanted)
        try:
            async with aclosing(parts):
                async for data in parts:
                    await out.write(data)
                    told(progress)
        except BaseException:
            cursor.keep()
            raise
        path = await asyncio.to_thread(draft.publish)
        cursor.forget()
    return str(path), progress


class _DraftOutput:
    """Writes to a draft from a thread, and notes how far it came."""

    def __init__(self, folder: Folder, draft: Draft, progress: Progress, cursor: Cursor) -> None:
        self._folder, self._draft, self._progress, self._cursor = folder, draft, progress, cursor

    async def write(self, data: bytes) -> None:
        writing = asyncio.ensure_future(asyncio.to_thread(self._write, data))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            with suppress(Exception):
                await writing  # the draft is not closed under a thread that writes to it
            raise

    def _write(self, data: bytes) -> None:
        self._room()
        self._draft.write(data)
        self._progress.bytes += len(data)
        if self._progress.items > self._cursor.items:
            self._cursor.note(self._progress.items, data)

    def _room(self) -> None:
        """LocalFault where what is still to come will not fit, as far as that can be told."""
        done, total = self._progress.items, self._progress.total
        if not done or not total or not self._progress.bytes:
            return
        rest = max(total - done, 0) * (self._progress.bytes // done)
        facts = os.fstatvfs(self._folder.descriptor)
        free = facts.f_bavail * facts.f_frsize
        if rest > free:
            raise LocalFault(
                f"{self._folder.path} has no room for the rest: about {byte_size(rest)} more are needed, "
                f"{byte_size(free)} are free.",
                hint="What is written stays, to be gone on with.",
            )


async def _paged(
    api: Api, place: Place, wanted: Wanted, progress: Progress, cursor: Cursor | None = None
) -> AsyncGenerator[bytes, None]:
    """The bytes of json or jsonl; `progress` counts the items of what is yielded."""
    first = wanted.offset + progress.items
    listed, begun = wanted.format == "json", bool(cursor and cursor.begun)
    cut = _cutter(wanted)
    async with aclosing(written(api, place, wanted, first=first)) as found:
        async for page in found:
            body = await asyncio.to_thread(cut, page.body) if cut else page.body
            joined = not listed or not body or (begun and body.startswith(b","))
            lead = b"" if joined else b",\n" if begun else b"["
            body = body if begun or not listed else body.removeprefix(b",").lstrip(b"\r\n")
            begun = begun or bool(body)
            progress.items = page.end - wanted.offset
            if page.total is not None:
                there = max(page.total - wanted.offset, 0)
                progress.total = there if wanted.limit is None else min(there, wanted.limit)
            yield lead + body
    if listed:
        yield b"]" if begun else b"[]"


def _cutter(wanted: Wanted) -> Callable[[bytes], bytes] | None:
    cut = wanted.cut
    return None if cut is None else cut.of_list if wanted.format == "json" else cut.of_lines


async def _guarded(api: Api, place: Place, wanted: Wanted) -> AsyncGenerator[bytes, None]:
    """The bytes of any other format, in pieces of a megabyte; CSV made harmless if wanted."""
    guard = FormulaGuard() if wanted.format == "csv" and wanted.guard else None
    held = bytearray()
    async with aclosing(whole(api, place, wanted)) as chunks:
        async for chunk in chunks:
            held += chunk
            if len(held) >= BUFFER:
                data = bytes(held)
                held.clear()
                yield await asyncio.to_thread(guard.feed, data) if guard else data
    yield (guard.feed(bytes(held)) + guard.finish()) if guard else bytes(held)
