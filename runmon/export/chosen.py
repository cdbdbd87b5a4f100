"""Single items of a dataset written out: those of a filter or those marked, in the order they are given."""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from runmon.api.client import Api
from runmon.export.formula_guard import FormulaGuard
from runmon.export.items import Progress, Told
from runmon.export.saving import Folder
from runmon.model.storages import Place
from runmon.model.values import decode, is_number, plain_text

FORMATS: Final = ("json", "jsonl", "csv", "xlsx")
"""What is written here; a server cannot choose items one by one."""
BATCH: Final = 500
NEAR: Final = 40
"""Rows between two wanted ones that are read along, sooner than asking twice."""
MOST_COLUMNS: Final = 10_000
_SPECIAL: Final = re.compile('[",\r\n]')
Held = Callable[[int], msgspec.Raw | None]


async def save_chosen(
    api: Api,
    place: Place,
    offsets: Sequence[int],
    held: Held,
    format: str,
    folder: Folder,
    name: str,
    told: Told,
    *,
    guard: bool = True,
    replace: bool = False,
) -> tuple[str, Progress]:
    """Write the items at these offsets to a file that appears whole. `held` gives those that are in hand."""
    progress = Progress(total=len(offsets))
    with folder.draft(name, replace=replace) as draft, tempfile.TemporaryFile() as spool:
        async with aclosing(_items(api, place, offsets, held)) as batches:
            async for batch in batches:
                await asyncio.to_thread(spool.writelines, (one_line(raw) for raw in batch))
                progress.items += len(batch)
                progress.bytes = spool.tell()
                told(progress)
        pieces = _WRITERS[format](spool, guard)
        while data := await asyncio.to_thread(next, pieces, b""):
            await asyncio.to_thread(draft.write, data)
        progress.bytes = draft.written
        return str(await asyncio.to_thread(draft.publish)), progress


def one_line(raw: msgspec.Raw) -> bytes:
    """An item on one line, otherwise as it was sent."""
    text = bytes(raw)
    if b"\n" not in text and b"\r" not in text:
        return text + b"\n"
    try:
        return msgspec.json.format(text, indent=-1) + b"\n"
    except (msgspec.MsgspecError, RecursionError):
        return text.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


async def _items(
    api: Api, place: Place, offsets: Sequence[int], held: Held
) -> AsyncGenerator[list[msgspec.Raw], None]:
    for at in range(0, len(offsets), BATCH):
        wanted = offsets[at : at + BATCH]
        known = {offset: raw for offset in wanted if (raw := held(offset)) is not None and len(bytes(raw))}
        for first, length in ranges(sorted(set(wanted) - set(known))):
            page = await api.items(place, offset=first, limit=length)
            known.update(dict(enumerate(page.items[:length], first)))
        yield [known[offset] for offset in wanted if offset in known]


def ranges(offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First row and length of the stretches that hold all of these rising offsets, near ones together."""
    first = last = -1
    for offset in offsets:
        if first >= 0 and (offset - last > NEAR or offset - first >= 2 * BATCH):
            yield first, last - first + 1
            first = offset
        first = offset if first < 0 else first
        last = offset
    if first >= 0:
        yield first, last - first + 1


def _json(spool: IO[bytes], _guard: bool) -> Iterator[bytes]:
    spool.seek(0)
    lead = b"["
    for line in spool:
        yield lead + line.rstrip(b"\n")
        lead = b",\n"
    yield b"]" if lead != b"[" else b"[]"


def _jsonl(spool: IO[bytes], _guard: bool) -> Iterator[bytes]:
    spool.seek(0)
    while data := spool.read(1 << 20):
        yield data


def _csv(spool: IO[bytes], guarded: bool) -> Iterator[bytes]:
    guard, names = FormulaGuard(), _columns(spool)
    held = io.StringIO(newline="")
    held.write(_record(names))
    for row in _rows(spool):
        held.write(_record(plain_text(row[name]) if row.get(name) is not None else "" for name in names))
        if held.tell() > 1 << 16:
            yield _taken(held, guard if guarded else None)
    yield _taken(held, guard if guarded else None) + guard.finish()


def _record(cells: Iterable[str]) -> str:
    """A line of CSV; quoted is whatever any reader could take for the end of a cell or of a line."""
    quoted = ('"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text for text in cells)
    return (",".join(quoted) or '""') + "\n"


def _taken(held: io.StringIO, guard: FormulaGuard | None) -> bytes:
    data = held.getvalue().encode("utf-8", "backslashreplace")
    held.seek(0)
    held.truncate()
    return guard.feed(data) if guard is not None else data


def _xlsx(spool: IO[bytes], _guard: bool) -> Iterator[bytes]:
    """A workbook whose texts are texts, whatever they begin with."""
    import xlsxwriter  # type: ignore[import-untyped]  # 30 ms that nobody else needs

    names = list(_columns(spool))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "items.xlsx"
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False,
                   "strings_to_urls": False, "nan_inf_to_errors": True}  # fmt: skip
        book = xlsxwriter.Workbook(str(path), options)
        sheet = book.add_worksheet("items")
        for place, name in enumerate(names):
            sheet.write_string(0, place, name[:32_767])
        for number, row in enumerate(_rows(spool), 1):
            for place, name in enumerate(names):
                if row.get(name) is not None:
                    _put(sheet, number, place, row[name])
        book.close()
        with path.open("rb") as file:
            while data := file.read(1 << 20):
                yield data


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    exact = is_number(value) and len(str(value)) <= 15
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif exact:
        sheet.write_number(row, column, float(value))
    else:
        sheet.write_string(row, column, plain_text(value)[:32_767])


_WRITERS: Final[dict[str, Callable[[IO[bytes], bool], Iterator[bytes]]]] = {
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "xlsx": _xlsx,
}


def _rows(spool: IO[bytes]) -> Iterator[dict[str, Any]]:
    spool.seek(0)
    for line in spool:
        yield flat(decode(line))


def _columns(spool: IO[bytes]) -> dict[str, None]:
    names: dict[str, None] = {}
    for row in _rows(spool):
        names.update(dict.fromkeys(row))
        if len(names) > MOST_COLUMNS:
            break
    return names


def flat(item: Any) -> dict[str, Any]:
    """An item's plain values by their places, written as Apify does: `offers/0/price`."""
    found: dict[str, Any] = {}
    waiting = [("", item)]
    while waiting:
        name, value = waiting.pop()
        inner: Iterable[tuple[object, Any]] = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        children = [(f"{name}/{key}" if name else str(key), below) for key, below in inner]
        if children:
            waiting += reversed(children)
        elif name or not isinstance(value, dict | list):
            found[name or "value"] = None if isinstance(value, dict | list) else value
    return found
