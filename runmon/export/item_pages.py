"""Items as a server writes them, page after page: each comes whole or is asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from runmon.api.client import Api
from runmon.api.datasets import ExportOptions
from runmon.errors import ApiError, CutShort, LinkError, RateLimited, ServerFault
from runmon.export.own_cut import Cut
from runmon.model.served import nameable
from runmon.model.storages import Place

PAGED: Final = ("json", "jsonl")
"""Formats whose pages can be put together again."""
PAGE_BYTES: Final = 4 * 1024 * 1024
FIRST, MOST = 500, 50_000
"""Items of the first page, and of any."""
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported of a dataset, and how."""

    format: str = "json"
    offset: int = 0
    limit: int | None = None
    options: ExportOptions = field(default_factory=lambda: ExportOptions())
    guard: bool = True
    """Whether cells of CSV that a spreadsheet would run are made harmless."""

    @property
    def paged(self) -> bool:
        """Whether it comes in pages that can be gone on with."""
        return self.format in PAGED

    @property
    def cut(self) -> Cut | None:
        """What is cut here of whole items; None where the server can be told of every field."""
        fields, omit = self.options.get("fields", ()), self.options.get("omit", ())
        if all(map(nameable, (*fields, *omit))):
            return None
        return Cut(fields, omit, bool(self.options.get("clean") or self.options.get("skip_empty")))

    @property
    def asked(self) -> ExportOptions:
        """What the server is asked for."""
        return self.options if self.cut is None else {**self.options, "fields": (), "omit": ()}


@dataclass(frozen=True, slots=True)
class Page:
    """The text of items `first` … `end - 1` as the server wrote it, without what holds a list together."""

    first: int
    end: int
    body: bytes
    total: int | None


async def pages(
    api: Api, place: Place, wanted: Wanted, *, first: int, sleep: Sleep = asyncio.sleep
) -> AsyncGenerator[Page, None]:
    """All pages from the row `first`, the next one under way while one is taken. Raises ApiError."""
    stop = None if wanted.limit is None else wanted.offset + wanted.limit
    size = FIRST
    reading = asyncio.create_task(_page(api, place, wanted, first, _within(size, first, stop), sleep))
    try:
        while stop is None or first < stop:
            page = await reading
            if page.end == first:
                return
            first, size = page.end, _next_size(page)
            if stop is None or first < stop:
                limit = _within(size, first, stop)
                reading = asyncio.create_task(_page(api, place, wanted, first, limit, sleep))
            yield page
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reading


async def whole(api: Api, place: Place, wanted: Wanted) -> AsyncGenerator[bytes, None]:
    """The export in one answer, chunk by chunk. Raises ApiError; a cut cannot be mended."""
    async with api.export(
        place, format=wanted.format, offset=wanted.offset, limit=wanted.limit, **wanted.asked
    ) as body:
        async for chunk in body:
            yield chunk


def _within(size: int, first: int, stop: int | None) -> int:
    return size if stop is None else min(size, stop - first)


def _next_size(page: Page) -> int:
    count = max(page.end - page.first, 1)
    mean = max(len(page.body) // count, 1)
    return max(1, min(MOST, 8 * max(count, FIRST), PAGE_BYTES // mean))


async def _page(api: Api, place: Place, wanted: Wanted, first: int, limit: int, sleep: Sleep) -> Page:
    for pause in (*PAUSES, None):
        try:
            return await _page_once(api, place, wanted, first, limit)
        except (LinkError, ServerFault, RateLimited) as error:
            if pause is None:
                raise
            await sleep(max(pause, error.retry_after or 0.0))
    raise AssertionError


async def _page_once(api: Api, place: Place, wanted: Wanted, first: int, limit: int) -> Page:
    body = bytearray()
    async with api.export(place, format=wanted.format, offset=first, limit=limit, **wanted.asked) as answer:
        async for chunk in answer:
            body += chunk
        scanned, total = answer.scanned, answer.total
    inner = _inner(bytes(body), wanted.format)
    if scanned is None:
        raise ApiError("The server does not say how many items a page has.", hint="Export as csv instead.")
    return Page(first, first + min(scanned, limit), inner, total)


def _inner(body: bytes, format: str) -> bytes:
    """What stands between the brackets of a list, or whole lines; CutShort where the end is missing."""
    if format == "jsonl":
        text = body.removeprefix(b"\xef\xbb\xbf")
        if text and not text.endswith(b"\n"):
            text += b"\n"
        return text
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not (text.startswith(b"[") and text.endswith(b"]")):
        raise CutShort("The list of items broke off before its end.")
    return text[1:-1].strip(b"\r\n")
