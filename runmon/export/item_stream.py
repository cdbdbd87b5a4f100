"""Items as a server writes them, in one answer; one that breaks off is gone on with behind its last item."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from runmon.api.client import Api
from runmon.errors import LinkError, RateLimited, ServerFault
from runmon.export import item_pages
from runmon.export.item_pages import Page, Sleep, Wanted, pages
from runmon.export.seams import NoSeamError, seams
from runmon.model.storages import Place

_UNCOUNTED: Final = frozenset({"unwind", "clean", "skip_empty", "view", "simplified", "skip_failed_pages"})
"""What makes more or fewer items of the rows that are looked at."""


def written(
    api: Api, place: Place, wanted: Wanted, *, first: int, sleep: Sleep = asyncio.sleep
) -> AsyncGenerator[Page, None]:
    """All items from the row `first`, in pieces that end with an item. Raises ApiError."""
    uncounted = any(wanted.options.get(name) for name in _UNCOUNTED)
    return (pages if uncounted else _streamed)(api, place, wanted, first=first, sleep=sleep)


async def _streamed(
    api: Api, place: Place, wanted: Wanted, *, first: int, sleep: Sleep
) -> AsyncGenerator[Page, None]:
    stop = None if wanted.limit is None else wanted.offset + wanted.limit
    failed = 0
    while stop is None or first < stop:
        began = first
        try:
            async with aclosing(_answer(api, place, wanted, first, stop)) as found:
                async for page in found:
                    first, failed = page.end, 0
                    yield page
        except NoSeamError:
            break
        except (LinkError, ServerFault, RateLimited) as error:
            if failed == len(item_pages.PAUSES):
                raise
            await sleep(max(item_pages.PAUSES[failed], error.retry_after or 0.0))
            failed += 1
        else:
            if first == began or wanted.options.get("desc"):
                return
    else:
        return
    async with aclosing(pages(api, place, wanted, first=first, sleep=sleep)) as others:
        async for page in others:
            yield page


async def _answer(
    api: Api, place: Place, wanted: Wanted, first: int, stop: int | None
) -> AsyncGenerator[Page, None]:
    """One answer, piece after piece; none where there are no items."""
    limit, total = None if stop is None else stop - first, None
    ends = seams(wanted.format)
    asked = api.export(place, format=wanted.format, offset=first, limit=limit, **wanted.asked)
    try:
        async with asked as answer:
            total = answer.total
            async for chunk in answer:
                body, count = ends.feed(chunk)
                if count:
                    yield Page(first, first + count, body, total)
                    first += count
            body, count = ends.finish()
    except LinkError:
        body, count = ends.rescue()
        if count:
            yield Page(first, first + count, body, total)
        raise
    if count:
        yield Page(first, first + count, body, total)
