"""Reading a whole dataset once, slice by slice, the next one under way while one is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from runmon.api.client import Api
from runmon.api.datasets import ItemFilters
from runmon.errors import TooLarge
from runmon.model.storages import ItemsPage, Place
from runmon.model.values import decode

SLICE_BYTES: Final = 1024 * 1024
"""What a slice should weigh: some milliseconds of decoding."""
FIRST, MOST = 200, 20_000
"""Items of the first slice, and of any."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Items `first` … as sent, and one past the last one scanned."""

    first: int
    raws: Sequence[msgspec.Raw]
    end: int

    def decoded(self) -> list[tuple[int, Any]]:
        """The items with their offsets; takes time, so call it from a thread."""
        return [(offset, decode(raw)) for offset, raw in enumerate(self.raws, self.first)]


async def scan(
    api: Api, place: Place, *, first: int = 0, filters: ItemFilters | None = None
) -> AsyncIterator[Slice]:
    """Every item from `first` on, until the server has no more, as `filters` make it.

    Raises the errors of `Api.items`. Reads are metered per item.
    """
    size = FIRST
    reading = asyncio.create_task(_read(api, place, first, size, filters or {}))
    try:
        while True:
            page, size = await reading
            if not page.scanned:
                return
            first, begun = first + page.scanned, first
            size = _next_size(page, size)
            reading = asyncio.create_task(_read(api, place, first, size, filters or {}))
            yield Slice(begun, page.items, first)
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reading


async def _read(api: Api, place: Place, first: int, size: int, filters: ItemFilters) -> tuple[ItemsPage, int]:
    """A page of at most `size` items, and the size that did; an item too large by itself is passed over."""
    while True:
        try:
            return await api.items(place, offset=first, limit=size, **filters), size
        except TooLarge:
            if size == 1:
                return ItemsPage([], first, 1, None), 1
            size //= 2


def _next_size(page: ItemsPage, size: int) -> int:
    weight = sum(len(memoryview(raw)) for raw in page.items)
    mean = max(weight // max(len(page.items), 1), 1)
    return max(1, min(MOST, 2 * max(size, FIRST), SLICE_BYTES // mean))
