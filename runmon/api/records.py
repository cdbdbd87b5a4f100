"""Key-value stores: the object, the keys, and records as they are stored (API.md §7)."""

from __future__ import annotations

from runmon.api import wire
from runmon.api.calls import PAGE_SECONDS, Answer, Call, Calls, named, path_of
from runmon.model.document import Document
from runmon.model.storages import KeyItem, KeysPage, KeyValueStore, Place, Record

UNTYPED = "application/octet-stream"


class RecordCalls(Calls):
    """`…/key-value-store` below a run, and `/v2/key-value-stores/{id}`."""

    async def store(self, place: Place) -> Document[KeyValueStore]:
        """The store's metadata (it does not say how many keys there are)."""
        call = Call(_path(place), named(place, "key-value store"))
        return await self._ask(call, lambda answer: wire.document(answer.body, KeyValueStore, call.what))

    async def keys(
        self, place: Place, *, limit: int = 1000, after: str | None = None, prefix: str | None = None
    ) -> KeysPage:
        """One page of at most 1000 keys in UTF-8 order, those past `after`; a listing is metered."""
        query = {"limit": limit, "exclusiveStartKey": after, "prefix": prefix}
        call = Call((*_path(place), "keys"), named(place, "key-value store"), query=query)
        return await self._ask(call, lambda answer: wire.page(answer.body, KeysPage, KeyItem, call.what))

    async def record(self, place: Place, key: str, *, max_bytes: int) -> Record:
        """A record's bytes, cut at `max_bytes`, unaltered (`attachment=true`: else Apify edits HTML)."""
        call = Call(
            (*_path(place), "records", key),
            named(place, f"record {key} in key-value store"),
            query={"attachment": True},
            headers={"Accept": "*/*"},
            seconds=PAGE_SECONDS,
            limit=max_bytes,
            cut=True,
        )
        return await self._ask(call, lambda answer: _record(answer, key))


def _path(place: Place) -> tuple[str, ...]:
    return path_of(place, "key-value-store", "key-value-stores")


def _record(answer: Answer, key: str) -> Record:
    size = answer.length if answer.cut else len(answer.body)
    return Record(key, answer.headers.get("content-type", UNTYPED), answer.body, size, answer.cut)
