"""Walking through lists to their end: by what the server looked at, never by a total, never in a circle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from runmon.errors import NotApify

T = TypeVar("T")


async def by_offset(
    page: Callable[[int], Awaitable[tuple[Sequence[T], int]]], *, start: int = 0
) -> AsyncIterator[T]:
    """Elements of pages that each say how many rows they scanned, until one scanned none."""
    offset = start
    while True:
        found, scanned = await page(offset)
        for element in found:
            yield element
        if scanned <= 0:
            return
        offset += scanned


async def by_cursor(
    page: Callable[[str | None], Awaitable[tuple[Sequence[T], str | None]]], *, start: str | None = None
) -> AsyncIterator[T]:
    """Elements of pages that each name the next, until one names none; NotApify where one comes again."""
    cursor = start
    known: set[str | None] = {cursor}
    while True:
        found, cursor = await page(cursor)
        for element in found:
            yield element
        if cursor is None:
            return
        if cursor in known:
            raise NotApify("The list has no end: the server names a page that was there already.")
        known.add(cursor)
