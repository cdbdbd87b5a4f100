"""Datasets: the object, items as they were sent, exports, and what can be written (API.md §6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypedDict, Unpack

import msgspec

from runmon.api import wire
from runmon.api.calls import PAGE_BYTES, PAGE_SECONDS, Answer, Call, Calls, Download, json_of
from runmon.api.paging import by_offset
from runmon.api.paths import DATASET, of_storage
from runmon.errors import NotApify
from runmon.model.document import Document
from runmon.model.storages import Dataset, ItemsPage, Place


class ItemFilters(TypedDict, total=False):
    """What is done to items after paging, so that a page may hold fewer (or more) than were scanned."""

    desc: bool
    """Newest first."""
    fields: Sequence[str]
    """Only these fields, in this order."""
    output_fields: Sequence[str]
    """New names for `fields`, one each."""
    omit: Sequence[str]
    unwind: Sequence[str]
    """Fields whose array elements become items of their own."""
    flatten: Sequence[str]
    """Fields whose objects become `field.key`."""
    clean: bool
    """Both of the next two."""
    skip_hidden: bool
    """Without top-level fields that begin with `#`."""
    skip_empty: bool
    """Without items that have no field."""
    view: str | None
    simplified: bool
    skip_failed_pages: bool
    signature: str | None
    """A key to a dataset that is not public, on its own path."""


class Layout(TypedDict, total=False):
    """How an export is written: CSV (delimiter, BOM, header), XML (element names), RSS (titles)."""

    delimiter: str
    bom: bool
    skip_header_row: bool
    xml_root: str
    xml_row: str
    feed_title: str
    feed_description: str
    attachment: bool


class ExportOptions(ItemFilters, Layout, total=False):
    """All that shapes an export."""


class DatasetCalls(Calls):
    """`…/dataset` below a run, and `/v2/datasets/{id}`."""

    async def dataset(self, place: Place) -> Document[Dataset]:
        """The dataset's metadata; its counts lag what is stored by some seconds."""
        return await self._dataset_of(Call(of_storage(place, DATASET)))

    async def update_dataset(
        self, place: Place, *, name: str | None = None, general_access: str | None = None
    ) -> Document[Dataset]:
        """Name a dataset, which keeps it for good, or set who may read it; None leaves as it is."""
        content = json_of({"name": name, "generalAccess": general_access})
        return await self._dataset_of(Call(of_storage(place, DATASET), method="PUT", content=content))

    async def delete_dataset(self, place: Place) -> None:
        """Delete a dataset with all its items."""
        await self._do(Call(of_storage(place, DATASET), method="DELETE", repeatable=False))

    async def items(
        self, place: Place, *, offset: int, limit: int, **filters: Unpack[ItemFilters]
    ) -> ItemsPage:
        """Items `offset` … `offset + limit`, each as the text that was sent.

        A page is the end where `scanned` is 0, never by `total`, which lags. Reads are metered per item.
        """
        query = {"offset": offset, "limit": limit, **_spelled(filters)}
        spot = of_storage(place, DATASET).below("items")
        call = Call(spot, query=query, seconds=PAGE_SECONDS, limit=PAGE_BYTES)
        return await self._ask(call, lambda answer: _page(answer, offset, call.what))

    async def every_item(
        self, place: Place, *, offset: int = 0, page: int = 1000, **filters: Unpack[ItemFilters]
    ) -> AsyncIterator[msgspec.Raw]:
        """All items from `offset`, until a page scanned nothing; NotApify where pages repeat."""

        async def at(start: int) -> tuple[list[msgspec.Raw], int]:
            found = await self.items(place, offset=start, limit=page, **filters)
            if found.offset != start:
                raise NotApify(f"Asked for items from {start}, the server gave those from {found.offset}.")
            return found.items, found.scanned

        async for item in by_offset(at, start=offset):
            yield item

    def export(
        self,
        place: Place,
        *,
        format: str = "json",
        offset: int = 0,
        limit: int | None = None,
        **options: Unpack[ExportOptions],
    ) -> AbstractAsyncContextManager[Download]:
        """The items as a file on its way: json, jsonl, csv, xlsx, xml, html or rss. Memory stays constant."""
        query = {"format": format, "offset": offset or None, "limit": limit, **_spelled(options)}
        spot = of_storage(place, DATASET).below("items")
        return self._download(Call(spot, query=query, headers={"Accept": "*/*"}, seconds=PAGE_SECONDS))

    async def count_items(self, place: Place) -> int | None:
        """Items in the dataset by the headers of an empty page; None where the server does not say."""
        call = Call(of_storage(place, DATASET).below("items"), method="HEAD")
        return await self._ask(call, lambda answer: wire.count(answer.headers, "x-apify-pagination-total"))

    async def push_items(self, place: Place, items: Iterable[Any] | bytes) -> None:
        """Append items: any JSON objects, or one body of JSON (at most 9,437,184 bytes). All or none.

        Not sent twice: on a LinkError they may or may not be there.
        """
        content = items if isinstance(items, bytes) else json_of(list(items))
        spot = of_storage(place, DATASET).below("items")
        call = Call(spot, method="POST", content=content, seconds=PAGE_SECONDS, repeatable=False)
        await self._do(call)

    async def statistics(self, place: Place) -> dict[str, Any]:
        """Per field: `min`, `max`, `nullCount`, `emptyCount`, as far as the dataset's schema asks."""
        call = Call(of_storage(place, DATASET).below("statistics", what="statistics"))
        told = await self._ask(call, lambda answer: wire.mapping(answer.body, call.what))
        fields = told.get("fieldStatistics")
        return fields if isinstance(fields, dict) else {}

    async def _dataset_of(self, call: Call) -> Document[Dataset]:
        return await self._ask(call, lambda answer: wire.document(answer.body, Dataset, call.what))


def _spelled(options: ItemFilters | ExportOptions) -> dict[str, Any]:
    """Names as the API spells them; what is off is left out, but for `bom`, whose default is not off."""
    return {wire.camel(name): value for name, value in options.items() if value or name == "bom"}


def _page(answer: Answer, offset: int, what: str) -> ItemsPage:
    items = wire.elements(answer.body, what)
    told_offset = wire.count(answer.headers, "x-apify-pagination-offset")
    scanned = wire.count(answer.headers, "x-apify-pagination-count")
    return ItemsPage(
        items,
        offset if told_offset is None else told_offset,
        len(items) if scanned is None else scanned,
        wire.count(answer.headers, "x-apify-pagination-total"),
        answer.headers.get("x-runmon-numbering", ""),
    )
