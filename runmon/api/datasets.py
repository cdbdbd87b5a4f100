"""Datasets: the object, and pages of items as they were sent (API.md §6)."""

from __future__ import annotations

from collections.abc import Sequence

from runmon.api import wire
from runmon.api.calls import PAGE_BYTES, PAGE_SECONDS, Answer, Call, Calls, named, path_of
from runmon.model.document import Document
from runmon.model.storages import Dataset, ItemsPage, Place


class DatasetCalls(Calls):
    """`…/dataset` below a run, and `/v2/datasets/{id}`."""

    async def dataset(self, place: Place) -> Document[Dataset]:
        """The dataset's metadata; its counts lag what is stored by some seconds."""
        call = Call(_path(place), named(place, "dataset"))
        return await self._ask(call, lambda answer: wire.document(answer.body, Dataset, call.what))

    async def items(
        self,
        place: Place,
        *,
        offset: int,
        limit: int,
        desc: bool = False,
        fields: Sequence[str] = (),
        omit: Sequence[str] = (),
        unwind: Sequence[str] = (),
        clean: bool = False,
        skip_hidden: bool = False,
        skip_empty: bool = False,
        view: str | None = None,
    ) -> ItemsPage:
        """Items `offset` … `offset + limit`; filters run after paging, so fewer (by `unwind`, more) may come.

        Stop where `scanned` is 0, never on `total`, which lags.
        """
        query = {
            "offset": offset,
            "limit": limit,
            "desc": desc or None,
            "fields": tuple(fields),
            "omit": tuple(omit),
            "unwind": tuple(unwind),
            "clean": clean or None,
            "skipHidden": skip_hidden or None,
            "skipEmpty": skip_empty or None,
            "view": view,
        }
        what = named(place, "items of dataset") if place.storage_id else named(place, "dataset")
        call = Call((*_path(place), "items"), what, query=query, seconds=PAGE_SECONDS, limit=PAGE_BYTES)
        return await self._ask(call, lambda answer: _page(answer, offset, what))


def _path(place: Place) -> tuple[str, ...]:
    return path_of(place, "dataset", "datasets")


def _page(answer: Answer, offset: int, what: str) -> ItemsPage:
    items = wire.elements(answer.body, what)
    told_offset = wire.count(answer.headers, "x-apify-pagination-offset")
    scanned = wire.count(answer.headers, "x-apify-pagination-count")
    return ItemsPage(
        items,
        offset if told_offset is None else told_offset,
        len(items) if scanned is None else scanned,
        wire.count(answer.headers, "x-apify-pagination-total"),
    )
